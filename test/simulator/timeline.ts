import type { Entry, JobHistory, ReceivedEvent, Run } from './history.ts';
import type { FaultPlan, KeyName, Scenario, SubscriptionName } from './scenario.ts';
import { INTERVALS, LIST_SLACK, PRESENCE, RECOVERY, REQUEST_TIMEOUT, SLACK, TAKEOVER } from './tolerances.ts';

/** A violation of a rule. */
export interface Violation {
  readonly rule: string;
  readonly at: number;
  readonly message: string;
}

export type LoggedEvent = ReceivedEvent & { readonly at: number };

/** One attempt of a subscription, as its client logged it. */
export interface StreamLog {
  readonly stream: string;
  readonly client: string;
  readonly key: KeyName;
  readonly epoch: number;
  readonly operation: SubscriptionName;
  readonly targets: readonly string[];
  readonly from: number;
  to: number;
  end: 'complete' | 'error' | 'broken' | 'leave' | undefined;
  code?: string | undefined;
  readonly events: LoggedEvent[];
}

/** Faults that count for the circuit breaker, which all keys share. */
const SHARED_FAULTS: ReadonlySet<FaultPlan['what']> = new Set(['500', '503', 'hang', 'reset']);

/** A run, arranged for the rules. */
export class Timeline {
  readonly run: Run;
  readonly scenario: Scenario;
  readonly streams: readonly StreamLog[];
  readonly #stalls: readonly { client: string; from: number; to: number }[];

  constructor(run: Run, scenario: Scenario) {
    this.run = run;
    this.scenario = scenario;
    this.streams = streamsOf(run.log);
    this.#stalls = scenario.clients.flatMap(({ name, stalls }) =>
      stalls.map(({ at, lasts }) => ({ client: name, from: at, to: at + lasts })),
    );
  }

  /** The jobs that a stream follows. */
  jobsOf({ key, operation, targets }: StreamLog): JobHistory[] {
    return this.run.jobs.filter((job) => {
      if (job.key !== key) return false;
      if (operation === 'trainingsUpdated') return targets[0] === job.model;
      if (operation === 'predictionsUpdated') return job.model === undefined;
      return targets.includes(job.id);
    });
  }

  /** True if all replicas share their polls all the time. */
  get isSharedAlways(): boolean {
    return this.scenario.cluster?.faults.length === 0 && this.scenario.restarts.length === 0;
  }

  /** Time for which jobs are polled for a replica that was killed. */
  get unwatched(): number {
    return this.scenario.cluster?.faults.length ? PRESENCE : 0;
  }

  /** True if both gateways share their polls, or are the same. */
  isShared(epoch: number, other: number): boolean {
    return this.scenario.cluster !== undefined || epoch === other;
  }

  /** True if the replicas are connected in a period, and in the time before it that another replica takes to take over. */
  isConnected(from: number, to: number): boolean {
    const { faults = [] } = this.scenario.cluster ?? {};
    return !faults.some(({ at, lasts }) => at <= to && from <= at + lasts + TAKEOVER);
  }

  /** True if no fault affects a key in a period, nor in the time before it that a recovery takes. */
  isHealthy(key: KeyName, from: number, to: number): boolean {
    if (!this.isConnected(from, to)) return false;
    return !this.scenario.faults.some((fault) => {
      const { at, lasts, what, retryAfter } = fault;
      if (fault.key !== undefined && fault.key !== key && !SHARED_FAULTS.has(what)) return false;
      const recovery = RECOVERY + (what === 'rate' ? retryAfter * 1_000 : 0) + REQUEST_TIMEOUT;
      return at <= to && from <= at + lasts + recovery;
    });
  }

  /** True if the client of a stream reads during a period. */
  isReading({ client }: StreamLog, from: number, to: number): boolean {
    return !this.#stalls.some((stall) => stall.client === client && stall.from <= to && from <= stall.to + SLACK);
  }

  /** Time at which a gateway stops. */
  stopOf(epoch: number): number {
    const stop = this.run.log.find((entry) => entry.type === 'stop' && entry.epoch === epoch);
    return stop?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Time for a response of the upstream. */
  get response(): number {
    return this.scenario.latency + SLACK;
  }

  /** Maximum time that a poll waits for the other polls of its key. */
  queueTime(key: KeyName): number {
    const jobs = this.run.jobs.filter((job) => job.key === key).length;
    // Each job once, and each page of each list.
    return ((jobs + 8) / this.scenario.pollsPerSecond) * 1_000;
  }

  lag(key: KeyName): number {
    return this.scenario.keys.find((plan) => plan.key === key)?.lag ?? 0;
  }

  /** Time within which the first event of a job arrives. */
  firstBound({ key, operation }: StreamLog): number {
    // A list is read before its jobs.
    const list = isListOperation(operation) ? this.response + this.queueTime(key) : 0;
    return this.queueTime(key) + this.response + list;
  }

  /** Time within which all pages of a followed list are read again. */
  listTime(key: KeyName): number {
    const { pollsPerSecond, latency, listInterval, keys } = this.scenario;
    const jobs = this.run.jobs.filter((job) => job.key === key).length;
    const pages = Math.ceil(jobs / (keys.find((plan) => plan.key === key)?.pageSize ?? 1));
    return listInterval + LIST_SLACK + pages * (latency + 4_000 / pollsPerSecond);
  }

  /** Time within which subscribers receive a change. */
  changeBound(stream: StreamLog, job: JobHistory): number {
    const { key, operation } = stream;
    const list = isListOperation(operation) ? this.listTime(key) + this.queueTime(key) + this.response : 0;
    const interval = INTERVALS[job.model === undefined ? 'Prediction' : 'Training'];
    return interval + 2 * this.queueTime(key) + 2 * this.response + this.lag(key) + list;
  }
}

export const isListOperation = (operation: SubscriptionName): boolean =>
  operation === 'trainingsUpdated' || operation === 'predictionsUpdated';

function streamsOf(log: readonly Entry[]): StreamLog[] {
  const streams = new Map<string, StreamLog>();
  for (const entry of log) {
    if (entry.type === 'subscribe') {
      const { at, type: _, ...rest } = entry;
      streams.set(entry.stream, { ...rest, from: at, to: Number.POSITIVE_INFINITY, end: undefined, events: [] });
    } else if ('stream' in entry) {
      const stream = streams.get(entry.stream);
      if (!stream) throw new Error(`The log contains an event of ${entry.stream}, which was never opened.`);
      if (entry.type === 'next') stream.events.push(entry);
      else {
        stream.to = entry.at;
        stream.end = entry.type;
        stream.code = entry.code;
      }
    }
  }
  return [...streams.values()];
}
