import type { ExecutionResult } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import type { PlannedOperation } from '../executor/execution.ts';
import type { Requester } from '../upstream/observer.ts';
import { SharedResult } from './shared-result.ts';

/** A query that is being executed. */
export interface RunningQuery {
  readonly result: Promise<ExecutionResult>;
  /** The request that has started it. @default unknown */
  readonly requester?: Requester | undefined;
  /** Aborts the query, because every caller has disconnected. */
  abort(): void;
  /** Called with the result when the query ends; without one if it rejected. */
  end(result?: ExecutionResult): void;
}

/** Time during which callers join a running query, in milliseconds. Limits the age of the data they receive. */
const MAX_JOIN_AGE = 1_000;

/** Running queries of one plan. */
class Flights {
  /**
   * By key. An object instead of a Map, because the tables that a Map leaves behind as it grows and shrinks keep alive
   * the many entries that pass through it. An object has such tables, too, but a finished flight is empty.
   */
  readonly #byKey: Record<string, Flight> = Object.create(null);
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get(key: string): Flight | undefined {
    return this.#byKey[key];
  }

  set(key: string, flight: Flight): void {
    if (!this.#byKey[key]) this.#size++;
    this.#byKey[key] = flight;
  }

  delete(key: string, flight: Flight): void {
    if (this.#byKey[key] !== flight) return;
    delete this.#byKey[key];
    this.#size--;
  }
}

/** Executes equal queries that arrive at the same time once, and shares the result. */
export class QuerySingleFlight {
  readonly #byPlan = new WeakMap<PlannedOperation, Flights>();
  readonly #monotonicNow: () => number;

  /** @param monotonicNow The monotonic clock, in milliseconds. */
  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /**
   * Joins an equal running query, or starts a new one. The query is aborted when every caller has disconnected.
   *
   * @param keyOf Returns the inputs besides the document on which the result depends, such as the credential and the
   * variables. Not called for a query that ends synchronously while no other of its plan is running.
   * @param begin Starts the query. A result that it returns synchronously is not shared.
   * @param onJoin Called before it joins a running query.
   */
  run(
    plan: PlannedOperation,
    keyOf: () => string,
    caller: Pick<Caller, 'onAbort'>,
    begin: () => RunningQuery | ExecutionResult,
    onJoin: (running: Pick<RunningQuery, 'requester'>) => void = () => {},
  ): ExecutionResult | Promise<ExecutionResult> {
    const flights = this.#byPlan.get(plan) ?? this.#addPlan(plan);
    const startedAt = this.#monotonicNow();
    const knownKey = flights.isEmpty ? undefined : keyOf();
    const running = knownKey === undefined ? undefined : flights.get(knownKey);
    if (running && startedAt - running.startedAt <= MAX_JOIN_AGE) {
      onJoin(running);
      return running.join(caller);
    }
    const query = begin();
    if (!('abort' in query)) return query;
    const key = knownKey ?? keyOf();
    const flight = new Flight({ flights, key, query, startedAt });
    flights.set(key, flight);
    return flight.join(caller);
  }

  #addPlan(plan: PlannedOperation): Flights {
    const flights = new Flights();
    this.#byPlan.set(plan, flights);
    return flights;
  }
}

interface FlightOptions {
  /** The running queries of the same plan. */
  readonly flights: Flights;
  readonly key: string;
  readonly query: RunningQuery;
  /** By the monotonic clock, in milliseconds. */
  readonly startedAt: number;
}

/** A running query, and the number of callers that wait for its result. */
class Flight {
  readonly startedAt: number;
  #options: FlightOptions | undefined;
  #result: Promise<ExecutionResult>;
  #callers = 0;

  constructor(options: FlightOptions) {
    const { query, startedAt } = options;
    this.startedAt = startedAt;
    this.#options = options;
    this.#result = query.result.then(
      (result) => {
        this.#close();
        query.end(result);
        return toShared(result);
      },
      (error: unknown) => {
        this.#close();
        query.end();
        throw error;
      },
    );
  }

  /** The request that has started the query. */
  get requester(): Requester | undefined {
    return this.#options?.query.requester;
  }

  join(caller: Pick<Caller, 'onAbort'>): Promise<ExecutionResult> {
    this.#callers++;
    const offAbort = caller.onAbort(() => {
      this.#callers--;
      if (this.#callers === 0) this.#close()?.abort();
    });
    return this.#result.then(
      (result) => {
        offAbort();
        return result;
      },
      (error: unknown) => {
        offAbort();
        throw error;
      },
    );
  }

  /** Prevents further joins, and drops all references. */
  #close(): RunningQuery | undefined {
    const { flights, key, query } = this.#options ?? {};
    if (key !== undefined) flights?.delete(key, this);
    this.#options = undefined;
    this.#result = EMPTY;
    return query;
  }
}

/** Replaces the result of a closed flight, so that it can be garbage-collected. */
const EMPTY: Promise<ExecutionResult> = Promise.resolve({});

/**
 * A result that is serialized once for all callers. One with errors is not shared, because errors are masked per
 * response.
 */
const toShared = (result: ExecutionResult): ExecutionResult => (result.errors ? result : new SharedResult(result));
