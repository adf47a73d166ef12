import type { Logger } from 'pino';
import type { JwtOptions } from '../auth/jwt.ts';
import type { Broker } from '../cluster/broker.ts';
import type { Contract } from '../contract/contract.ts';
import type { MetricsEndpoint } from '../http/router.ts';
import type { IdempotencyStore } from '../idempotency/store.ts';
import type { DecodeBudget } from '../images/decode-memory.ts';
import type { ImageLimits } from '../images/limits.ts';
import type { TracePoll } from '../job-watching/job-polls.ts';
import type { WatchSettings } from '../job-watching/job-watcher.ts';
import type { OperationLimits } from '../limits/limits.ts';
import type { RateLimits } from '../limits/rate-limit.ts';
import type { Manifest } from '../persisted-documents/manifest.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Measurements } from '../telemetry/measurements.ts';
import type { UploadLimits } from '../uploads/limits.ts';
import type { UpstreamOptions } from '../upstream/upstream.ts';
import type { Sleep, StartTimer } from '../util/timers.ts';
import type { Config } from './config.ts';
import type { NetworkConfig } from './network.ts';

/** Configuration and dependencies of a gateway. */
export interface GatewayOptions {
  config: Pick<Config, 'publicUrl' | 'allowAnonymous' | 'ownKey' | 'apiKeyHeader'> &
    Partial<
      Pick<
        Config,
        | 'corsOrigins'
        | 'corsHeaders'
        | 'isProduction'
        | 'introspection'
        | 'graphiql'
        | 'studio'
        | 'upstreamUrl'
        | 'redisUrl'
        | 'readyRequiresUpstream'
        | 'basePath'
        | 'listenSocket'
      >
    >;
  /** Secrets that encrypt image URLs and tokens, newest first; at least one. */
  secrets: readonly string[];
  /** Base URL of the upstream, its transport and its policies. */
  upstream: Pick<
    UpstreamOptions,
    | 'baseUrl'
    | 'transport'
    | 'pool'
    | 'retry'
    | 'deadline'
    | 'concurrency'
    | 'waiting'
    | 'breaker'
    | 'maxRetryAfterSeconds'
  >;
  /** Proxies and maximum age of connections to image hosts. @default no proxies, one minute */
  network?: Partial<NetworkConfig>;
  /** The URL on which the gateway listens, for absolute URLs when no public URL is configured. */
  listeningUrl: () => string;
  log: Logger;
  idempotencyStore: IdempotencyStore;
  /** Connects this gateway with its other replicas. The caller closes it after the gateway. @default it is the only one */
  broker?: Broker | undefined;
  /** Intervals and limits of watched jobs that differ from `defaultWatchSettings`. */
  watch?: Partial<WatchSettings>;
  /** Timeout of a query or a mutation, in milliseconds. @default 30_000 */
  operationMilliseconds?: number;
  /** Time for which finished jobs are cached, in milliseconds; 0 disables the cache. @default 300_000 */
  finishedJobsMilliseconds?: number;
  /** Upload limits that differ from `defaultUploadLimits`. */
  uploads?: Partial<UploadLimits>;
  /** Image limits that differ from `defaultImageLimits`. */
  images?: Partial<ImageLimits>;
  /** Memory budget for decoding images. @default one of the size in `images` */
  decodeBudget?: DecodeBudget | undefined;
  /** Rate limits that differ from `defaultRateLimits`. */
  rates?: Partial<RateLimits>;
  /** Limits of one operation that differ from `defaultOperationLimits`. */
  limits?: Partial<OperationLimits>;
  /** Persisted documents. @default automatic persisted queries, no manifest */
  documents?: { automatic?: boolean; manifest?: Manifest | undefined };
  /** Verification of JWTs. @default no JWTs are accepted */
  jwt?: Omit<JwtOptions, 'now'>;
  /** @default the vendor's contract */
  contract?: Contract;
  /** Waits between polls and retries. @default real time */
  sleep?: Sleep;
  /** Starts the timers of deadlines. @default real time */
  startTimer?: StartTimer;
  /** The wall clock, in milliseconds since the epoch, for times that users or other machines see. @default real time */
  now?: () => number;
  /** The monotonic clock, in milliseconds from any origin, for durations. @default real time */
  monotonicNow?: () => number;
  /** A random number from 0 up to 1, for jitter. @default Math.random */
  random?: () => number;
  /** Receives what happens in the gateway. @default nothing is measured */
  measurements?: Measurements;
  /** The metrics on the port of the gateway. @default they are not served there */
  metrics?: MetricsEndpoint | undefined;
  /** Starts the traces of polls. @default polls are not traced */
  tracePoll?: TracePoll | undefined;
  /** Wraps the steps of operations, to observe them. @default unchanged */
  wrapPipeline?: (pipeline: Pipeline) => Pipeline;
}
