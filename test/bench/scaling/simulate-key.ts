import type { Task } from '../../../src/cluster/broker.ts';
import type { Vault } from '../../../src/cluster/vault.ts';
import { createNames, type EventCodec } from '../../../src/job-sharing/messages.ts';
import { Owner } from '../../../src/job-sharing/owner.ts';
import type { JobEvent } from '../../../src/jobs/events.ts';
import { Schedule } from '../../../src/jobs/schedule.ts';
import { SimulatedClock } from '../../simulator/clock.ts';
import { seededNumbers } from '../../support/draws.ts';
import { type BrokerWork, CountingBroker } from './counting-broker.ts';
import { createJobSource, type State } from './job-source.ts';
import type { Scenario } from './scenario.ts';
import { Subscribers } from './subscribers.ts';

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
  decodeKey: String,
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
    replicas: { onJoin: () => () => {}, onLeave: () => () => {} },
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
