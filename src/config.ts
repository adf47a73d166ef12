import { z } from 'zod';
import { type JwtConfig, jwtConfig, jwtMistakes, jwtSettings } from './access/config.ts';
import { isLoopbackName } from './access/credential.ts';
import type { RateLimits } from './access/rates.ts';
import type { ImageLimits } from './images/limits.ts';
import type { OperationLimits } from './limits/limits.ts';
import { sandboxOptions, sandboxSettings } from './sandbox/config.ts';
import type { SandboxOptions } from './sandbox/sandbox.ts';
import {
  decimal,
  flag,
  httpUrl,
  integer,
  list,
  optionalFlag,
  readSettings,
  redisUrl,
  text,
  textOr,
} from './settings.ts';
import type { UploadLimits } from './uploads/limits.ts';
import type { BreakerSettings } from './upstream/breaker.ts';
import type { WatchSettings } from './watching.ts';

const HOUR = 3_600;
const seconds = (fallback: number, max = HOUR) => decimal({ default: fallback, min: 0.05, max });

const watchSettings = {
  WATCH_PREDICTION_FASTEST_SECONDS: seconds(1).describe(
    'Wait after the first look at a watched prediction and after every change, in seconds.',
  ),
  WATCH_PREDICTION_SLOWEST_SECONDS: seconds(5).describe(
    'What that wait grows to while a prediction does not change, in seconds.',
  ),
  WATCH_TRAINING_FASTEST_SECONDS: seconds(2).describe(
    'Wait after the first look at a watched training and after every change, in seconds.',
  ),
  WATCH_TRAINING_SLOWEST_SECONDS: seconds(15).describe(
    'What that wait grows to while a training does not change, in seconds.',
  ),
  WATCH_LIST_SECONDS: seconds(15).describe(
    'Wait between looks at a model’s trainings for ones that were started elsewhere, in seconds.',
  ),
  WATCH_REQUESTS_PER_SECOND: decimal({ default: 20, min: 0.1, max: 10_000 }).describe(
    'Looks a second that all watched jobs of one key may take together.',
  ),
  WATCH_LINGER_SECONDS: decimal({ default: 3, min: 0, max: HOUR }).describe(
    'How long a job is still polled after its last viewer left, in seconds, to bridge a reconnect.',
  ),
  WATCH_PATIENCE_SECONDS: seconds(600, 24 * HOUR).describe(
    'For how long the upstream may fail before a stream ends, in seconds.',
  ),
  MAX_STREAMS_PER_KEY: integer({ default: 1_000, min: 1, max: 10_000_000 }).describe(
    'Subscriptions that one key may have open at once.',
  ),
  MAX_STREAMS_PER_SOCKET: integer({ default: 50, min: 1, max: 10_000_000 }).describe(
    'Subscriptions that one WebSocket may have open at once.',
  ),
  MAX_SOCKET_MESSAGES_PER_SECOND: integer({ default: 50, min: 1, max: 10_000_000 }).describe(
    'Messages a second that one WebSocket may send; twice as many for a moment.',
  ),
};

const upstreamSettings = {
  OPERATION_SECONDS: seconds(30).describe(
    'Time for the answer to a query or a mutation, on top of its `waitSeconds`, in seconds. What has not come by then is an error in its place.',
  ),
  MAX_WAITING_REQUESTS_PER_KEY: integer({ default: 1_000, min: 1, max: 10_000_000 }).describe(
    'Requests of one key that may wait for their turn at the upstream. Polls are turned away first.',
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

const share = (fallback: number) => integer({ default: fallback, min: 1, max: 10_000_000 });

const rateSettings = {
  MAX_OPERATIONS_PER_SECOND_PER_KEY: share(200).describe(
    'Operations a second of one key, over every transport. Twice as many may come at once.',
  ),
  MAX_REQUESTS_PER_SECOND_PER_ADDRESS: share(200).describe(
    'Requests for the graph and for uploads, and operations over WebSockets, a second from one address. Twice as many may come at once.',
  ),
  MAX_SOCKETS_PER_KEY: share(200).describe('WebSockets that one key may have open at once.'),
  MAX_EVENT_STREAMS_PER_KEY: share(200).describe(
    'Subscriptions over server-sent events that one key may have open at once.',
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
  MAX_QUERY_COST: limit(300, 1_000_000).describe(
    'Requests to the upstream that one operation may take, as estimated beforehand.',
  ),
};

const documentSettings = {
  PERSISTED_QUERIES_AUTOMATIC: flag(true).describe(
    'Let clients send the hash of a document in its place, once they have sent both (automatic persisted queries).',
  ),
  PERSISTED_QUERIES_MANIFEST: text().describe(
    'JSON file of the only documents that are executed, by their ids, as Apollo’s or Relay’s tools write it. Unset: every document is.',
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
};

/** Every environment variable there is. README's table is compared with it. */
export const settings = {
  PORT: integer({ default: 4000, min: 0, max: 65_535 }).describe('Port to listen on; 0 takes a free one.'),
  HOST: textOr('127.0.0.1').describe('Address to listen on. `127.0.0.1` is reachable from this machine only.'),
  PUBLIC_URL: httpUrl().describe(
    'Where clients reach the gateway. Absolute URLs are built from it; unset, from the address it listens on.',
  ),
  TRUST_PROXY: flag(false).describe(
    'Take the client’s address from `X-Forwarded-For`, because a proxy of yours sets it.',
  ),
  SECRET: list().describe(
    'Secrets that seal image URLs, newest first, separated by commas; 32 characters or more each. Generated into `.data/secret` when unset.',
  ),
  ALLOW_ANONYMOUS: flag(false).describe('Lend the gateway’s own key to everyone who can reach it.'),
  CORS_ORIGINS: list().describe(
    'Origins whose pages may use the gateway, such as `https://app.example.com`, separated by commas; `*` for all. Pages of its own origin may anyway.',
  ),
  LOG_LEVEL: z
    .preprocess(
      (value) => (value === '' ? undefined : value),
      z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          error: ({ input }) => `must be trace, debug, info, warn, error, fatal or silent, but is "${input}".`,
        })
        .default('info'),
    )
    .describe('The least severe log lines that are written.'),
  NODE_ENV: text().describe(
    'With `production`, errors suggest no names of the schema, and what follows is off unless it is set.',
  ),
  INTROSPECTION: optionalFlag().describe('Tell the schema to whoever asks. On, but off in production.'),
  GRAPHIQL: optionalFlag().describe('Serve GraphiQL. On, but off in production.'),
  FLAIR_API_URL: httpUrl().describe('Address of the real upstream. Unset: the embedded sandbox.'),
  FLAIR_API_KEY: text().describe('The gateway’s own upstream key, for callers who bring none.'),
  FLAIR_API_KEY_HEADER: textOr('x-api-key').describe('Header that carries the key, from callers and to the upstream.'),
  REDIS_URL: redisUrl().describe(
    'Redis in which many replicas of the gateway keep idempotency keys together. Unset: a file in `.data/`, for one process.',
  ),
  ...upstreamSettings,
  ...watchSettings,
  ...jwtSettings,
  ...rateSettings,
  ...limitSettings,
  ...documentSettings,
  ...uploadSettings,
  ...imageSettings,
  ...sandboxSettings,
};

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Undefined: the address it listens on. */
  readonly publicUrl: string | undefined;
  readonly trustProxy: boolean;
  /** Newest first; empty: generate one. */
  readonly secrets: readonly string[];
  readonly allowAnonymous: boolean;
  /** Origins whose pages may use the gateway from a browser; `*` for all. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Whether nothing is shown that helps nobody but developers. */
  readonly isProduction: boolean;
  /** Whether the schema is told. */
  readonly introspection: boolean;
  /** Whether GraphiQL is served. */
  readonly graphiql: boolean;
  /** Undefined: the embedded sandbox. */
  readonly upstreamUrl: string | undefined;
  /** The gateway's own key, if it has one. */
  readonly ownKey: string | undefined;
  readonly apiKeyHeader: string;
  /** Undefined: one process, which keeps its own file. */
  readonly redisUrl: string | undefined;
  /** Time for the answer to a query or a mutation, in milliseconds. */
  readonly operationMilliseconds: number;
  /** How the upstream is spared. */
  readonly upstream: { readonly waiting: number; readonly breaker: BreakerSettings };
  readonly watch: WatchSettings;
  /** Subscriptions that one WebSocket may have open at once. */
  readonly streamsPerSocket: number;
  /** Messages a second that one WebSocket may send. */
  readonly messagesPerSocket: number;
  /** Undefined: no JWTs are taken. */
  readonly jwt: JwtConfig | undefined;
  readonly rates: RateLimits;
  readonly limits: OperationLimits;
  readonly documents: {
    /** Whether clients may send the hash of a document in its place. */
    readonly automatic: boolean;
    /** The file of the only documents that are executed. Undefined: every document is. */
    readonly manifest: string | undefined;
  };
  readonly uploads: UploadLimits;
  readonly images: ImageLimits;
  readonly sandbox: SandboxOptions;
}

const SHORTEST_SECRET = 32;

/**
 * Reads the configuration from environment variables.
 *
 * @throws ConfigError that lists every mistake at once.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const values = readSettings(z.object(settings), environment, mistakesIn);
  const isProduction = values.NODE_ENV === 'production';

  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL,
    trustProxy: values.TRUST_PROXY,
    secrets: values.SECRET,
    allowAnonymous: values.ALLOW_ANONYMOUS,
    corsOrigins: values.CORS_ORIGINS,
    logLevel: values.LOG_LEVEL,
    isProduction,
    introspection: values.INTROSPECTION ?? !isProduction,
    graphiql: values.GRAPHIQL ?? !isProduction,
    upstreamUrl: values.FLAIR_API_URL,
    ownKey: ownKeyOf(values),
    apiKeyHeader: values.FLAIR_API_KEY_HEADER,
    redisUrl: values.REDIS_URL,
    operationMilliseconds: values.OPERATION_SECONDS * 1_000,
    upstream: {
      waiting: values.MAX_WAITING_REQUESTS_PER_KEY,
      breaker: {
        share: values.BREAKER_SHARE,
        attempts: values.BREAKER_REQUESTS,
        window: values.BREAKER_WINDOW_SECONDS * 1_000,
        rest: values.BREAKER_REST_SECONDS * 1_000,
      },
    },
    watch: watchOf(values),
    streamsPerSocket: values.MAX_STREAMS_PER_SOCKET,
    messagesPerSocket: values.MAX_SOCKET_MESSAGES_PER_SECOND,
    jwt: jwtConfig(values),
    rates: {
      perKey: values.MAX_OPERATIONS_PER_SECOND_PER_KEY,
      perAddress: values.MAX_REQUESTS_PER_SECOND_PER_ADDRESS,
      sockets: values.MAX_SOCKETS_PER_KEY,
      eventStreams: values.MAX_EVENT_STREAMS_PER_KEY,
    },
    limits: {
      tokens: values.MAX_QUERY_TOKENS,
      depth: values.MAX_QUERY_DEPTH,
      aliases: values.MAX_QUERY_ALIASES,
      directives: values.MAX_QUERY_DIRECTIVES,
      rootFields: values.MAX_ROOT_FIELDS,
      operations: values.MAX_OPERATIONS,
      cost: values.MAX_QUERY_COST,
    },
    documents: { automatic: values.PERSISTED_QUERIES_AUTOMATIC, manifest: values.PERSISTED_QUERIES_MANIFEST },
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
      pixels: values.MAX_IMAGE_PIXELS,
    },
    sandbox: { ...sandboxOptions(values), apiKeyHeader: values.FLAIR_API_KEY_HEADER },
  });
}

/** In milliseconds, as everything inside counts. */
function watchOf(values: z.infer<z.ZodObject<typeof watchSettings>>): WatchSettings {
  const pace = (fastest: number, slowest: number) => ({ fastest: fastest * 1_000, slowest: slowest * 1_000 });
  return {
    pace: {
      Prediction: pace(values.WATCH_PREDICTION_FASTEST_SECONDS, values.WATCH_PREDICTION_SLOWEST_SECONDS),
      Training: pace(values.WATCH_TRAINING_FASTEST_SECONDS, values.WATCH_TRAINING_SLOWEST_SECONDS),
      list: pace(values.WATCH_LIST_SECONDS, values.WATCH_LIST_SECONDS),
    },
    perSecond: values.WATCH_REQUESTS_PER_SECOND,
    linger: values.WATCH_LINGER_SECONDS * 1_000,
    patience: values.WATCH_PATIENCE_SECONDS * 1_000,
    streams: values.MAX_STREAMS_PER_KEY,
  };
}

type Values = Partial<z.infer<z.ZodObject<typeof settings>>>;

const ownKeyOf = ({ FLAIR_API_KEY, FLAIR_API_URL }: Values): string | undefined =>
  FLAIR_API_KEY ?? (FLAIR_API_URL === undefined ? 'demo' : undefined);

/** Mistakes in how settings go together. */
function mistakesIn(values: Values): string[] {
  const { HOST, ALLOW_ANONYMOUS, FLAIR_API_KEY, FLAIR_API_KEY_HEADER, SECRET = [], CORS_ORIGINS = [] } = values;
  const mistakes = jwtMistakes(values);
  for (const origin of CORS_ORIGINS) {
    if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) continue;
    mistakes.push(`\`CORS_ORIGINS\` must hold origins such as https://app.example.com, or *, but holds "${origin}".`);
  }
  if (HOST !== undefined && !isLoopbackName(HOST) && ownKeyOf(values) !== undefined && ALLOW_ANONYMOUS === false) {
    const own = FLAIR_API_KEY === undefined ? 'sandbox key' : '`FLAIR_API_KEY`';
    const orElse = FLAIR_API_KEY === undefined ? '' : ', or unset `FLAIR_API_KEY` so that every caller brings a key';
    mistakes.push(
      `\`HOST\` is "${HOST}", so others can reach the gateway, and it would act for them with its own ${own}. Set \`ALLOW_ANONYMOUS=true\` if that is what you want, or \`HOST=127.0.0.1\`${orElse}.`,
    );
  }
  if (FLAIR_API_KEY_HEADER !== undefined && !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(FLAIR_API_KEY_HEADER)) {
    mistakes.push(`\`FLAIR_API_KEY_HEADER\` must be the name of an HTTP header, but is "${FLAIR_API_KEY_HEADER}".`);
  }
  if (SECRET.some((secret) => secret.length < SHORTEST_SECRET)) {
    mistakes.push(
      `\`SECRET\` must hold secrets of ${SHORTEST_SECRET} characters or more. Make one with: openssl rand -hex 32`,
    );
  }
  return mistakes;
}
