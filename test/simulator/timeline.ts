import type { JobHistory, Run } from './history.ts';
import type { FaultPlan, KeyName, Scenario } from './scenario.ts';
import { isListOperation, type StreamLog, streamsOf } from './stream-log.ts';
import { INTERVALS, LIST_SLACK, PRESENCE, RECOVERY, REQUEST_TIMEOUT, SLACK, TAKEOVER } from './tolerances.ts';

/** A violation of a rule. */
export interface Violation {
  readonly rule: string;
  readonly at: number;
  readonly message: string;
}

/** Faults that count for the circuit breaker, which all keys share. */
const SHARED_FAULTS: ReadonlySet<FaultPlan['what']> = new Set(['500', '503', 'hang', 'reset']);

/** A run, arranged for the rules. */
export class Timeline {
  readonly run: Run;
  readonly scenario: Scenario;
  readonly streams: readonly StreamLog[];
  readonly #stalls: readonly { client: string; from: number; to: number }[];
  /** Ids of the jobs of each key, and of those that its clients expect. */
  readonly #polled = new Map<KeyName, Set<string>>();

  constructor(run: Run, scenario: Scenario) {
    this.run = run;
    this.scenario = scenario;
    this.streams = streamsOf(run.log);
    this.#stalls = scenario.clients.flatMap(({ name, stalls }) =>
      stalls.map(({ at, lasts }) => ({ client: name, from: at, to: at + lasts })),
    );
    for (const { key, id } of run.jobs) this.#addPolled(key, id);
    for (const stream of this.streams)
      if (!isListOperation(stream.operation)) for (const id of stream.targets) this.#addPolled(stream.key, id);
  }

  #addPolled(key: KeyName, id: string): void {
    this.#polled.set(key, (this.#polled.get(key) ?? new Set()).add(id));
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
    // Each job once, and each page of each list.
    return (((this.#polled.get(key)?.size ?? 0) + 8) / this.scenario.pollsPerSecond) * 1_000;
  }

  lag(key: KeyName): number {
    return this.scenario.keys.find((plan) => plan.key === key)?.lag ?? 0;
  }

  /** Time within which a job is polled, if each job is polled once. */
  pollBound({ key, operation }: StreamLog): number {
    // A list is read before its jobs.
    return (this.queueTime(key) + this.response) * (isListOperation(operation) ? 2 : 1);
  }

  /** Time within which the first event of a job arrives. */
  firstBound(stream: StreamLog): number {
    // Every fourth poll is one of a job whose state is known, so that those never stop.
    const known = (this.queueTime(stream.key) / 3) * (isListOperation(stream.operation) ? 2 : 1);
    // Few requests of a key are sent at once before the first response confirms it.
    return this.pollBound(stream) + known + (this.#isConfirmed(stream) ? 0 : this.scenario.latency);
  }

  /** True if the gateway of a stream had a response to a request with its key before. */
  #isConfirmed({ key, epoch, from }: StreamLog): boolean {
    return this.run.requests.some(
      ({ endedAt = from, outcome, ...request }) =>
        request.key === key && request.epoch === epoch && endedAt < from && typeof outcome === 'number',
    );
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
