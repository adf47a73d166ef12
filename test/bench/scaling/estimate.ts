import { COSTS } from './costs.ts';
import type { Scenario } from './scenario.ts';
import type { Rates } from './simulate.ts';

/** Load of a whole cluster; rates are per second. */
export interface Estimate {
  subscribersPerProcess: number;
  memoryPerProcess: number;
  reads: number;
  readsPerKey: number;
  changes: number;
  events: number;
  subscriptions: number;
  /** Messages that replicas publish, and those that Redis delivers to them. */
  published: number;
  delivered: number;
  deliveredBytes: number;
  commands: number;
  storedBytes: number;
  /** Processors that Redis uses, if commands and messages are batched under load, or not. */
  redisCpu: readonly [batched: number, single: number];
  /** Share of one processor that a process uses, by cause. */
  cpu: Record<'events' | 'subscriptions' | 'messages' | 'polls', number>;
}

/** Scales what was simulated to all keys of a scenario that runs on a number of processes. */
export function estimate(scenario: Scenario, rates: Rates, processes: number): Estimate {
  const { keys, jobsPerKey, subscribersPerJob, processesPerKey } = scenario;
  const scale = keys / rates.keys;
  const reads = (rates.singleReads + rates.pageReads) * scale;
  const changes = rates.changes * scale;
  const subscriptions = rates.starts * scale * subscribersPerJob;
  // Each subscriber receives the first state of a job, and each change.
  const events = changes * subscribersPerJob + subscriptions;
  const [needs, reports] = [rates.needs.messages * scale, rates.reports.messages * scale];
  // Needs go to the owner, reports to all processes with subscribers of the key.
  const delivered = needs + reports * processesPerKey;
  const { cpu, commands } = COSTS;
  const share = (perSecond: number, microseconds: number) => (perSecond * microseconds) / 1e6 / processes;
  const executed =
    (rates.needs.commands + rates.reports.commands) * scale +
    processes * commands.process +
    keys * commands.key +
    subscriptions * commands.subscription;
  const redisCpu = (index: 0 | 1) =>
    (executed * COSTS.redis.command[index] + delivered * COSTS.redis.delivery[index]) / 1e6;
  const subscribers = keys * jobsPerKey * subscribersPerJob;
  const reportBytes = rates.reports.bytes / rates.reports.messages;
  return {
    subscribersPerProcess: subscribers / processes,
    memoryPerProcess: COSTS.processBytes + (subscribers / processes) * COSTS.subscriberBytes,
    reads,
    readsPerKey: reads / keys,
    changes,
    events,
    subscriptions,
    published: needs + reports,
    delivered,
    deliveredBytes: (rates.needs.bytes + rates.reports.bytes * processesPerKey) * scale,
    commands: executed,
    storedBytes: changes * COSTS.stateSeconds * reportBytes,
    redisCpu: [redisCpu(0), redisCpu(1)],
    cpu: {
      events: share(events, cpu.event),
      subscriptions: share(subscriptions, cpu.subscription),
      messages: share(delivered, cpu.message),
      polls: share(reads, cpu.poll),
    },
  };
}
