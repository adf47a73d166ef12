import { createVault } from '../../../src/cluster/vault.ts';
import type { BrokerWork } from './counting-broker.ts';
import type { Scenario } from './scenario.ts';
import { simulateKey } from './simulate-key.ts';

/** Sums over all simulated keys, per second unless stated otherwise. */
export interface Rates {
  /** Number of simulated keys. */
  keys: number;
  singleReads: number;
  pageReads: number;
  /** Events of changes, before they are delivered to several subscribers. */
  changes: number;
  /** Jobs that start. */
  starts: number;
  needs: BrokerWork;
  reports: BrokerWork;
  /** Delays from a change to its event, in milliseconds. */
  medianDelay: number;
  worstDelay: number;
}

const SECRET = 'a secret of the simulation that is long enough';

/** Simulates keys one by one, because they do not affect each other. The seed of a key is its number. */
export async function simulate(
  scenario: Scenario,
  keys: number,
  onProgress: (done: number) => void = () => {},
): Promise<Rates> {
  const vault = createVault([SECRET]);
  const delays: number[] = [];
  const sum = { keys, singleReads: 0, pageReads: 0, changes: 0, starts: 0, needs: noWork(), reports: noWork() };
  const seconds = scenario.period / 1_000;
  for (let key = 1; key <= keys; key++) {
    const figures = await simulateKey(scenario, key, vault);
    delays.push(...figures.delays);
    sum.singleReads += figures.reads.single / seconds;
    sum.pageReads += figures.reads.page / seconds;
    sum.changes += figures.delays.length / seconds;
    sum.starts += figures.started / seconds;
    add(sum.needs, figures.needs, seconds);
    add(sum.reports, figures.reports, seconds);
    onProgress(key);
  }
  delays.sort((a, b) => a - b);
  return { ...sum, medianDelay: delays[delays.length >> 1] ?? Number.NaN, worstDelay: delays.at(-1) ?? Number.NaN };
}

const noWork = (): BrokerWork => ({ commands: 0, messages: 0, bytes: 0 });

function add(sum: BrokerWork, work: BrokerWork, seconds: number): void {
  sum.commands += work.commands / seconds;
  sum.messages += work.messages / seconds;
  sum.bytes += work.bytes / seconds;
}
