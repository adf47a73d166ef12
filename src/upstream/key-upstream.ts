import type { Client } from './client.ts';
import { dataItems } from './data-items.ts';
import type { JobRow } from './jobs.ts';
import { models } from './models.ts';
import { BulkPace, type BulkPaceOptions } from './policy/bulk-pace.ts';
import type { RequestQueue } from './policy/request-queue.ts';
import type { JobObserver } from './polled-jobs.ts';
import { predictions } from './predictions.ts';
import { trainings } from './trainings.ts';

/** An observer of all jobs of one credential. */
export type AnyJobObserver = JobObserver<JobRow>;

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

/** The upstream of a credential, with the observer of its jobs. */
export interface ObservedUpstream<Jobs extends AnyJobObserver = AnyJobObserver> extends Upstream {
  readonly jobs: Jobs;
}

/** The parts of the gateway that the upstreams of all keys share. */
export interface KeyServices<Jobs extends AnyJobObserver = AnyJobObserver> {
  readonly createJobObserver: (apiKey: string) => Jobs;
  readonly acquireBase64: (apiKey: string, signal: AbortSignal) => Promise<() => void>;
  readonly paceOptions: BulkPaceOptions;
}

/** The state that all requests of one key share. Its parts are created on first use, because most keys use few. */
export class KeyShared<Jobs extends AnyJobObserver = AnyJobObserver> {
  readonly apiKey: string;
  readonly queue: RequestQueue;
  readonly #services: KeyServices<Jobs>;
  #bulkPace: BulkPace | undefined;
  #jobs: Jobs | undefined;
  #users = 0;

  constructor(apiKey: string, queue: RequestQueue, services: KeyServices<Jobs>) {
    this.apiKey = apiKey;
    this.queue = queue;
    this.#services = services;
  }

  get bulkPace(): BulkPace {
    this.#bulkPace ??= new BulkPace(this.#services.paceOptions);
    return this.#bulkPace;
  }

  get jobs(): Jobs {
    this.#jobs ??= this.#services.createJobObserver(this.apiKey);
    return this.#jobs;
  }

  /** True while a request of the key runs or waits, or something else uses it. */
  get isInUse(): boolean {
    return this.#users > 0 || !this.queue.isIdle;
  }

  /** Counts as in use until the returned function is called. */
  use(): () => void {
    this.#users++;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#users--;
      this.#reportUnused();
    };
  }

  /** Called when it is no longer in use. */
  set onUnused(callback: (() => void) | undefined) {
    this.#onUnused = callback;
    this.queue.onIdle = callback && (() => this.#reportUnused());
  }

  #onUnused: (() => void) | undefined;

  #reportUnused(): void {
    if (!this.isInUse) this.#onUnused?.();
  }
}

/** @see Upstream. Each resource is created on first use, because most keys use few. */
export class KeyUpstream<Jobs extends AnyJobObserver = AnyJobObserver> implements ObservedUpstream<Jobs> {
  readonly shared: KeyShared<Jobs>;
  readonly client: Client;
  readonly #services: KeyServices<Jobs>;
  #models: Upstream['models'] | undefined;
  #dataItems: Upstream['dataItems'] | undefined;
  #trainings: Upstream['trainings'] | undefined;
  #predictions: Upstream['predictions'] | undefined;

  constructor(shared: KeyShared<Jobs>, client: Client, services: KeyServices<Jobs>) {
    this.shared = shared;
    this.client = client;
    this.#services = services;
  }

  get models(): Upstream['models'] {
    this.#models ??= models(this.client);
    return this.#models;
  }

  get dataItems(): Upstream['dataItems'] {
    const { apiKey } = this.shared;
    const { acquireBase64 } = this.#services;
    this.#dataItems ??= dataItems(this.client, (signal) => acquireBase64(apiKey, signal));
    return this.#dataItems;
  }

  get trainings(): Upstream['trainings'] {
    this.#trainings ??= trainings(this.client, this.jobs);
    return this.#trainings;
  }

  get predictions(): Upstream['predictions'] {
    this.#predictions ??= predictions(this.client, this.jobs);
    return this.#predictions;
  }

  get fetchOwn(): Upstream['fetchOwn'] {
    return this.client.fetchOwn;
  }

  get generation(): number {
    return this.client.singleFlight.generation;
  }

  get maxPolls(): number {
    return this.shared.queue.maxPolls;
  }

  get bulkPace(): BulkPace {
    return this.shared.bulkPace;
  }

  get jobs(): Jobs {
    return this.shared.jobs;
  }
}
