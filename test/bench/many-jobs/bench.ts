import { setTimeout } from 'node:timers/promises';
import { RAISED_LIMITS, startProgram, startTool } from '../processes.ts';
import type { ListSettings } from './account.ts';
import type { ClientCalls } from './clients.ts';
import type { UpstreamCalls } from './upstream.ts';

/** Sizes and durations of all measurements; durations in milliseconds. */
export interface Plan {
  /** Number of running predictions that one key watches. */
  jobs: number;
  /** Period after the first events in which polls reach their longest interval, and requests are counted. */
  settle: number;
  /** Period over which the jobs finish. */
  spread: number;
  /** Number of new subscribers or writes whose delay is measured, and time between two of them. */
  repeats: number;
  distance: number;
  /** Number of subscribers of the same jobs. */
  subscribers: readonly number[];
  /** Number of subscribers of a finished job, one after another. */
  successors: number;
  /** Number of times that a dashboard is reloaded, and time for which each is open. */
  reloads: number;
  reloadAfter: number;
  /** Number of keys during an outage, and jobs of each. */
  keys: number;
  jobsPerKey: number;
  outage: number;
  /** Periods before and after the outage in which requests are counted. */
  observed: number;
  /** Number of hanging polls. */
  hanging: number;
  /** Number of idle subscriptions. */
  idle: number;
}

export const FULL_PLAN: Plan = {
  jobs: 1_000,
  settle: 15_000,
  spread: 60_000,
  repeats: 5,
  distance: 1_000,
  subscribers: [1, 50, 500],
  successors: 50,
  reloads: 5,
  reloadAfter: 1_000,
  keys: 50,
  jobsPerKey: 20,
  outage: 20_000,
  observed: 30_000,
  hanging: 40,
  idle: 10_000,
};

/** Maximum time to wait for events of so many jobs, in milliseconds: five times that of polling each in turn, and a minute. */
export const patience = (jobs: number): number => 60_000 + (jobs / 20) * 5_000;

export const pause = (milliseconds: number): Promise<void> => setTimeout(milliseconds);

/** The API key of scenarios with a single one. */
export const KEY = 'bench';
/** The gateway's own key, with which it reads the list of models once. */
const OWN_KEY = 'own';

export interface BenchOptions {
  /** Path of the built gateway. */
  program: string;
  lists: ListSettings;
  plan: Plan;
  /** Settings of the gateway that differ from the defaults. @default none */
  settings?: Readonly<Record<string, string>>;
  /** Running processes to use instead of new ones. Their scenarios must run one after another. */
  tools?: Tools;
}

/** The processes that a gateway needs. */
export type Tools = ReturnType<typeof startTools>;

export function startTools() {
  const upstream = startTool<UpstreamCalls>('many-jobs/upstream.ts');
  const clients = startTool<ClientCalls>('many-jobs/clients.ts');
  const url = upstream.call('listen');
  const stop = async () => {
    await Promise.all([upstream.stop(), clients.stop()]);
  };
  return { upstream, clients, url, stop };
}

export interface StartOptions {
  lists?: Partial<ListSettings>;
}

/** The processes of one scenario. */
export type Bench = Awaited<ReturnType<typeof startBench>>;

/** Starts the upstream, the clients and the gateway with its default limits. */
export async function startBench(options: BenchOptions, { lists }: StartOptions = {}) {
  const { program, settings: limits = {}, plan } = options;
  const { upstream, clients, url, stop } = options.tools ?? startTools();
  const stopTools = async () => {
    if (!options.tools) await stop();
  };
  try {
    const gateway = await startProgram({ upstreamUrl: await url, key: OWN_KEY, program, limits });
    return {
      plan,
      lists: { ...options.lists, ...lists },
      upstream,
      clients,
      gateway,
      async stop() {
        await Promise.all([gateway.stop(), stopTools()]);
      },
    };
  } catch (error) {
    await stopTools();
    throw error;
  }
}

/** Runs a measurement with processes of its own. */
export async function withBench<Result>(
  options: BenchOptions,
  measure: (bench: Bench) => Promise<Result>,
  starting?: StartOptions,
): Promise<Result> {
  const bench = await startBench(options, starting);
  try {
    return await measure(bench);
  } finally {
    await bench.stop();
  }
}

/** The limits that only `idle-memory` raises. */
export const RAISED = Object.keys(RAISED_LIMITS);
