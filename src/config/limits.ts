import type { z } from 'zod';
import type { ImageLimits } from '../images/limits.ts';
import type { OperationLimits } from '../limits/limits.ts';
import type { RateLimits } from '../limits/rate-limit.ts';
import type { UploadLimits } from '../uploads/limits.ts';
import { DEFAULT_MAX_RETRY_AFTER } from '../upstream/decode/retry-after.ts';
import type { BreakerSettings } from '../upstream/policy/circuit-breaker.ts';
import { decimal, integer, list, seconds } from '../util/environment.ts';
import type { UnsentLimits } from '../websocket/unsent-bytes.ts';

const upstreamSettings = {
  OPERATION_SECONDS: seconds(30).describe(
    'Time for the answer to a query or a mutation, on top of its `waitSeconds`, in seconds. What has not come by then is an error in its place.',
  ),
  MAX_WAITING_REQUESTS_PER_KEY: integer({ default: 1_000, min: 1, max: 10_000_000 }).describe(
    'Requests of one key that may wait for their turn at the upstream. Polls are turned away first.',
  ),
  MAX_RETRY_AFTER_SECONDS: seconds(DEFAULT_MAX_RETRY_AFTER, 24 * 3_600).describe(
    'Longest delay that is respected when the upstream sends `Retry-After`, in seconds. Longer ones are shortened to it.',
  ),
  BREAKER_SHARE: decimal({ default: 0.5, min: 0.01, max: 1 }).describe(
    'Share of failed requests from which on the upstream is left alone for a while; 5xx, silence and broken connections count.',
  ),
  BREAKER_REQUESTS: integer({ default: 20, min: 1, max: 1_000_000 }).describe(
    'Requests that must have ended before that share means anything.',
  ),
  BREAKER_WINDOW_SECONDS: seconds(10).describe('Over how long they are counted, in seconds.'),
  BREAKER_REST_SECONDS: seconds(5).describe(
    'How long the upstream is left alone before one request finds out how it is, in seconds.',
  ),
};

const countLimit = (fallback: number) => integer({ default: fallback, min: 1, max: 10_000_000 });

const rateSettings = {
  MAX_OPERATIONS_PER_SECOND_PER_KEY: countLimit(200).describe(
    'Operations a second of one key, over every transport. Twice as many may come at once.',
  ),
  MAX_REQUESTS_PER_SECOND_PER_ADDRESS: countLimit(200).describe(
    'Requests for the graph and for uploads, and operations over WebSockets, a second from one address. Twice as many may come at once.',
  ),
  MAX_SOCKETS_PER_KEY: countLimit(200).describe('WebSockets that one key may have open at once.'),
  MAX_EVENT_STREAMS_PER_KEY: countLimit(200).describe(
    'Subscriptions over server-sent events that one key may have open at once.',
  ),
  MAX_SOCKETS_PER_ADDRESS: countLimit(1_000).describe(
    'WebSockets that one address may have open at once, whatever keys they present.',
  ),
  MAX_SOCKETS: countLimit(10_000).describe('WebSockets that may be open at once altogether.'),
  MAX_SUBSCRIPTION_DELAY_SECONDS: decimal({ default: 30, min: 0, max: 600 }).describe(
    'How long a new subscription that exceeds a rate may be delayed, as after a restart, in seconds. One that would wait longer is refused.',
  ),
  MAX_UNSENT_BYTES_PER_SOCKET: integer({ default: 16_777_216, min: 65_536, max: 2_000_000_000 }).describe(
    'Bytes that one WebSocket may leave unread before it is closed; new operations wait from a sixteenth of it on.',
  ),
  MAX_UNSENT_BYTES: integer({ default: 134_217_728, min: 65_536, max: 20_000_000_000 }).describe(
    'Bytes that all WebSockets together may leave unread. Above it the one with the most is closed.',
  ),
};

const limit = (fallback: number, max: number) => integer({ default: fallback, min: 1, max });

const limitSettings = {
  MAX_QUERY_TOKENS: limit(2_000, 100_000).describe('Words and marks that one GraphQL document may have.'),
  MAX_QUERY_DEPTH: limit(12, 1_000).describe('How deep fields may lie within fields.'),
  MAX_QUERY_ALIASES: limit(30, 100_000).describe('Aliases that one operation may have.'),
  MAX_QUERY_DIRECTIVES: limit(20, 100_000).describe('Directives that one operation may have.'),
  MAX_ROOT_FIELDS: limit(20, 100_000).describe('Queries or mutations that one operation may hold.'),
  MAX_OPERATIONS: limit(10, 100_000).describe('Operations that one document may hold.'),
  MAX_NAME_LENGTH: limit(200, 10_000).describe(
    'The longest name in a document, in characters: of an operation, a variable, an alias, a field and so on.',
  ),
  MAX_QUERY_COMPARISONS: limit(5_000, 400_000).describe(
    'Pairs of fields with one name in one place, and of fragments spread there, that one document may have. Validation compares each pair.',
  ),
  MAX_QUERY_COST: limit(300, 1_000_000).describe(
    'Requests to the upstream that one operation may take, as estimated before it is executed and as counted meanwhile.',
  ),
  MAX_REPORTED_ERRORS: limit(50, 10_000).describe(
    'Errors that one response reports. One more says how many are left out.',
  ),
  MAX_RESPONSE_BYTES: integer({ default: 50_000_000, min: 1_024, max: 80_000_000 }).describe(
    'The longest response of the graph, or event of a subscription, in bytes of JSON. A longer one is an error instead.',
  ),
};

const uploadSettings = {
  MAX_BODY_BYTES: integer({ default: 262_144, min: 1_024, max: 100_000_000 }).describe(
    'The body of a request without files, and a message over a WebSocket, in bytes.',
  ),
  MAX_UPLOAD_FILES: integer({ default: 20, min: 1, max: 100 }).describe('Files that one request may hold.'),
  MAX_UPLOAD_BYTES: integer({ default: 210_763_776, min: 1_024, max: 2_000_000_000 }).describe(
    'What one request with files may hold altogether, in bytes.',
  ),
  MAX_UPLOADS_AT_ONCE: integer({ default: 16, min: 1, max: 1_000 }).describe(
    'Bodies with files that are received at once. Others wait before anything of theirs is read.',
  ),
  MAX_UPSTREAM_UPLOADS_AT_ONCE: integer({ default: 4, min: 1, max: 100 }).describe(
    'Files of multipart requests that are sent to the upstream at once, each held in memory for as long.',
  ),
  UPLOAD_SECONDS: seconds(120).describe('Time to receive a whole upload, in seconds.'),
  MAX_IMAGE_PIXELS: integer({ default: 100_000_000, min: 1_000, max: 1_000_000_000 }).describe(
    'The largest picture that is taken in or shown, width times height.',
  ),
};

const imageSettings = {
  IMAGE_HOSTS: list().describe(
    'Hosts, as `host` or `host:port`, from which pictures are fetched even if they are private or speak plain HTTP, separated by commas.',
  ),
  IMAGE_CACHE_MEGABYTES: integer({ default: 64, min: 1, max: 100_000 }).describe(
    'Memory for resized and re-encoded copies of pictures, in megabytes.',
  ),
  IMAGE_DECODE_MEGABYTES: integer({ default: 160, min: 64, max: 100_000 }).describe(
    'Memory for decoding, resizing and encoding of all images together, in megabytes. An image that takes more alone is refused.',
  ),
  MAX_IMAGE_STREAMS: integer({ default: 64, min: 1, max: 10_000 }).describe(
    'Original images that are passed on from the upstream at once. One key has three quarters of them at most; others wait.',
  ),
  IMAGE_STALL_SECONDS: seconds(60).describe(
    'How long a client may take nothing of an image that is sent to it before its connection is cut, in seconds.',
  ),
};

/** Entries of `IMAGE_HOSTS` that match no host. */
export const imageMistakes = ({ IMAGE_HOSTS = [] }: { IMAGE_HOSTS?: readonly string[] | undefined }): string[] =>
  IMAGE_HOSTS.filter((entry) => !isHostAndPort(entry)).map(
    (entry) => `\`IMAGE_HOSTS\` must hold hosts as \`host\` or \`host:port\`, without wildcards, but holds "${entry}".`,
  );

const isHostAndPort = (entry: string): boolean =>
  /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?$/i.test(entry) && URL.canParse(`http://${entry}`);

/** How much callers may ask, send and keep open, and how the upstream is spared. */
export const boundSettings = {
  ...upstreamSettings,
  ...rateSettings,
  ...limitSettings,
  ...uploadSettings,
  ...imageSettings,
};

export interface Bounds {
  /** Time for the answer to a query or a mutation, in milliseconds. */
  readonly operationMilliseconds: number;
  /** How the upstream is spared. */
  readonly upstream: {
    readonly waiting: number;
    readonly breaker: BreakerSettings;
    readonly maxRetryAfterSeconds: number;
  };
  readonly rates: RateLimits;
  /** What WebSockets may leave unread, in bytes. */
  readonly unsent: UnsentLimits;
  readonly limits: OperationLimits;
  readonly uploads: UploadLimits;
  readonly images: ImageLimits;
}

/** In milliseconds and bytes, as everything inside counts. */
export const boundsOf = (values: z.infer<z.ZodObject<typeof boundSettings>>): Bounds => ({
  operationMilliseconds: values.OPERATION_SECONDS * 1_000,
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
    longestDelay: values.MAX_SUBSCRIPTION_DELAY_SECONDS * 1_000,
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
    atOnce: values.MAX_UPLOADS_AT_ONCE,
    upstreamAtOnce: values.MAX_UPSTREAM_UPLOADS_AT_ONCE,
    pixels: values.MAX_IMAGE_PIXELS,
    milliseconds: values.UPLOAD_SECONDS * 1_000,
  },
  images: {
    hosts: values.IMAGE_HOSTS,
    cacheBytes: values.IMAGE_CACHE_MEGABYTES * 1_048_576,
    decodeBytes: values.IMAGE_DECODE_MEGABYTES * 1_048_576,
    streams: values.MAX_IMAGE_STREAMS,
    stallMilliseconds: values.IMAGE_STALL_SECONDS * 1_000,
    pixels: values.MAX_IMAGE_PIXELS,
  },
});
