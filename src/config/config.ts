import { z } from 'zod';
import type { WatchSettings } from '../job-watching/job-watcher.ts';
import { sandboxOptions, sandboxSettings } from '../sandbox/config.ts';
import type { SandboxOptions } from '../sandbox/sandbox.ts';
import {
  baseUrl,
  choice,
  decimal,
  type Environment,
  flag,
  host,
  integer,
  isSet,
  list,
  optionalFlag,
  readSettings,
  redisUrl,
  seconds,
  text,
  textOr,
  unset,
} from '../util/environment.ts';
import { findUnknownVariables } from '../util/unknown-variables.ts';
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

const HOUR = 3_600;

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
  WATCH_IMAGES_SECONDS: decimal({ default: 10, min: 0, max: HOUR }).describe(
    'How long a completed prediction without images is still polled for them before its last event, in seconds.',
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

const documentSettings = {
  PERSISTED_QUERIES_AUTOMATIC: flag(true).describe(
    'Let clients send the hash of a document in its place, once they have sent both (automatic persisted queries).',
  ),
  PERSISTED_QUERIES_MANIFEST: text().describe(
    'JSON file of the only documents that are executed, by their ids, as Apollo’s or Relay’s tools write it. Unset: every document is.',
  ),
};

/** Every environment variable there is. README's table is compared with it. */
export const settings = {
  PORT: integer({ default: 4000, min: 0, max: 65_535 }).describe('Port to listen on; 0 takes a free one.'),
  HOST: host('127.0.0.1').describe('Address to listen on. `127.0.0.1` is reachable from this machine only.'),
  PUBLIC_URL: baseUrl().describe(
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
    'Origins whose pages may use the gateway, such as `https://app.example.com`, separated by commas; `*` for all. Pages of its own origin may anyway, and pages of this machine on this machine.',
  ),
  CORS_HEADERS: list().describe(
    'Further request headers that those pages may send, separated by commas. Those of the gateway and of common tracing libraries may be sent anyway.',
  ),
  LOG_LEVEL: z
    .preprocess(unset, choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'))
    .describe('The least severe log lines that are written.'),
  NODE_ENV: z
    .preprocess(unset, choice(['production', 'development', 'test']).optional())
    .describe(
      'Environment: `production`, `development` or `test`. In production errors suggest no names of the schema, the sandbox is served only with `SANDBOX=true`, and the two settings that follow are off unless they are set.',
    ),
  INTROSPECTION: optionalFlag().describe('Tell the schema to whoever asks. On, but off in production.'),
  GRAPHIQL: optionalFlag().describe('Serve GraphiQL. On, but off in production.'),
  FLAIR_API_URL: baseUrl().describe(
    'Address of the real upstream. Unset: the embedded sandbox, in production only with `SANDBOX=true`.',
  ),
  SANDBOX: optionalFlag().describe(
    'Serve the embedded sandbox in place of a real upstream. On without `FLAIR_API_URL`, but in production only if it is set; with `false` the gateway does not start without `FLAIR_API_URL`.',
  ),
  FLAIR_API_KEY: text().describe('The gateway’s own upstream key, for callers who bring none.'),
  FLAIR_API_KEY_HEADER: textOr('x-api-key').describe(
    'Header that carries the key, from callers and to the upstream. With `authorization` the form is `Bearer <key>`, and no JWTs are accepted.',
  ),
  REDIS_URL: redisUrl().describe(
    'Redis in which many replicas of the gateway keep idempotency keys together. Unset: a file in `.data/`, for one process.',
  ),
  IGNORED_VARIABLES: list().describe(
    'Names of other programs’ variables that begin like settings of the gateway, separated by commas. Any other unknown name of that kind stops the start.',
  ),
  ...networkSettings,
  ...watchSettings,
  ...jwtSettings,
  ...boundSettings,
  ...documentSettings,
  ...sandboxSettings,
};

export interface Config extends Bounds {
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
  /** Further headers that those pages may send. */
  readonly corsHeaders: readonly string[];
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
  readonly network: NetworkConfig;
  readonly watch: WatchSettings;
  /** Subscriptions that one WebSocket may have open at once. */
  readonly streamsPerSocket: number;
  /** Messages a second that one WebSocket may send. */
  readonly messagesPerSocket: number;
  /** Undefined: no JWTs are taken. */
  readonly jwt: JwtConfig | undefined;
  readonly documents: {
    /** Whether clients may send the hash of a document in its place. */
    readonly automatic: boolean;
    /** The file of the only documents that are executed. Undefined: every document is. */
    readonly manifest: string | undefined;
  };
  readonly sandbox: SandboxOptions;
  /** What is probably a mistake, a sentence each. */
  readonly warnings: readonly string[];
}

/** The files that a configuration needs; undefined or false: this one is not needed. */
export interface NeededFiles {
  /** Whether the secret is kept in a file. */
  readonly secret: boolean;
  /** Whether idempotency keys are kept in a file. */
  readonly idempotency: boolean;
  /** The sandbox's file. */
  readonly sandbox: string | undefined;
  readonly manifest: string | undefined;
  /** The file of the tenants' keys. */
  readonly tenants: string | undefined;
}

/**
 * Reads the configuration from environment variables.
 *
 * @param checkFiles Finds mistakes in files, a sentence each.
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
    publicUrl: values.PUBLIC_URL,
    trustProxy: values.TRUST_PROXY,
    secrets: values.SECRET,
    allowAnonymous: values.ALLOW_ANONYMOUS,
    corsOrigins: values.CORS_ORIGINS,
    corsHeaders: values.CORS_HEADERS,
    logLevel: values.LOG_LEVEL,
    isProduction,
    introspection: values.INTROSPECTION ?? !isProduction,
    graphiql: values.GRAPHIQL ?? !isProduction,
    upstreamUrl: values.FLAIR_API_URL,
    ownKey: ownKeyOf(values),
    apiKeyHeader,
    redisUrl: values.REDIS_URL,
    network: networkOf(values),
    watch: watchOf(values, values.MAX_SUBSCRIPTION_DELAY_SECONDS),
    streamsPerSocket: values.MAX_STREAMS_PER_SOCKET,
    messagesPerSocket: values.MAX_SOCKET_MESSAGES_PER_SECOND,
    jwt: jwtConfig(values),
    ...boundsOf(values),
    documents: { automatic: values.PERSISTED_QUERIES_AUTOMATIC, manifest: values.PERSISTED_QUERIES_MANIFEST },
    sandbox: { ...sandboxOptions(values), apiKeyHeader },
    warnings,
  });
}

/** In milliseconds, as everything inside counts. */
function watchOf(values: z.infer<z.ZodObject<typeof watchSettings>>, longestDelay: number): WatchSettings {
  const pace = (fastest: number, slowest: number) => ({ fastest: fastest * 1_000, slowest: slowest * 1_000 });
  return {
    pace: {
      Prediction: pace(values.WATCH_PREDICTION_FASTEST_SECONDS, values.WATCH_PREDICTION_SLOWEST_SECONDS),
      Training: pace(values.WATCH_TRAINING_FASTEST_SECONDS, values.WATCH_TRAINING_SLOWEST_SECONDS),
      list: pace(values.WATCH_LIST_SECONDS, values.WATCH_LIST_SECONDS),
    },
    perSecond: values.WATCH_REQUESTS_PER_SECOND,
    gracePeriod: values.WATCH_LINGER_SECONDS * 1_000,
    maxOutage: values.WATCH_PATIENCE_SECONDS * 1_000,
    images: values.WATCH_IMAGES_SECONDS * 1_000,
    streams: values.MAX_STREAMS_PER_KEY,
    // A connection that broke without a word is noticed after 48 seconds at most.
    placeWait: 2 * longestDelay * 1_000,
  };
}

type Values = Partial<z.infer<z.ZodObject<typeof settings>>>;

const ownKeyOf = ({ FLAIR_API_KEY, FLAIR_API_URL }: Values): string | undefined =>
  FLAIR_API_KEY ?? (FLAIR_API_URL === undefined ? 'demo' : undefined);

/** A setting that is set but mistaken counts as set, so that no file is required because of it. */
const neededFiles = (values: Values, environment: Environment): NeededFiles => ({
  secret: !isSet(environment, 'SECRET'),
  idempotency: !isSet(environment, 'REDIS_URL'),
  sandbox: isSet(environment, 'FLAIR_API_URL') ? undefined : values.SANDBOX_STORAGE,
  manifest: values.PERSISTED_QUERIES_MANIFEST,
  tenants: values.TENANT_KEYS_FILE,
});

/** Mistakes in how settings go together. */
const mistakesIn = (values: Values, environment: Environment): string[] => [
  ...jwtMistakes(values, environment),
  ...networkMistakes(values),
  ...imageMistakes(values),
  ...combinationMistakes(values, environment),
];
