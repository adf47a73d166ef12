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
import { ApiKeyState } from './policy/api-key-state.ts';
import { type BreakerSettings, createCircuitBreaker, defaultCircuitBreaker } from './policy/circuit-breaker.ts';
import { createRequestQueue } from './policy/request-queue.ts';
import { defaultRetry, type RetryPolicy } from './policy/retry.ts';
import { ReadSingleFlight } from './policy/single-flight.ts';
import { predictions } from './predictions.ts';
import { trainings } from './trainings.ts';

/** The REST API as one credential sees it, an object for each resource. */
export interface Upstream {
  readonly models: ReturnType<typeof models>;
  readonly dataItems: ReturnType<typeof dataItems>;
  readonly trainings: ReturnType<typeof trainings>;
  readonly predictions: ReturnType<typeof predictions>;
  /** Fetches an address on the upstream's own origin with this credential. */
  readonly fetchOwn: Client['fetchOwn'];
  /** A number that is new after each write of this credential that has ended. What was read in another era may be old. */
  readonly generation: number;
}

export interface UpstreamOptions
  extends Pick<ClientOptions, 'baseUrl' | 'apiKeyHeader' | 'transport' | 'pool' | 'contract' | 'pause'> {
  /** Requests of one credential under way at once. @default 32 */
  concurrency?: number;
  /** Requests of one credential under way at once while no response has confirmed it. @default 4 */
  unconfirmed?: number;
  /** How many more requests of one credential may wait for that. @default 1_000 */
  waiting?: number;
  /** Time for one operation with all its repetitions and its body, in milliseconds. @default 30_000 */
  deadline?: number;
  retry?: RetryPolicy;
  /** The longest `Retry-After` that is respected, in seconds. @default 300 */
  maxRetryAfterSeconds?: number;
  /** When the upstream counts as failing, where it differs from {@link defaultCircuitBreaker}. */
  breaker?: Partial<BreakerSettings>;
  /** How deadlines are kept. */
  alarm: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now?: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
  /** A random number from 0 up to 1, for jitter. @default Math.random */
  random?: () => number;
  /** Admits a poll that an outage delayed. @default it is admitted when the outage ends */
  admitPoll?: ClientOptions['admitPoll'];
  /** Called when the upstream answers 404 to a list that always exists. */
  onMissingList?: (error: UpstreamError) => void;
  /** Told when the upstream asks a credential for patience, in seconds. */
  onRetryAfter?: (apiKey: string, seconds: number) => void;
  /** Told what is read of a credential's jobs, unless it is what was read before. */
  onJob?: (apiKey: string, row: JobRow) => void;
}

// Enough for every credential that is active at once; one that falls out only starts with an empty queue again.
const CREDENTIALS = 10_000;

// Pictures in base64, which cannot be handed on before all of them is there.
const WHOLE_PICTURES = { total: 16, each: 4 };

/** The upstream for an API key. @param start When its writes may begin. @default whenever it is their turn */
export type UpstreamOf = (apiKey: string, start?: Start) => Upstream;

export type UpstreamRegistry = UpstreamOf & {
  /** How long nothing is sent because the upstream has been failing, in milliseconds; 0 when something may be. */
  readonly outage: () => number;
};

/**
 * Makes the upstream for each API key. One key has one queue, however many answers ask with it at once; whether the
 * upstream fails is judged for all of them together.
 */
export function createUpstreams(options: UpstreamOptions): UpstreamRegistry {
  const {
    concurrency = 32,
    unconfirmed = 4,
    waiting = 1_000,
    deadline = 30_000,
    retry = defaultRetry,
    ...given
  } = options;
  const { alarm, now = wallClockNow, monotonicNow = realMonotonicNow, random = Math.random } = options;
  const { maxRetryAfterSeconds = DEFAULT_MAX_RETRY_AFTER } = options;
  const { onRetryAfter = () => {}, onJob = () => {}, onMissingList = () => {} } = options;
  const baseUrl = normalizeBaseUrl(options.baseUrl);
  const known = new LRUCache<string, { client: Client; upstream: Upstream }>({ max: CREDENTIALS });
  const reads = new WeakValueMap<ReadSingleFlight>();
  const familiar = new ParseCache();
  const wholePictures = createSemaphore(WHOLE_PICTURES);
  const breaker = createCircuitBreaker({ ...defaultCircuitBreaker, ...options.breaker }, monotonicNow);
  const paths = createPaths(options.contract);
  let eras = 0;
  const nextEra = () => ++eras;
  const startTime = () => new Cancellation({ milliseconds: deadline, alarm });

  const resources = (client: Client, apiKey: string): Upstream => ({
    models: models(client),
    dataItems: dataItems(client, (signal) => wholePictures.acquire(apiKey, signal)),
    trainings: trainings(client),
    predictions: predictions(client),
    fetchOwn: client.fetchOwn,
    get generation() {
      return client.singleFlight.generation;
    },
  });
  const make = (apiKey: string) => {
    const turns = createRequestQueue({ concurrency, waiting, unconfirmed, alarm });
    const keyState = new ApiKeyState({ monotonicNow, onConfirmed: turns.open, onRejected: turns.narrow });
    const client = createClient({
      ...given,
      baseUrl,
      apiKey,
      deadline,
      retry,
      maxRetryAfterSeconds,
      paths,
      queue: turns,
      keyState,
      breaker,
      parseCache: familiar,
      singleFlight: reads.get(apiKey, () => new ReadSingleFlight({ startTime, nextGeneration: nextEra, monotonicNow })),
      now,
      monotonicNow,
      random,
      onMissingList,
      onRetryAfter: (seconds) => onRetryAfter(apiKey, seconds),
      onJob: (row) => onJob(apiKey, row),
    });
    const made = { client, upstream: resources(client, apiKey) };
    known.set(apiKey, made);
    return made;
  };

  const upstreamOf: UpstreamOf = (apiKey, start) => {
    const { client, upstream } = known.get(apiKey) ?? make(apiKey);
    if (!start) return upstream;
    const started: Client = {
      ...client,
      read: (id, call, how) => client.read(id, call, { ...how, start }),
      send: (id, call, how, read) => client.send(id, call, { ...how, start }, read),
    };
    return resources(started, apiKey);
  };
  return Object.assign(upstreamOf, { outage: () => breaker.wait });
}

/** The base URL as the URL standard writes it, so that every transport appends paths to the same text. */
function normalizeBaseUrl(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname.replace(/\/+$/, '');
}
