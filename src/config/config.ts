import { availableParallelism } from 'node:os';
import * as z from 'zod';
import type { TrustProxy } from '../http/client-address.ts';
import type { WatchSettings } from '../job-watching/job-watcher.ts';
import { sandboxOptions, sandboxSettings } from '../sandbox/config.ts';
import type { SandboxOptions } from '../sandbox/sandbox.ts';
import {
  baseUrl,
  choice,
  decimal,
  type Environment,
  emptyToUndefined,
  flag,
  host,
  integer,
  isSet,
  list,
  optionalFlag,
  processCount,
  readSettings,
  redisUrl,
  SECRET,
  seconds,
  text,
  textOr,
} from '../util/environment.ts';
import { findUnknownVariables } from '../util/unknown-variables.ts';
import { addressMistakes, basePath, socketPath, trustedProxies } from './addresses.ts';
import { combinationMistakes } from './combinations.ts';
import { type JwtConfig, jwtConfig, jwtMistakes, jwtSettings } from './jwt.ts';
import { type Bounds, boundSettings, boundsOf, imageMistakes } from './limits.ts';
import {
  type NetworkConfig,
  networkMistakes,
  networkOf,
  networkSettings,
  PROXY_VARIABLES,
  withProxyNames,
} from './network.ts';
import { type TelemetryConfig, telemetryMistakes, telemetryOf, telemetrySettings } from './telemetry.ts';
import { isTraced, traceSettings } from './traces.ts';

const HOUR = 3_600;
const MAX_WORKERS = 64;

const watchSettings = {
  WATCH_PREDICTION_FASTEST_SECONDS: seconds(1).describe(
    'Interval between polls of a watched prediction at first and after every change, in seconds.',
  ),
  WATCH_PREDICTION_SLOWEST_SECONDS: seconds(5).describe(
    'Maximum of that interval, to which it grows while the prediction does not change, in seconds.',
  ),
  WATCH_TRAINING_FASTEST_SECONDS: seconds(2).describe(
    'Interval between polls of a watched training at first and after every change, in seconds.',
  ),
  WATCH_TRAINING_SLOWEST_SECONDS: seconds(15).describe(
    'Maximum of that interval, to which it grows while the training does not change, in seconds.',
  ),
  WATCH_LIST_SECONDS: seconds(15).describe(
    'Minimum time between complete reads of a list that is followed by `trainingsUpdated` or `predictionsUpdated`, to find jobs started by other clients, in seconds.',
  ),
  WATCH_REQUESTS_PER_SECOND: decimal({ default: 20, min: 0.1, max: 10_000 }).describe(
    'Maximum polls per second of one key: single jobs and pages of lists together, evenly spaced.',
  ),
  WATCH_LINGER_SECONDS: decimal({ default: 3, min: 0, max: HOUR }).describe(
    'Time for which the state of a job is kept after its last subscriber disconnected, to bridge a reconnect, in seconds. It is not polled meanwhile.',
  ),
  WATCH_PATIENCE_SECONDS: seconds(600, 24 * HOUR).describe(
    'Maximum age of a state while polls fail, after which its subscriptions end with an error, in seconds.',
  ),
  WATCH_IMAGES_SECONDS: decimal({ default: 10, min: 0, max: HOUR }).describe(
    'Time for which a completed prediction without images is still polled for them before its last event, in seconds.',
  ),
  MAX_STREAMS_PER_KEY: integer({ default: 1_000, min: 1, max: 10_000_000 }).describe(
    'Maximum open subscriptions per key.',
  ),
  MAX_STREAMS_PER_SOCKET: integer({ default: 50, min: 1, max: 10_000_000 }).describe(
    'Maximum open subscriptions per WebSocket.',
  ),
  MAX_SOCKET_MESSAGES_PER_SECOND: integer({ default: 50, min: 1, max: 10_000_000 }).describe(
    'Maximum messages per second from one WebSocket, with bursts of twice as many.',
  ),
};

const documentSettings = {
  PERSISTED_QUERIES_AUTOMATIC: flag(true).describe(
    'Accept the hash of a document instead of the document, once a client has sent both (automatic persisted queries).',
  ),
  PERSISTED_QUERIES_MANIFEST: text().describe(
    'Path of a JSON manifest of persisted documents by id, as Apollo’s or Relay’s tools write it. Only these documents are executed. Unset: all documents are.',
  ),
};

/** All environment variables. `npm run settings` writes their documents. */
export const settings = {
  PORT: integer({ default: 4000, min: 0, max: 65_535 }).describe('Port to listen on; 0 selects a free one.'),
  HOST: host('127.0.0.1').describe('Address to listen on. `127.0.0.1` is reachable from this machine only.'),
  LISTEN_SOCKET: socketPath().describe(
    'Path of a Unix socket to listen on instead of `HOST` and `PORT`, for a proxy on the same machine, whose user needs permission to write to it. Requires `PUBLIC_URL` and `TRUST_PROXY`.',
  ),
  WORKERS: processCount(availableParallelism(), MAX_WORKERS).describe(
    'Number of processes that serve the port; `auto` for one per available processor.',
  ),
  DRAIN_SECONDS: decimal({ default: 5, min: 0, max: HOUR }).describe(
    'Time between SIGTERM and the end of the service, in seconds: `/ready` fails, and everything is still served, until load balancers have noticed. 0 skips it, as Ctrl-C does.',
  ),
  READY_REQUIRES_UPSTREAM: flag(false).describe(
    'Let `/ready` fail while the circuit breaker is open, that is while the upstream keeps failing. All replicas then fail at once.',
  ),
  KEEP_ALIVE_SECONDS: seconds(75).describe(
    'Time for which an idle connection is kept open, in seconds. Longer than that of the proxy in front, which would otherwise send requests on connections that are being closed.',
  ),
  PUBLIC_URL: baseUrl().describe(
    'URL at which clients reach the gateway, with its path: the base of absolute URLs. Unset: the address that it listens on.',
  ),
  BASE_PATH: basePath().describe(
    'Path below which everything is served, such as `/flair` for `/flair/graphql`. `/health` and `/ready` are also served without it. `PUBLIC_URL` contains it, too.',
  ),
  TRUST_PROXY: trustedProxies().describe(
    'Your proxies, which add the addresses of clients to `X-Forwarded-For`: their number between clients and the gateway (`true` is 1), or their networks, separated by commas, such as `10.0.0.0/8, loopback`, also `linklocal` and `uniquelocal`. With `false`, the header is ignored.',
  ),
  SECRET: list()
    .describe(
      'Secrets that encrypt image URLs and tokens, newest first, separated by commas; 32 characters or more each. Unset: generated and stored in `.data/secret`. Required with `REDIS_URL`.',
    )
    .meta(SECRET),
  ALLOW_ANONYMOUS: flag(false).describe(
    'Let every request without a key use the gateway’s own key, not only requests from this machine.',
  ),
  CORS_ORIGINS: list().describe(
    'Origins whose pages may use the gateway, such as `https://app.example.com`, separated by commas; `*` for all. Its own origin is always allowed; on the same machine, so are local pages.',
  ),
  CORS_HEADERS: list().describe(
    'Additional request headers that pages of these origins may send, separated by commas. Those of the gateway and of common tracing libraries are always allowed.',
  ),
  ...telemetrySettings,
  NODE_ENV: z
    .preprocess(emptyToUndefined, choice(['production', 'development', 'test']).optional())
    .describe(
      'Environment: `production`, `development` or `test`. In production, error messages suggest no names of the schema, the sandbox requires `SANDBOX=true`, and the next two settings are off by default; so is `STUDIO`, unless the upstream is the sandbox.',
    ),
  INTROSPECTION: optionalFlag().describe('Allow introspection queries. On by default, but off in production.'),
  GRAPHIQL: optionalFlag().describe('Serve GraphiQL. On by default, but off in production.'),
  STUDIO: optionalFlag().describe(
    'Serve Studio at `/studio`, a page for models, trainings and predictions. On by default, but off in production unless the upstream is the sandbox.',
  ),
  FLAIR_API_URL: baseUrl().describe(
    'URL of the upstream API. Unset: the embedded sandbox, in production only with `SANDBOX=true`.',
  ),
  SANDBOX: optionalFlag().describe(
    'Serve the embedded sandbox instead of a real upstream. On by default without `FLAIR_API_URL`, but not in production. With `false` the gateway does not start without `FLAIR_API_URL`.',
  ),
  FLAIR_API_KEY: text().describe('The gateway’s own upstream key, for requests without a key.').meta(SECRET),
  FLAIR_API_KEY_HEADER: textOr('x-api-key').describe(
    'Header of the API key, in requests to the gateway and to the upstream. With `authorization` its value is `Bearer <key>`, and no JWTs are accepted.',
  ),
  FLAIR_CONTRACT: text().describe(
    'Path of an OpenAPI file (YAML or JSON) with the paths, methods and names of the upstream where they differ from the built-in contract. `--print-contract` prints one to start from.',
  ),
  REDIS_URL: redisUrl().describe(
    'Redis through which several replicas act as one gateway: `redis://` or `rediss://`, `redis+sentinel://host:26379,host:26379/name` or `redis+cluster://host:6379,host:6379`; needs `SECRET`. Unset: idempotency keys are stored in a file in `.data/`, for the processes of one machine.',
  ),
  IGNORED_VARIABLES: list().describe(
    'Variables of other programs whose names begin like settings of the gateway, separated by commas. The gateway does not start with any other unknown variable of that kind.',
  ),
  ...networkSettings,
  ...watchSettings,
  ...jwtSettings,
  ...boundSettings,
  ...documentSettings,
  ...traceSettings,
  ...sandboxSettings,
};

export interface Config extends Bounds, TelemetryConfig {
  readonly port: number;
  readonly host: string;
  /** Number of processes that serve the port. With 1, there is no primary process. */
  readonly workers: number;
  /** Time between SIGTERM and the end of the service, in milliseconds. */
  readonly drainMilliseconds: number;
  /** Whether `/ready` fails while the circuit breaker is open. */
  readonly readyRequiresUpstream: boolean;
  /** Time for which an idle connection is kept open, in milliseconds. */
  readonly keepAliveMilliseconds: number;
  /** Undefined: the address on which the gateway listens. */
  readonly publicUrl: string | undefined;
  /** Path of a Unix socket, on which the gateway listens instead of a port. */
  readonly listenSocket: string | undefined;
  /** Path below which everything is served, without a trailing slash; '' for the root. */
  readonly basePath: string;
  readonly trustProxy: TrustProxy;
  /** Newest first; empty: one is generated. */
  readonly secrets: readonly string[];
  readonly allowAnonymous: boolean;
  /** Origins whose pages may use the gateway from a browser; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** Additional headers that those pages may send. */
  readonly corsHeaders: readonly string[];
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Turns off help for developers, such as suggestions in error messages. */
  readonly isProduction: boolean;
  /** Allow introspection queries. */
  readonly introspection: boolean;
  /** Serve GraphiQL. */
  readonly graphiql: boolean;
  /** Serve Studio. */
  readonly studio: boolean;
  /** Undefined: the embedded sandbox. */
  readonly upstreamUrl: string | undefined;
  /** The gateway's own key, if it has one. */
  readonly ownKey: string | undefined;
  readonly apiKeyHeader: string;
  /** Path of the contract of the upstream. Undefined: the built-in one. */
  readonly contractFile: string | undefined;
  /** Connects several replicas. Undefined: idempotency keys are stored in a file, for a single process. */
  readonly redisUrl: string | undefined;
  readonly network: NetworkConfig;
  readonly watch: WatchSettings;
  /** Maximum open subscriptions per WebSocket. */
  readonly streamsPerSocket: number;
  /** Maximum messages per second from one WebSocket. */
  readonly messagesPerSocket: number;
  /** Undefined: no JWTs are accepted. */
  readonly jwt: JwtConfig | undefined;
  readonly documents: {
    /** Accept automatic persisted queries. */
    readonly automatic: boolean;
    /** Path of the manifest of the only documents that are executed. Undefined: all documents are. */
    readonly manifest: string | undefined;
  };
  /** True if traces are exported. */
  readonly isTraced: boolean;
  readonly sandbox: SandboxOptions;
  /** Probable mistakes, one sentence each. */
  readonly warnings: readonly string[];
}

/** The files that a configuration needs; undefined or false: not needed. */
export interface NeededFiles {
  /** The generated secret. */
  readonly secret: boolean;
  /** The store of idempotency keys. */
  readonly idempotency: boolean;
  /** Path of the sandbox's database, or `memory`. */
  readonly sandbox: string | undefined;
  readonly manifest: string | undefined;
  /** Path of the file with the tenants' keys. */
  readonly tenants: string | undefined;
}

/**
 * Reads the configuration from environment variables.
 *
 * @param checkFiles Finds mistakes in files, one sentence each.
 * @throws ConfigError that lists every mistake at once.
 */
export function readConfig(
  environment: Environment,
  checkFiles: (files: NeededFiles) => readonly string[] = () => [],
): Config {
  const { mistakes, warnings } = findUnknownVariables(environment, [
    ...Object.keys(settings),
    ...PROXY_VARIABLES.map((name) => name.toLowerCase()),
  ]);
  const values = readSettings(z.object(settings), withProxyNames(environment), (found) => [
    ...mistakes,
    ...mistakesIn(found, environment),
    ...checkFiles(neededFiles(found, environment)),
  ]);
  const isProduction = values.NODE_ENV === 'production';
  const apiKeyHeader = values.FLAIR_API_KEY_HEADER.toLowerCase();

  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    workers: values.WORKERS,
    drainMilliseconds: values.DRAIN_SECONDS * 1_000,
    readyRequiresUpstream: values.READY_REQUIRES_UPSTREAM,
    keepAliveMilliseconds: values.KEEP_ALIVE_SECONDS * 1_000,
    publicUrl: values.PUBLIC_URL,
    listenSocket: values.LISTEN_SOCKET,
    basePath: values.BASE_PATH,
    trustProxy: values.TRUST_PROXY,
    secrets: values.SECRET,
    allowAnonymous: values.ALLOW_ANONYMOUS,
    corsOrigins: values.CORS_ORIGINS,
    corsHeaders: values.CORS_HEADERS,
    logLevel: values.LOG_LEVEL,
    ...telemetryOf(values),
    isProduction,
    introspection: values.INTROSPECTION ?? !isProduction,
    graphiql: values.GRAPHIQL ?? !isProduction,
    studio: values.STUDIO ?? (!isProduction || values.FLAIR_API_URL === undefined),
    upstreamUrl: values.FLAIR_API_URL,
    ownKey: ownKeyOf(values),
    apiKeyHeader,
    contractFile: values.FLAIR_CONTRACT,
    redisUrl: values.REDIS_URL,
    network: networkOf(values),
    watch: watchOf(values, values.MAX_SUBSCRIPTION_DELAY_SECONDS),
    streamsPerSocket: values.MAX_STREAMS_PER_SOCKET,
    messagesPerSocket: values.MAX_SOCKET_MESSAGES_PER_SECOND,
    jwt: jwtConfig(values),
    ...boundsOf(values),
    documents: { automatic: values.PERSISTED_QUERIES_AUTOMATIC, manifest: values.PERSISTED_QUERIES_MANIFEST },
    isTraced: isTraced(values),
    sandbox: { ...sandboxOptions(values), apiKeyHeader },
    warnings,
  });
}

/** Converts the settings for watched jobs; durations are in milliseconds. */
function watchOf(values: z.infer<z.ZodObject<typeof watchSettings>>, maxDelaySeconds: number): WatchSettings {
  const pace = (fastest: number, slowest: number) => ({ fastest: fastest * 1_000, slowest: slowest * 1_000 });
  return {
    pace: {
      Prediction: pace(values.WATCH_PREDICTION_FASTEST_SECONDS, values.WATCH_PREDICTION_SLOWEST_SECONDS),
      Training: pace(values.WATCH_TRAINING_FASTEST_SECONDS, values.WATCH_TRAINING_SLOWEST_SECONDS),
    },
    listInterval: values.WATCH_LIST_SECONDS * 1_000,
    pollsPerSecond: values.WATCH_REQUESTS_PER_SECOND,
    gracePeriod: values.WATCH_LINGER_SECONDS * 1_000,
    maxOutage: values.WATCH_PATIENCE_SECONDS * 1_000,
    imageGracePeriod: values.WATCH_IMAGES_SECONDS * 1_000,
    maxStreams: values.MAX_STREAMS_PER_KEY,
    // A lost connection is detected by missing pongs after at most 48 seconds.
    maxStreamWait: 2 * maxDelaySeconds * 1_000,
  };
}

type Values = Partial<z.infer<z.ZodObject<typeof settings>>>;

const ownKeyOf = ({ FLAIR_API_KEY, FLAIR_API_URL }: Values): string | undefined =>
  FLAIR_API_KEY ?? (FLAIR_API_URL === undefined ? 'demo' : undefined);

/** The files that are needed. An invalid setting counts as set, so that its default file is not required. */
const neededFiles = (values: Values, environment: Environment): NeededFiles => ({
  secret: !isSet(environment, 'SECRET') && !isSet(environment, 'REDIS_URL'),
  idempotency: !isSet(environment, 'REDIS_URL'),
  sandbox: isSet(environment, 'FLAIR_API_URL') ? undefined : values.SANDBOX_STORAGE,
  manifest: values.PERSISTED_QUERIES_MANIFEST,
  tenants: values.TENANT_KEYS_FILE,
});

/** Mistakes in the combination of settings. */
const mistakesIn = (values: Values, environment: Environment): string[] => [
  ...jwtMistakes(values, environment),
  ...networkMistakes(values),
  ...telemetryMistakes(values),
  ...imageMistakes(values),
  ...addressMistakes(values, environment),
  ...combinationMistakes(values, environment),
];
