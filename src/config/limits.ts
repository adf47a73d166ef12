import type { z } from 'zod';
import { defaultImageLimits, type ImageLimits } from '../images/limits.ts';
import { defaultOperationLimits, type OperationLimits } from '../limits/limits.ts';
import { defaultRateLimits, type RateLimits } from '../limits/rate-limit.ts';
import { FINISHED_JOBS_TIME } from '../loaders/finished-jobs.ts';
import { defaultUploadLimits, type UploadLimits } from '../uploads/limits.ts';
import { DEFAULT_MAX_RETRY_AFTER } from '../upstream/decode/retry-after.ts';
import { type BreakerSettings, defaultCircuitBreaker } from '../upstream/policy/circuit-breaker.ts';
import { decimal, integer, list, seconds } from '../util/environment.ts';
import { defaultUnsentLimits, type UnsentLimits } from '../websocket/unsent-bytes.ts';

/** In bytes. */
const MEGABYTE = 1_048_576;

const upstreamSettings = {
  OPERATION_SECONDS: seconds(30).describe(
    'Timeout of a query or a mutation, in addition to its `waitSeconds`, in seconds. Fields that are not resolved by then become errors.',
  ),
  MAX_WAITING_REQUESTS_PER_KEY: integer({ default: 1_000, min: 1, max: 10_000_000 }).describe(
    'Maximum length of the queue of upstream requests per key. Polls are rejected first.',
  ),
  MAX_RETRY_AFTER_SECONDS: seconds(DEFAULT_MAX_RETRY_AFTER, 24 * 3_600).describe(
    'Longest `Retry-After` of the upstream that is respected, in seconds. Longer ones are shortened to it.',
  ),
  FINISHED_JOBS_CACHE_SECONDS: decimal({ default: FINISHED_JOBS_TIME / 1_000, min: 0, max: 3_600 }).describe(
    'Time for which completed, failed and canceled jobs are served from memory, per key, in seconds; 0 turns this off. A change by another client, such as a deletion, is visible only after it.',
  ),
  BREAKER_SHARE: decimal({ default: defaultCircuitBreaker.failureThreshold, min: 0.01, max: 1 }).describe(
    'Circuit breaker: share of failed upstream requests at which it opens. Status 5xx, timeouts and broken connections count as failures.',
  ),
  BREAKER_REQUESTS: integer({ default: defaultCircuitBreaker.attempts, min: 1, max: 1_000_000 }).describe(
    'Circuit breaker: minimum number of requests in its window before it can open.',
  ),
  BREAKER_WINDOW_SECONDS: seconds(defaultCircuitBreaker.window / 1_000).describe(
    'Circuit breaker: length of its window, in seconds.',
  ),
  BREAKER_REST_SECONDS: seconds(defaultCircuitBreaker.coolDown / 1_000).describe(
    'Circuit breaker: cool-down before it lets one request through as a probe, in seconds.',
  ),
};

const countLimit = (fallback: number) => integer({ default: fallback, min: 1, max: 10_000_000 });

const rateSettings = {
  MAX_OPERATIONS_PER_SECOND_PER_KEY: countLimit(defaultRateLimits.perKey).describe(
    'Maximum operations per second of one key, over all transports, with bursts of twice as many.',
  ),
  MAX_REQUESTS_PER_SECOND_PER_ADDRESS: countLimit(defaultRateLimits.perAddress).describe(
    'Maximum requests for the graph and for uploads, and operations over WebSockets, per second from one client address, with bursts of twice as many.',
  ),
  MAX_SOCKETS_PER_KEY: countLimit(defaultRateLimits.sockets).describe('Maximum open WebSockets per key.'),
  MAX_EVENT_STREAMS_PER_KEY: countLimit(defaultRateLimits.eventStreams).describe(
    'Maximum open subscriptions over server-sent events per key.',
  ),
  MAX_SOCKETS_PER_ADDRESS: countLimit(defaultRateLimits.socketsPerAddress).describe(
    'Maximum open WebSockets per client address, whatever their keys.',
  ),
  MAX_SOCKETS: countLimit(defaultRateLimits.socketsInTotal).describe('Maximum open WebSockets in total.'),
  MAX_SUBSCRIPTION_DELAY_SECONDS: decimal({ default: defaultRateLimits.maxDelay / 1_000, min: 0, max: 600 }).describe(
    'Maximum delay of a new subscription that exceeds a rate, for example after a restart, in seconds. One that would wait longer is rejected.',
  ),
  MAX_UNSENT_BYTES_PER_SOCKET: integer({
    default: defaultUnsentLimits.perSocket,
    min: 65_536,
    max: 2_000_000_000,
  }).describe(
    'Maximum unsent bytes per WebSocket, above which it is closed. Above a sixteenth of it, new operations wait.',
  ),
  MAX_UNSENT_BYTES: integer({ default: defaultUnsentLimits.inTotal, min: 65_536, max: 20_000_000_000 }).describe(
    'Maximum unsent bytes of all WebSockets together, above which the one with the most is closed.',
  ),
};

const limit = (fallback: number, max: number) => integer({ default: fallback, min: 1, max });

const limitSettings = {
  MAX_QUERY_TOKENS: limit(defaultOperationLimits.tokens, 100_000).describe(
    'Maximum lexical tokens in one GraphQL document.',
  ),
  MAX_QUERY_DEPTH: limit(defaultOperationLimits.depth, 1_000).describe('Maximum nesting depth of fields.'),
  MAX_QUERY_ALIASES: limit(defaultOperationLimits.aliases, 100_000).describe('Maximum aliases in one operation.'),
  MAX_QUERY_DIRECTIVES: limit(defaultOperationLimits.directives, 100_000).describe(
    'Maximum directives in one operation.',
  ),
  MAX_ROOT_FIELDS: limit(defaultOperationLimits.rootFields, 100_000).describe('Maximum root fields in one operation.'),
  MAX_OPERATIONS: limit(defaultOperationLimits.operations, 100_000).describe('Maximum operations in one document.'),
  MAX_NAME_LENGTH: limit(defaultOperationLimits.nameLength, 10_000).describe(
    'Maximum length of a name in a document, in characters: of an operation, a variable, an alias, a field and so on.',
  ),
  MAX_QUERY_COMPARISONS: limit(defaultOperationLimits.comparisons, 400_000).describe(
    'Maximum pairs that validation compares in one document: fields with the same response name in the same selection set, and fragments spread there.',
  ),
  MAX_QUERY_COST: limit(defaultOperationLimits.cost, 1_000_000).describe(
    'Maximum upstream requests per operation, both estimated before execution and counted during it.',
  ),
  MAX_REPORTED_ERRORS: limit(defaultOperationLimits.reportedErrors, 10_000).describe(
    'Maximum errors in one response. One more reports the number of those omitted.',
  ),
  MAX_RESPONSE_BYTES: integer({ default: defaultOperationLimits.responseBytes, min: 1_024, max: 80_000_000 }).describe(
    'Maximum size of a GraphQL response, or of one event of a subscription, in bytes of JSON. A larger one is replaced by an error.',
  ),
};

const uploadSettings = {
  MAX_BODY_BYTES: integer({ default: defaultUploadLimits.operationBytes, min: 1_024, max: 100_000_000 }).describe(
    'Maximum size of a request body without files, and of a WebSocket message, in bytes.',
  ),
  MAX_UPLOAD_FILES: integer({ default: defaultUploadLimits.files, min: 1, max: 100 }).describe(
    'Maximum files in one request.',
  ),
  MAX_UPLOAD_BYTES: integer({ default: defaultUploadLimits.bytes, min: 1_024, max: 2_000_000_000 }).describe(
    'Maximum total size of one request with files, in bytes.',
  ),
  MAX_UPLOADS_AT_ONCE: integer({ default: defaultUploadLimits.concurrentBodies, min: 1, max: 1_000 }).describe(
    'Maximum uploads that are received at once. Others wait before their body is read.',
  ),
  MAX_UPSTREAM_UPLOADS_AT_ONCE: integer({
    default: defaultUploadLimits.concurrentUpstreamFiles,
    min: 1,
    max: 100,
  }).describe(
    'Maximum files of multipart requests that are sent to the upstream at once. Each is held in memory meanwhile.',
  ),
  UPLOAD_SECONDS: seconds(defaultUploadLimits.receiveMilliseconds / 1_000).describe(
    'Timeout to receive an upload, in seconds.',
  ),
  MAX_IMAGE_PIXELS: integer({ default: defaultUploadLimits.pixels, min: 1_000, max: 1_000_000_000 }).describe(
    'Maximum size of an image that is uploaded or served, in pixels (width times height).',
  ),
};

const imageSettings = {
  IMAGE_HOSTS: list().describe(
    'Hosts, as `host` or `host:port`, separated by commas, from which images are downloaded even if their address is private or they use plain HTTP.',
  ),
  IMAGE_CACHE_MEGABYTES: integer({ default: defaultImageLimits.cacheBytes / MEGABYTE, min: 1, max: 100_000 }).describe(
    'Size of the in-memory cache of resized and re-encoded images, in megabytes.',
  ),
  IMAGE_DECODE_MEGABYTES: integer({
    default: defaultImageLimits.decodeBytes / MEGABYTE,
    min: 64,
    max: 100_000,
  }).describe(
    'Memory for decoding, resizing and encoding all images at once, in megabytes. A single image that needs more is rejected.',
  ),
  MAX_IMAGE_STREAMS: integer({ default: defaultImageLimits.streams, min: 1, max: 10_000 }).describe(
    'Maximum original images that are streamed from the upstream at once, of which one key may use three quarters. Others wait.',
  ),
  IMAGE_STALL_SECONDS: seconds(defaultImageLimits.stallMilliseconds / 1_000).describe(
    'Time without progress after which an image response is aborted, because its client does not read, in seconds.',
  ),
};

/** Entries of `IMAGE_HOSTS` that match no host. */
export const imageMistakes = ({ IMAGE_HOSTS = [] }: { IMAGE_HOSTS?: readonly string[] | undefined }): string[] =>
  IMAGE_HOSTS.filter((entry) => !isHostAndPort(entry)).map(
    (entry) =>
      `\`IMAGE_HOSTS\` must contain hosts as \`host\` or \`host:port\`, without wildcards, but contains "${entry}".`,
  );

const isHostAndPort = (entry: string): boolean =>
  /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?$/i.test(entry) && URL.canParse(`http://${entry}`);

/** Limits for callers, and the protection of the upstream. */
export const boundSettings = {
  ...upstreamSettings,
  ...rateSettings,
  ...limitSettings,
  ...uploadSettings,
  ...imageSettings,
};

export interface Bounds {
  /** Timeout of a query or a mutation, in milliseconds. */
  readonly operationMilliseconds: number;
  /** Time for which finished jobs are cached, in milliseconds; 0: they are not. */
  readonly finishedJobsMilliseconds: number;
  /** Queue, circuit breaker and retries of upstream requests. */
  readonly upstream: {
    readonly waiting: number;
    readonly breaker: BreakerSettings;
    readonly maxRetryAfterSeconds: number;
  };
  readonly rates: RateLimits;
  /** Maximum unsent bytes of WebSockets. */
  readonly unsent: UnsentLimits;
  readonly limits: OperationLimits;
  readonly uploads: UploadLimits;
  readonly images: ImageLimits;
}

/** Converts the settings into limits, in milliseconds and bytes. */
export const boundsOf = (values: z.infer<z.ZodObject<typeof boundSettings>>): Bounds => ({
  operationMilliseconds: values.OPERATION_SECONDS * 1_000,
  finishedJobsMilliseconds: values.FINISHED_JOBS_CACHE_SECONDS * 1_000,
  upstream: {
    waiting: values.MAX_WAITING_REQUESTS_PER_KEY,
    maxRetryAfterSeconds: values.MAX_RETRY_AFTER_SECONDS,
    breaker: {
      failureThreshold: values.BREAKER_SHARE,
      attempts: values.BREAKER_REQUESTS,
      window: values.BREAKER_WINDOW_SECONDS * 1_000,
      coolDown: values.BREAKER_REST_SECONDS * 1_000,
    },
  },
  rates: {
    perKey: values.MAX_OPERATIONS_PER_SECOND_PER_KEY,
    perAddress: values.MAX_REQUESTS_PER_SECOND_PER_ADDRESS,
    sockets: values.MAX_SOCKETS_PER_KEY,
    eventStreams: values.MAX_EVENT_STREAMS_PER_KEY,
    socketsPerAddress: values.MAX_SOCKETS_PER_ADDRESS,
    socketsInTotal: values.MAX_SOCKETS,
    maxDelay: values.MAX_SUBSCRIPTION_DELAY_SECONDS * 1_000,
  },
  unsent: { perSocket: values.MAX_UNSENT_BYTES_PER_SOCKET, inTotal: values.MAX_UNSENT_BYTES },
  limits: {
    tokens: values.MAX_QUERY_TOKENS,
    depth: values.MAX_QUERY_DEPTH,
    aliases: values.MAX_QUERY_ALIASES,
    directives: values.MAX_QUERY_DIRECTIVES,
    rootFields: values.MAX_ROOT_FIELDS,
    operations: values.MAX_OPERATIONS,
    nameLength: values.MAX_NAME_LENGTH,
    comparisons: values.MAX_QUERY_COMPARISONS,
    cost: values.MAX_QUERY_COST,
    reportedErrors: values.MAX_REPORTED_ERRORS,
    responseBytes: values.MAX_RESPONSE_BYTES,
  },
  uploads: {
    operationBytes: values.MAX_BODY_BYTES,
    files: values.MAX_UPLOAD_FILES,
    bytes: values.MAX_UPLOAD_BYTES,
    concurrentBodies: values.MAX_UPLOADS_AT_ONCE,
    concurrentUpstreamFiles: values.MAX_UPSTREAM_UPLOADS_AT_ONCE,
    pixels: values.MAX_IMAGE_PIXELS,
    receiveMilliseconds: values.UPLOAD_SECONDS * 1_000,
  },
  images: {
    hosts: values.IMAGE_HOSTS,
    cacheBytes: values.IMAGE_CACHE_MEGABYTES * MEGABYTE,
    decodeBytes: values.IMAGE_DECODE_MEGABYTES * MEGABYTE,
    streams: values.MAX_IMAGE_STREAMS,
    stallMilliseconds: values.IMAGE_STALL_SECONDS * 1_000,
    pixels: values.MAX_IMAGE_PIXELS,
  },
});
