import { Cancellation, type StartTimer } from '../util/cancellation.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import { createSemaphore } from '../util/semaphore.ts';
import { type Client, type ClientOptions, createClient, type Start } from './client.ts';
import { DEFAULT_MAX_RETRY_AFTER } from './decode/retry-after.ts';
import type { UpstreamError } from './errors.ts';
import { KeptUpstreams } from './kept-upstreams.ts';
import {
  type AnyJobObserver,
  type KeyServices,
  KeyShared,
  KeyUpstream,
  type ObservedUpstream,
} from './key-upstream.ts';
import { NO_UPSTREAM_OBSERVER, type UpstreamObserver } from './observer.ts';
import { ParseCache } from './parse-cache.ts';
import { createPaths } from './paths.ts';
import { ApiKeyState, type SharedKeyStates } from './policy/api-key-state.ts';
import { type BreakerSettings, createCircuitBreaker, defaultCircuitBreaker } from './policy/circuit-breaker.ts';
import { createRequestQueue, type RequestQueue } from './policy/request-queue.ts';
import { defaultRetry, type RetryPolicy } from './policy/retry.ts';
import { ReadSingleFlight } from './policy/single-flight.ts';
import { UnclearDeletions } from './policy/unclear-deletions.ts';
import { UpstreamOutcomes, type UpstreamState } from './policy/upstream-state.ts';

export type { Upstream } from './key-upstream.ts';

export interface UpstreamOptions<Jobs extends AnyJobObserver = AnyJobObserver>
  extends Pick<
    ClientOptions,
    'baseUrl' | 'apiKeyHeader' | 'transport' | 'pool' | 'contract' | 'sleep' | 'createdElsewhere' | 'translateIds'
  > {
  /** Maximum concurrent requests of one credential. @default 32 */
  concurrency?: number;
  /** Maximum concurrent requests of one credential that the upstream has not accepted yet. @default 4 */
  unconfirmed?: number;
  /** Maximum requests of one credential in the queue. @default 1_000 */
  waiting?: number;
  /** Time for one operation, including its retries and its response body, in milliseconds. @default 30_000 */
  deadline?: number;
  /** Time for one poll, including its response body, in milliseconds; at most `deadline`. @default 10_000 */
  pollDeadline?: number;
  retry?: RetryPolicy;
  /** Maximum delay accepted from `Retry-After`, in seconds; longer ones are capped. @default 300 */
  maxRetryAfterSeconds?: number;
  /** Settings of the circuit breaker that differ from {@link defaultCircuitBreaker}. */
  breaker?: Partial<BreakerSettings>;
  /** Starts the timers of deadlines. */
  startTimer: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now?: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
  /** A random number from 0 up to 1, for jitter. @default Math.random */
  random?: () => number;
  /** Called when the upstream responds 404 to a list that always exists. */
  onMissingList?: (error: UpstreamError) => void;
  /** Called when the upstream rejects a key in a response to this replica. */
  onKeyRejected?: (apiKey: string) => void;
  /** Shares the acceptance of keys with other replicas. @default each replica learns it from its own responses */
  sharedKeyStates?: SharedKeyStates | undefined;
  /** Called with the delay that a response requests in `Retry-After`, in seconds. */
  onRetryAfter?: (apiKey: string, seconds: number) => void;
  /** Creates the observer of the jobs of a key. It is kept as long as the other state of the key. @default jobs are not observed */
  createJobObserver?: ((apiKey: string) => Jobs) | undefined;
  /** @default nothing is observed */
  observer?: UpstreamObserver;
}

/** Share of the concurrent requests of one credential that its bulk writes may use, so that other requests need not wait. */
const BULK_SHARE = 0.25;

/** Maximum number of base64 images in memory, which are read completely before they are passed on. */
const BASE64_SLOTS = { total: 16, perOwner: 4 };

/** Returns the upstream for an API key. @param start The condition under which its writes may start. @default at any time */
export type UpstreamOf<Jobs extends AnyJobObserver = AnyJobObserver> = (
  apiKey: string,
  start?: Start,
) => ObservedUpstream<Jobs>;

export type UpstreamRegistry<Jobs extends AnyJobObserver = AnyJobObserver> = UpstreamOf<Jobs> & {
  /** Keeps the state of a key until the returned function is called. */
  readonly keep: (apiKey: string) => () => void;
  /** Time until requests are sent again to an upstream that has been failing, in milliseconds; 0 if they are sent now. */
  readonly outage: () => number;
  /** Number of requests that wait in the queues of all keys. */
  readonly waiting: () => number;
  /** The upstream as the last requests have shown it. */
  readonly state: () => UpstreamState;
};

/**
 * Creates the upstream for each API key. Each key has one request queue for all its requests; all keys share one circuit
 * breaker.
 */
export function createUpstreams<Jobs extends AnyJobObserver = AnyJobObserver>(
  options: UpstreamOptions<Jobs>,
): UpstreamRegistry<Jobs> {
  const {
    concurrency = 32,
    unconfirmed = 4,
    waiting = 1_000,
    deadline = 30_000,
    pollDeadline = 10_000,
    retry = defaultRetry,
  } = options;
  const { startTimer, now = wallClockNow, monotonicNow = realMonotonicNow, random = Math.random } = options;
  const { sharedKeyStates, maxRetryAfterSeconds = DEFAULT_MAX_RETRY_AFTER } = options;
  const { onRetryAfter = () => {}, onMissingList = () => {}, onKeyRejected = () => {} } = options;
  const { observer = NO_UPSTREAM_OBSERVER } = options;
  const baseUrl = normalizeBaseUrl(options.baseUrl);
  const kept = new KeptUpstreams<KeyUpstream<Jobs>>();
  const parseCache = new ParseCache();
  const base64Slots = createSemaphore(BASE64_SLOTS);
  const breaker = createCircuitBreaker(
    { ...defaultCircuitBreaker, ...options.breaker },
    monotonicNow,
    observer.onCircuitChange,
  );
  const outcomes = new UpstreamOutcomes(now);
  const unclearDeletions = new UnclearDeletions(monotonicNow);
  const paths = createPaths(options.contract);
  let lastGeneration = 0;
  const singleFlightOptions = {
    startDeadline: () => new Cancellation({ timeout: deadline, startTimer }),
    nextGeneration: () => ++lastGeneration,
    monotonicNow,
    onShared: () => observer.onShared(),
  };

  const services: KeyServices<Jobs> = {
    createJobObserver: options.createJobObserver ?? (() => NO_JOB_OBSERVER as Jobs),
    acquireBase64: (apiKey, signal) => base64Slots.acquire(apiKey, signal),
    paceOptions: { concurrency: Math.max(1, Math.floor(concurrency * BULK_SHARE)), startTimer, monotonicNow },
  };
  const queueOptions = { concurrency, maxWaiting: waiting, unconfirmedConcurrency: unconfirmed, startTimer };
  // Not in `create`, whose other objects its callbacks would keep alive: `sharedKeyStates` keeps more of them than are used here.
  const createKeyState = (apiKey: string, queue: RequestQueue): ApiKeyState =>
    new ApiKeyState({
      monotonicNow,
      onConfirmed: () => queue.raiseLimit(),
      onRejected: () => queue.lowerLimit(),
      onOwnRejection(upstreamMessage) {
        onKeyRejected(apiKey);
        sharedKeyStates?.reject(apiKey, upstreamMessage);
      },
      onOwnConfirmation: () => sharedKeyStates?.confirm(apiKey),
    });
  // The client remembers what it has created, for which the upstream may return 404 at first.
  const onCreated = (apiKey: string) => kept.keepLonger(apiKey);
  const create = (apiKey: string): KeyUpstream<Jobs> => {
    const queue = createRequestQueue(queueOptions);
    const shared = new KeyShared(apiKey, queue, services);
    const keyState = createKeyState(apiKey, queue);
    sharedKeyStates?.track(apiKey, keyState);
    // Without `...`, which would make it slow to create and large.
    const clientOptions: ClientOptions = {
      apiKeyHeader: options.apiKeyHeader,
      transport: options.transport,
      pool: options.pool,
      contract: options.contract,
      sleep: options.sleep,
      createdElsewhere: options.createdElsewhere,
      translateIds: options.translateIds,
      baseUrl,
      apiKey,
      deadline,
      pollDeadline,
      retry,
      maxRetryAfterSeconds,
      startTimer,
      paths,
      queue,
      keyState,
      breaker,
      outcomes,
      unclearDeletions,
      parseCache,
      singleFlight: new ReadSingleFlight(singleFlightOptions),
      now,
      monotonicNow,
      random,
      onMissingList,
      onCreated,
      onRetryAfter(seconds) {
        shared.bulkPace.pause(seconds * 1_000);
        onRetryAfter(apiKey, seconds);
      },
      observer,
    };
    return new KeyUpstream(shared, createClient(clientOptions), services);
  };

  const find = (apiKey: string): KeyUpstream<Jobs> => {
    const known = kept.get(apiKey);
    if (known) return known;
    const created = create(apiKey);
    kept.add(apiKey, created);
    return created;
  };
  const upstreamOf: UpstreamOf<Jobs> = (apiKey, start) => {
    const upstream = find(apiKey);
    if (!start) return upstream;
    const { client, shared } = upstream;
    const started: Client = {
      ...client,
      read: (id, call, how) => client.read(id, call, { ...how, start }),
      send: (id, call, how, read) => client.send(id, call, { ...how, start }, read),
    };
    return new KeyUpstream(shared, started, services);
  };
  return Object.assign(upstreamOf, {
    keep: (apiKey: string) => find(apiKey).shared.use(),
    outage: () => breaker.wait,
    waiting: () => [...kept.values()].reduce((sum, { shared }) => sum + shared.queue.size, 0),
    state: () => outcomes.state(breaker.wait > 0),
  });
}

const NO_JOB_OBSERVER: AnyJobObserver = { observe() {} };

/** The base URL in the form of the URL standard, so that all transports append paths to the same text. */
function normalizeBaseUrl(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname.replace(/\/+$/, '');
}
