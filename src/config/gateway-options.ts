import type { Logger } from 'pino';
import type { JwtOptions } from '../auth/jwt.ts';
import type { Contract } from '../contract/contract.ts';
import type { IdempotencyStore } from '../idempotency/store.ts';
import type { ImageLimits } from '../images/limits.ts';
import type { WatchSettings } from '../job-watching/job-watcher.ts';
import type { OperationLimits } from '../limits/limits.ts';
import type { RateLimits } from '../limits/rate-limit.ts';
import type { Manifest } from '../persisted-documents/manifest.ts';
import type { UploadLimits } from '../uploads/limits.ts';
import type { UpstreamOptions } from '../upstream/upstream.ts';
import type { Sleep, StartTimer } from '../util/timers.ts';
import type { Config } from './config.ts';
import type { NetworkConfig } from './network.ts';

/** What a gateway is made with: its configuration, and what surrounds it. */
export interface GatewayOptions {
  config: Pick<Config, 'publicUrl' | 'allowAnonymous' | 'ownKey' | 'apiKeyHeader'> &
    Partial<Pick<Config, 'corsOrigins' | 'corsHeaders' | 'isProduction' | 'introspection' | 'graphiql'>>;
  /** Secrets that seal image addresses, newest first; at least one. */
  secrets: readonly string[];
  /** Absolute address of the upstream, and how requests reach it. */
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
  /** How sockets to image hosts are opened, and how long they are kept. @default directly, for a minute */
  network?: Partial<NetworkConfig>;
  /** Where the gateway listens, for absolute addresses when there is no public one. */
  listeningUrl: () => string;
  log: Logger;
  /** Where idempotency keys are kept. */
  idempotencyStore: IdempotencyStore;
  /** How jobs are watched, where it differs from `defaultWatchSettings`. */
  watch?: Partial<WatchSettings>;
  /** Time for the answer to a query or a mutation, in milliseconds. @default 30_000 */
  operationMilliseconds?: number;
  /** How much may be uploaded, where it differs from `defaultUploadLimits`. */
  uploads?: Partial<UploadLimits>;
  /** How pictures are read and kept, where it differs from `defaultImageLimits`. */
  images?: Partial<ImageLimits>;
  /** How much one caller may ask, where it differs from `defaultRateLimits`. */
  rates?: Partial<RateLimits>;
  /** What one operation may be and cost, where it differs from `defaultOperationLimits`. */
  limits?: Partial<OperationLimits>;
  /** How operations may name their documents. @default by their hashes too, without a manifest */
  documents?: { automatic?: boolean; manifest?: Manifest | undefined };
  /** How JWTs are verified. @default none are taken */
  jwt?: Omit<JwtOptions, 'now'>;
  /** @default the vendor's contract */
  contract?: Contract;
  /** How polls wait. @default real time */
  pause?: Sleep;
  /** How deadlines are kept. @default real time */
  alarm?: StartTimer;
  /** The wall clock, in milliseconds since the epoch: for times that people or other machines see. @default real time */
  now?: () => number;
  /** The monotonic clock, in milliseconds from any origin: for durations. @default real time */
  monotonicNow?: () => number;
  /** A random number from 0 up to 1, for jitter. @default Math.random */
  random?: () => number;
}
