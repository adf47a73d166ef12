import type { Vault } from '../../../src/cluster/vault.ts';
import { digestOf, type Names, type Needs, openOwnerMessage, sealNeeds } from '../../../src/job-sharing/messages.ts';
import type { JobEvent } from '../../../src/jobs/events.ts';
import type { SimulatedClock } from '../../simulator/clock.ts';
import type { CountingBroker } from './counting-broker.ts';
import type { JobSource, State } from './job-source.ts';
import type { Scenario } from './scenario.ts';

export interface SubscribersOptions {
  scenario: Scenario;
  clock: SimulatedClock;
  random: () => number;
  broker: CountingBroker;
  source: JobSource;
  vault: Vault;
  names: Names;
}

/** As in the gateway: beats of the owner between two digests of a process. */
const BEATS_PER_DIGEST = 5;

/**
 * The subscribers of all jobs of a key, on several processes. In place of the processes, they send to the owner what each
 * process needs, and read the stored states.
 */
export class Subscribers {
  readonly #options: SubscribersOptions;
  /** The jobs that each process needs. */
  readonly #jobs: readonly Set<string>[];
  /** The last phase of which there was an event, by the job. */
  readonly #phases = new Map<string, number>();
  #count = 0;
  #beats = 0;
  delays: number[] = [];
  started = 0;

  constructor(options: SubscribersOptions) {
    this.#options = options;
    const { broker, names, scenario, random } = options;
    this.#jobs = Array.from({ length: scenario.processesPerKey }, () => new Set<string>());
    broker.subscribe(names.reports, { onActive: () => {}, onMessage: (sealed) => this.#onMessage(sealed) });
    // At any time the jobs are in all phases.
    const ages = Array.from({ length: scenario.jobsPerKey }, () => random() * scenario.duration);
    for (const age of ages.toSorted((a, b) => b - a)) this.#startJob(-age);
  }

  /** Forgets what was counted so far. */
  resetFigures(): void {
    this.delays = [];
    this.started = 0;
  }

  /** Starts a job, followed by another one when it ends. */
  #startJob(startAt: number): void {
    const { scenario, clock, random, source } = this.#options;
    const { duration, subscribersPerJob, processesPerKey, joinWithin } = scenario;
    const id = `job${this.#count++}`;
    const endAt = clock.time + (0.5 + random()) * (duration - (clock.time - startAt));
    source.start(id, startAt, endAt);
    this.started++;
    clock.after(endAt - clock.time, () => this.#startJob(endAt));
    const chosen = Array.from({ length: subscribersPerJob }, () => Math.floor(random() * processesPerKey));
    for (const process of new Set(chosen)) clock.after(random() * joinWithin, () => this.#join(process, id));
  }

  #join(process: number, id: string): void {
    const { broker, names } = this.#options;
    this.#jobs[process]?.add(id);
    this.#send(process, { join: [{ key: id, position: 0, isWaiting: false }] });
    void broker.read(names.group, [names.state(id)]);
  }

  #send(process: number, needs: Partial<Needs>): void {
    const { broker, vault, names } = this.#options;
    broker.publish(names.needs, sealNeeds(vault, { from: `replica${process}`, epoch: 1, ...needs }));
  }

  #onMessage(sealed: string): void {
    const message = openOwnerMessage(this.#options.vault, sealed);
    if (message?.type === 'started' && message.number > 1)
      throw new Error('Expected an owner that knows what each process needs, got one that requests it.');
    if (message?.type === 'beat' && ++this.#beats % BEATS_PER_DIGEST === 0) this.#sendDigests();
    for (const report of message?.reports ?? []) {
      if (report.type === 'event') this.#onEvent(report.event as JobEvent<State, string>);
      if (report.type === 'end') this.#onEnd(report.name);
    }
  }

  #sendDigests(): void {
    for (const [process, jobs] of this.#jobs.entries())
      if (jobs.size > 0) this.#send(process, { digest: digestOf([...jobs]) });
  }

  #onEvent(event: JobEvent<State, string>): void {
    if (!('state' in event)) return;
    const { id, phase } = event.state;
    const known = this.#phases.get(id);
    if (known === phase) return;
    this.#phases.set(id, phase);
    const { clock, source } = this.#options;
    if (known !== undefined) this.delays.push(clock.time - source.changedAt(id, phase));
  }

  #onEnd(id: string): void {
    for (const [process, jobs] of this.#jobs.entries()) if (jobs.delete(id)) this.#send(process, { leave: [id] });
    this.#phases.delete(id);
  }
}
