import { openIdle } from '../idle-subscriptions.ts';
import { fanOut } from '../measure.ts';
import { startClients, startProgram, startUpstream } from '../processes.ts';
import { moveToServerProcessor } from './servers.ts';

/** Numbers of subscriptions, jobs, viewers of the job that changes, and changes. */
export interface WatchingPlan {
  subscriptions: number;
  jobs: number;
  crowd: number;
  changes: number;
}

/** Memory and delivery of subscriptions. */
export interface Watching {
  /** Resident memory of an idle subscription, in bytes. */
  memory: number;
  /** Time from the upstream's response with a change to the event of the last subscriber, in milliseconds, sorted. */
  delays: number[];
  /** CPU time of the gateway per event, in milliseconds. */
  cpuPerEvent: number;
}

/** Measures the subscriptions of a build of the gateway. @param program Path of the built program. */
export async function measureWatching(program: string, { changes: times, ...plan }: WatchingPlan): Promise<Watching> {
  const key = 'watching';
  const [upstream, clients] = [startUpstream(), startClients()];
  const started: { stop(): Promise<void> }[] = [upstream, clients];
  try {
    const gateway = await startProgram({ upstreamUrl: await upstream.call('listen'), key, program });
    started.push(gateway);
    moveToServerProcessor(gateway.pid);
    const bench = { upstream, clients, gateway, key, audience: key };
    const { resident } = await openIdle(bench, { ...plan, popular: 1 });
    const { changes, cpuPerEvent } = await fanOut(bench, { jobs: ['job0'], times });
    return { memory: resident, delays: changes.map(({ last }) => last).sort((a, b) => a - b), cpuPerEvent };
  } finally {
    await Promise.all(started.map((process) => process.stop()));
  }
}
