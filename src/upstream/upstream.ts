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
import { NO_UPSTREAM_OBSERVER, type UpstreamObserver } from './observer.ts';
import { ParseCache } from './parse-cache.ts';
import { createPaths } from './paths.ts';
import { ApiKeyState, type SharedKeyStates } from './policy/api-key-state.ts';
import { BulkPace } from './policy/bulk-pace.ts';
import { type BreakerSettings, createCircuitBreaker, defaultCircuitBreaker } from './policy/circuit-breaker.ts';
import { createRequestQueue, type RequestQueue } from './policy/request-queue.ts';
import { defaultRetry, type RetryPolicy } from './policy/retry.ts';
import { ReadSingleFlight } from './policy/single-flight.ts';
import { UnclearDeletions } from './policy/unclear-deletions.ts';
import { UpstreamOutcomes, type UpstreamState } from './policy/upstream-state.ts';
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
  /** The pace of the bulk writes of this credential. */
  readonly bulkPace: BulkPace;
}

export interface UpstreamOptions
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
  /**
   * Returns the function that is called with each job in a response to a key. If the response body has not changed, only a poll
   * calls it.
   */
  onJobOf?: (apiKey: string) => (row: JobRow) => void;
  /** @default nothing is observed */
  observer?: UpstreamObserver;
}

/** Share of the concurrent requests of one credential that its bulk writes may use, so that other requests need not wait. */
const BULK_SHARE = 0.25;

/** Number of credentials whose state is kept although none of their requests is running. */
const MAX_IDLE_CREDENTIALS = 1_000;

/** Maximum number of base64 images in memory, which are read completely before they are passed on. */
const BASE64_SLOTS = { total: 16, perOwner: 4 };

/** Returns the upstream for an API key. @param start The condition under which its writes may start. @default at any time */
export type UpstreamOf = (apiKey: string, start?: Start) => Upstream;

export type UpstreamRegistry = UpstreamOf & {
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
export function createUpstreams(options: UpstreamOptions): UpstreamRegistry {
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
  const {
    onRetryAfter = () => {},
    onJobOf = () => () => {},
    onMissingList = () => {},
    onKeyRejected = () => {},
  } = options;
  const { observer = NO_UPSTREAM_OBSERVER } = options;
  const baseUrl = normalizeBaseUrl(options.baseUrl);
  const recent = new LRUCache<string, KeyUpstream>({ max: MAX_IDLE_CREDENTIALS });
  /** The upstreams of all keys in use: an operation, a write or a watched job references that of its key. */
  const used = new WeakValueMap<KeyUpstream>();
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

  const services: KeyServices = {
    onJobOf,
    acquireBase64: (apiKey, signal) => base64Slots.acquire(apiKey, signal),
  };
  const queueOptions = { concurrency, maxWaiting: waiting, unconfirmedConcurrency: unconfirmed, startTimer };
  const paceOptions = { concurrency: Math.max(1, Math.floor(concurrency * BULK_SHARE)), startTimer, monotonicNow };
  const create = (apiKey: string): KeyUpstream => {
    const queue = createRequestQueue(queueOptions);
    let pace: BulkPace | undefined;
    const bulkPace = () => {
      pace ??= new BulkPace(paceOptions);
      return pace;
    };
    const keyState = new ApiKeyState({
      monotonicNow,
      onConfirmed: () => queue.raiseLimit(),
      onRejected: () => queue.lowerLimit(),
      onOwnRejection(upstreamMessage) {
        onKeyRejected(apiKey);
        sharedKeyStates?.reject(apiKey, upstreamMessage);
      },
      onOwnConfirmation: () => sharedKeyStates?.confirm(apiKey),
    });
    sharedKeyStates?.track(apiKey, keyState);
    // Without `...`, which would make it slow to create and large.
    const clientOptions: ClientOptions & { upstream: KeyUpstream | undefined } = {
      upstream: undefined,
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
      onRetryAfter(seconds) {
        bulkPace().pause(seconds * 1_000);
        onRetryAfter(apiKey, seconds);
      },
      observer,
    };
    const upstream = new KeyUpstream({ apiKey, client: createClient(clientOptions), queue, bulkPace }, services);
    // Whatever runs for the key refers to these options, and so keeps the upstream that others find.
    clientOptions.upstream = upstream;
    return upstream;
  };

  const upstreamOf: UpstreamOf = (apiKey, start) => {
    let upstream = recent.get(apiKey);
    if (!upstream) {
      upstream = used.get(apiKey, () => create(apiKey));
      recent.set(apiKey, upstream);
    }
    if (!start) return upstream;
    const { client, queue, bulkPace } = upstream.entry;
    const started: Client = {
      ...client,
      read: (id, call, how) => client.read(id, call, { ...how, start }),
      send: (id, call, how, read) => client.send(id, call, { ...how, start }, read),
    };
    return new KeyUpstream({ apiKey, client: started, queue, bulkPace }, services);
  };
  return Object.assign(upstreamOf, {
    outage: () => breaker.wait,
    waiting: () => [...used.values()].reduce((sum, { entry }) => sum + entry.queue.size, 0),
    state: () => outcomes.state(breaker.wait > 0),
  });
}

/** What all requests of one credential share. */
interface Entry {
  readonly apiKey: string;
  readonly client: Client;
  readonly queue: RequestQueue;
  /** Returns the pace, which is created when it is used first. */
  readonly bulkPace: () => BulkPace;
}

/** What the upstreams of all keys share. */
interface KeyServices {
  readonly onJobOf: (apiKey: string) => (row: JobRow) => void;
  readonly acquireBase64: (apiKey: string, signal: AbortSignal) => Promise<() => void>;
}

/** @see Upstream. Each resource is created when a request uses it first, because most keys use few. */
class KeyUpstream implements Upstream {
  readonly entry: Entry;
  readonly #client: Client;
  readonly #services: KeyServices;
  #onJob: ((row: JobRow) => void) | undefined;
  #models: Upstream['models'] | undefined;
  #dataItems: Upstream['dataItems'] | undefined;
  #trainings: Upstream['trainings'] | undefined;
  #predictions: Upstream['predictions'] | undefined;

  constructor(entry: Entry, services: KeyServices) {
    this.#client = entry.client;
    this.entry = entry;
    this.#services = services;
  }

  get models(): Upstream['models'] {
    this.#models ??= models(this.#client);
    return this.#models;
  }

  get dataItems(): Upstream['dataItems'] {
    const { apiKey } = this.entry;
    const { acquireBase64 } = this.#services;
    this.#dataItems ??= dataItems(this.#client, (signal) => acquireBase64(apiKey, signal));
    return this.#dataItems;
  }

  get trainings(): Upstream['trainings'] {
    this.#trainings ??= trainings(this.#client, this.#recorder());
    return this.#trainings;
  }

  get predictions(): Upstream['predictions'] {
    this.#predictions ??= predictions(this.#client, this.#recorder());
    return this.#predictions;
  }

  get fetchOwn(): Upstream['fetchOwn'] {
    return this.#client.fetchOwn;
  }

  get generation(): number {
    return this.#client.singleFlight.generation;
  }

  get maxPolls(): number {
    return this.entry.queue.maxPolls;
  }

  get bulkPace(): BulkPace {
    return this.entry.bulkPace();
  }

  #recorder(): (row: JobRow) => void {
    this.#onJob ??= this.#services.onJobOf(this.entry.apiKey);
    return this.#onJob;
  }
}

/** The base URL in the form of the URL standard, so that all transports append paths to the same text. */
function normalizeBaseUrl(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname.replace(/\/+$/, '');
}
