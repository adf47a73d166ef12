import type { Task } from '../../../src/cluster/broker.ts';
import type { Vault } from '../../../src/cluster/vault.ts';
import {
  createNames,
  type EventCodec,
  type Needs,
  type OwnerMessage,
  openMessage,
  sealMessage,
} from '../../../src/job-sharing/messages.ts';
import { Owner } from '../../../src/job-sharing/owner.ts';
import type { JobEvent } from '../../../src/jobs/events.ts';
import { Schedule } from '../../../src/jobs/schedule.ts';
import { SimulatedClock } from '../../simulator/clock.ts';
import { seededNumbers } from '../../support/draws.ts';
import { type BrokerWork, CountingBroker } from './counting-broker.ts';
import { createJobSource, type JobSource, type State } from './job-source.ts';
import type { Scenario } from './scenario.ts';

/** Requests, delays and messages of one key within the period of a scenario. */
export interface KeyFigures {
  /** Reads of single jobs, and of pages of the list. */
  reads: { single: number; page: number };
  /** Delays from a change to its event, in milliseconds. */
  delays: number[];
  /** Jobs that started. */
  started: number;
  /** Work of Redis for what processes need, and for what the owner reports. */
  needs: BrokerWork;
  reports: BrokerWork;
}

const codec: EventCodec<State, string> = {
  encode: (event) => event,
  decode: (value) => value as JobEvent<State, string>,
};

/** Simulates the owner of one key with its schedule, and the processes that need its jobs. */
export async function simulateKey(scenario: Scenario, seed: number, vault: Vault): Promise<KeyFigures> {
  const clock = new SimulatedClock();
  const { now, monotonicNow, startTimer, pause } = clock;
  const random = seededNumbers(seed);
  const broker = new CountingBroker();
  const names = createNames(vault, vault.name('jobs', String(seed)));
  const source = createJobSource({ scenario, time: () => clock.time, pause });
  const schedule = new Schedule<State, string>({
    perSecond: 20,
    concurrency: () => 12,
    startTimer,
    now,
    monotonicNow,
    random,
    gracePeriod: 3_000,
    maxOutage: 600_000,
  });
  const taken = new AbortController();
  const task: Task = { name: names.group, data: '', epoch: 1, signal: taken.signal };
  const owner = new Owner<State, string>(task, {
    broker,
    vault,
    names,
    codec,
    replicas: { onLeave: () => () => {} },
    schedule,
    sourceOf: (id) => ({ job: source.job(id) }),
    isFinished: ({ phase }) => phase === scenario.changes,
    startTimer,
  });
  const subscribers = new Subscribers({ scenario, clock, random, broker, source, vault, names });
  await clock.runUntil(scenario.warmUp);
  const before = structuredClone({ reads: source.reads, ...broker.work });
  subscribers.resetFigures();
  await clock.runUntil(scenario.warmUp + scenario.period);
  taken.abort();
  await owner.ended;
  return {
    reads: {
      single: source.reads.single - before.reads.single,
      page: source.reads.page - before.reads.page,
    },
    needs: workSince(broker.work.needs, before.needs),
    reports: workSince(broker.work.reports, before.reports),
    delays: subscribers.delays,
    started: subscribers.started,
  };
}

const workSince = (after: BrokerWork, before: BrokerWork): BrokerWork => ({
  commands: after.commands - before.commands,
  messages: after.messages - before.messages,
  bytes: after.bytes - before.bytes,
});

interface SubscribersOptions {
  scenario: Scenario;
  clock: SimulatedClock;
  random: () => number;
  broker: CountingBroker;
  source: JobSource;
  vault: Vault;
  names: ReturnType<typeof createNames>;
}

/**
 * The subscribers of all jobs of a key, on several processes. Like the processes, they send what they need to the owner,
 * and read the stored state.
 */
class Subscribers {
  readonly #options: SubscribersOptions;
  /** The processes that have subscribers of a job, by the job. */
  readonly #processes = new Map<string, readonly number[]>();
  /** The last phase of which there was an event, by the job. */
  readonly #phases = new Map<string, number>();
  #count = 0;
  delays: number[] = [];
  started = 0;

  constructor(options: SubscribersOptions) {
    this.#options = options;
    const { broker, names, scenario, random } = options;
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
    const endAt = Math.max(clock.time, startAt) + (0.5 + random()) * (duration - Math.max(0, clock.time - startAt));
    source.start(id, startAt, endAt);
    this.started++;
    clock.after(endAt - clock.time, () => this.#startJob(endAt));
    const chosen = Array.from({ length: subscribersPerJob }, () => Math.floor(random() * processesPerKey));
    this.#processes.set(id, [...new Set(chosen)]);
    for (const process of new Set(chosen))
      clock.after(random() * joinWithin, () => this.#send(process, { join: [{ key: id, position: 0 }] }, id));
  }

  #send(process: number, needs: Pick<Needs<string>, 'join' | 'leave'>, joined?: string): void {
    const { broker, vault, names } = this.#options;
    const message: Needs<string> = { from: `replica${process}`, epoch: 1, ...needs };
    broker.publish(names.needs, sealMessage(vault, message));
    if (joined !== undefined) void broker.read(names.group, [names.state(joined)]);
  }

  #onMessage(sealed: string): void {
    const message = openMessage<OwnerMessage>(this.#options.vault, sealed);
    for (const report of message?.reports ?? []) {
      if (report.type === 'event') this.#onEvent(report.event as JobEvent<State, string>);
      if (report.type === 'end') this.#onEnd(report.name);
    }
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
    for (const process of this.#processes.get(id) ?? []) this.#send(process, { leave: [id] });
    this.#processes.delete(id);
    this.#phases.delete(id);
  }
}
