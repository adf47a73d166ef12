import type { OperationId } from '../contract/contract.ts';
import type { CallOptions } from '../upstream/client.ts';
import type { JobKey, JobRow } from '../upstream/jobs.ts';
import type { Requester } from '../upstream/observer.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Key, Row } from './entity-store.ts';
import type { FinishedJob } from './finished-jobs.ts';

/** Kinds of entities. */
export type Kind = Row['kind'];

/** The caller's part of what outlives a request. */
export interface ReadServices {
  /** A finished job from the cache; undefined if it is not cached or the caller may not read it. */
  finishedJob(key: JobKey): FinishedJob | undefined;
  /** Finished jobs from other replicas, in the order of their keys. Undefined if there is none, or the caller may not read them. */
  readFinishedJobs(keys: readonly JobKey[]): Promise<(FinishedJob | undefined)[]> | undefined;
  /** Caches a job that was read by id, if it has finished. */
  addFinishedJob(row: JobRow): void;
  /** The wall clock, in milliseconds since the epoch. */
  now(): number;
}

/** The caller of reads: aborts them, and counts their requests. */
export type ReadOptions = Pick<CallOptions, 'signal' | 'requester'>;

/** Limits upstream requests. */
export interface RequestBudget {
  /** @returns The error to throw instead of sending the requests, once the budget is exceeded. */
  spend(requests: number): Error | undefined;
}

interface ReadById<R extends Row> {
  operation: OperationId;
  read: (upstream: Upstream, key: Required<Key>, options: CallOptions) => Promise<R>;
}

const READS: { readonly [K in Kind]: ReadById<Extract<Row, { kind: K }>> } = {
  Model: { operation: 'getModel', read: ({ models }, { id }, options) => models.get(id, options) },
  DataItem: { operation: 'getDataItem', read: ({ dataItems }, key, options) => dataItems.get(key, options) },
  Training: { operation: 'getTraining', read: ({ trainings }, key, options) => trainings.get(key, options) },
  Prediction: { operation: 'getPrediction', read: ({ predictions }, { id }, options) => predictions.get(id, options) },
};

/** The operation that reads entities of a kind by id. */
export const readOperation = (kind: Kind): OperationId => READS[kind].operation;

/** Sends the reads of one request, and counts them. */
export class Reads {
  readonly upstream: Upstream;
  readonly #options: CallOptions;
  /** Options of the reads that start now, if they have a requester of their own. */
  #current: CallOptions | undefined;
  /** Options of reads by id that start later. */
  #later: WeakMap<Key, CallOptions> | undefined;
  readonly #services: ReadServices;
  readonly #budget: RequestBudget | undefined;

  constructor(upstream: Upstream, services: ReadServices, options: ReadOptions, budget: RequestBudget | undefined) {
    this.upstream = upstream;
    this.#services = services;
    this.#options = options;
    this.#budget = budget;
  }

  /** Options of the reads that start now. */
  get options(): CallOptions {
    return this.#current ?? this.#options;
  }

  /** Returns a function that calls another one, whose reads are counted and traced for a requester. */
  runnerFor(requester: Requester): <Result>(call: () => Result) => Result {
    const options = { ...this.#options, requester };
    return (call) => {
      const before = this.#current;
      this.#current = options;
      try {
        return call();
      } finally {
        this.#current = before;
      }
    };
  }

  /** Called when a read by id is requested, which starts later, to keep its requester. */
  onRequested(key: Key): void {
    if (!this.#current) return;
    this.#later ??= new WeakMap();
    this.#later.set(key, this.#current);
  }

  /** Reads an entity by id. */
  byId(kind: Kind, key: Key): Promise<Row> {
    const options = this.#later?.get(key) ?? this.options;
    // Keys of data items and trainings contain their model. The other reads do not use it.
    return this.spend() ?? READS[kind].read(this.upstream, key as Required<Key>, options);
  }

  /** The cached row of a finished job, which has all fields that a read by id would return. */
  cached(kind: Kind, key: Key): FinishedJob | undefined {
    const job = jobKeyOf(kind, key);
    return job && this.#services.finishedJob(job);
  }

  /** Like {@link cached}, for jobs that other replicas have cached. Undefined, without a promise, if there are none. */
  cachedByOthers(kind: Kind, keys: readonly Key[]): Promise<(FinishedJob | undefined)[]> | undefined {
    const jobs = keys.flatMap((key) => jobKeyOf(kind, key) ?? []);
    return jobs.length > 0 ? this.#services.readFinishedJobs(jobs) : undefined;
  }

  /** Caches a row that was read by id, if it is a finished job. @returns The time, for jobs only: other rows need none. */
  onRead(row: Row): number | undefined {
    if (row.kind !== 'Training' && row.kind !== 'Prediction') return undefined;
    this.#services.addFinishedJob(row);
    return this.now();
  }

  /** Counts a read. @returns A rejection once the budget is exceeded. */
  spend(): Promise<never> | undefined {
    const error = this.#budget?.spend(1);
    return error && Promise.reject(error);
  }

  /** The wall clock, in milliseconds since the epoch. */
  now(): number {
    return this.#services.now();
  }
}

/** The key of an entity that is a job; undefined for other kinds. */
function jobKeyOf(kind: Kind, { id, modelId = '' }: Key): JobKey | undefined {
  if (kind === 'Prediction') return { kind, id };
  return kind === 'Training' ? { kind, modelId, id } : undefined;
}
