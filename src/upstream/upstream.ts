import { LRUCache } from 'lru-cache';
import { Cancellation, type StartTimer } from '../util/cancellation.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import { createSemaphore } from '../util/semaphore.ts';
import { WeakValueMap } from '../util/weak-value-map.ts';
import { type Client, type ClientOptions, createClient, type Start } from './client.ts';
import { dataItems } from './data-items.ts';
import { DEFAULT_MAX_RETRY_AFTER } from './decode/retry-after.ts';
import type { UpstreamError } from './errors.ts';
import type { JobRow } from './jobs.ts';
import { models } from './models.ts';
import { ParseCache } from './parse-cache.ts';
import { createPaths } from './paths.ts';
import { ApiKeyState, type SharedKeyStates } from './policy/api-key-state.ts';
import { type BreakerSettings, createCircuitBreaker, defaultCircuitBreaker } from './policy/circuit-breaker.ts';
import { createRequestQueue, type RequestQueue } from './policy/request-queue.ts';
import { defaultRetry, type RetryPolicy } from './policy/retry.ts';
import { ReadSingleFlight } from './policy/single-flight.ts';
import { predictions } from './predictions.ts';
import { trainings } from './trainings.ts';

/** The REST API with one credential: an object for each resource. */
export interface Upstream {
  readonly models: ReturnType<typeof models>;
  readonly dataItems: ReturnType<typeof dataItems>;
  readonly trainings: ReturnType<typeof trainings>;
  readonly predictions: ReturnType<typeof predictions>;
  /** Fetches a URL on the upstream's own origin with this credential. */
  readonly fetchOwn: Client['fetchOwn'];
  /** Changes after each write of this credential. Reads of an earlier generation may be outdated. */
  readonly generation: number;
  /** Maximum number of concurrent polls of this credential at present. */
  readonly maxPolls: number;
}

export interface UpstreamOptions
  extends Pick<
    ClientOptions,
    'baseUrl' | 'apiKeyHeader' | 'transport' | 'pool' | 'contract' | 'sleep' | 'createdElsewhere'
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
  /** Called with each job in a response. If the response body has not changed, only a poll calls it. */
  onJob?: (apiKey: string, row: JobRow) => void;
}

/** Maximum number of cached credentials: more than are active at once. An evicted one restarts with an empty queue. */
const MAX_CREDENTIALS = 10_000;

/** Maximum number of base64 images in memory, which are read completely before they are passed on. */
const BASE64_SLOTS = { total: 16, perOwner: 4 };

/** Returns the upstream for an API key. @param start The condition under which its writes may start. @default at any time */
export type UpstreamOf = (apiKey: string, start?: Start) => Upstream;

export type UpstreamRegistry = UpstreamOf & {
  /** Time until requests are sent again to an upstream that has been failing, in milliseconds; 0 if they are sent now. */
  readonly outage: () => number;
};

/**
 * Creates the upstream for each API key. Each key has one request queue for all its requests; all keys share one circuit
 * breaker.
 */
export function createUpstreams(options: UpstreamOptions): UpstreamRegistry {
  const {
    concurrency = 32,
    unconfirmed = 4,
    waiting = 1_000,
    deadline = 30_000,
    pollDeadline = 10_000,
    retry = defaultRetry,
    ...otherOptions
  } = options;
  const { startTimer, now = wallClockNow, monotonicNow = realMonotonicNow, random = Math.random } = options;
  const { sharedKeyStates, maxRetryAfterSeconds = DEFAULT_MAX_RETRY_AFTER } = options;
  const { onRetryAfter = () => {}, onJob = () => {}, onMissingList = () => {}, onKeyRejected = () => {} } = options;
  const baseUrl = normalizeBaseUrl(options.baseUrl);
  const entries = new LRUCache<string, { client: Client; queue: RequestQueue; upstream: Upstream }>({
    // Not `max`, which allocates all entries at once.
    maxSize: MAX_CREDENTIALS,
    sizeCalculation: () => 1,
  });
  const singleFlights = new WeakValueMap<ReadSingleFlight>();
  const parseCache = new ParseCache();
  const base64Slots = createSemaphore(BASE64_SLOTS);
  const breaker = createCircuitBreaker({ ...defaultCircuitBreaker, ...options.breaker }, monotonicNow);
  const paths = createPaths(options.contract);
  let lastGeneration = 0;
  const nextGeneration = () => ++lastGeneration;
  const startDeadline = () => new Cancellation({ timeout: deadline, startTimer });

  const resources = (client: Client, queue: RequestQueue, apiKey: string): Upstream => ({
    models: models(client),
    dataItems: dataItems(client, (signal) => base64Slots.acquire(apiKey, signal)),
    trainings: trainings(client, (row) => onJob(apiKey, row)),
    predictions: predictions(client, (row) => onJob(apiKey, row)),
    fetchOwn: client.fetchOwn,
    get generation() {
      return client.singleFlight.generation;
    },
    get maxPolls() {
      return queue.maxPolls;
    },
  });
  const create = (apiKey: string) => {
    const queue = createRequestQueue({
      concurrency,
      maxWaiting: waiting,
      unconfirmedConcurrency: unconfirmed,
      startTimer,
    });
    const keyState = new ApiKeyState({
      monotonicNow,
      onConfirmed: queue.raiseLimit,
      onRejected: queue.lowerLimit,
      onOwnRejection(upstreamMessage) {
        onKeyRejected(apiKey);
        sharedKeyStates?.reject(apiKey, upstreamMessage);
      },
      onOwnConfirmation: () => sharedKeyStates?.confirm(apiKey),
    });
    sharedKeyStates?.track(apiKey, keyState);
    const client = createClient({
      ...otherOptions,
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
      parseCache,
      singleFlight: singleFlights.get(
        apiKey,
        () => new ReadSingleFlight({ startDeadline, nextGeneration, monotonicNow }),
      ),
      now,
      monotonicNow,
      random,
      onMissingList,
      onRetryAfter: (seconds) => onRetryAfter(apiKey, seconds),
    });
    const entry = { client, queue, upstream: resources(client, queue, apiKey) };
    entries.set(apiKey, entry);
    return entry;
  };

  const upstreamOf: UpstreamOf = (apiKey, start) => {
    const { client, queue, upstream } = entries.get(apiKey) ?? create(apiKey);
    if (!start) return upstream;
    const started: Client = {
      ...client,
      read: (id, call, how) => client.read(id, call, { ...how, start }),
      send: (id, call, how, read) => client.send(id, call, { ...how, start }, read),
    };
    return resources(started, queue, apiKey);
  };
  return Object.assign(upstreamOf, { outage: () => breaker.wait });
}

/** The base URL in the form of the URL standard, so that all transports append paths to the same text. */
function normalizeBaseUrl(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname.replace(/\/+$/, '');
}
