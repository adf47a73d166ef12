import { distribute } from '../jobs.ts';
import { subscribe, warmUp } from '../measure.ts';
import { startClients, startProgram, startUpstream } from '../processes.ts';
import type { BenchOptions } from './bench.ts';
import { type Row, rowOf } from './rows.ts';

/** Jobs of all idle subscriptions, subscriptions of a socket, and share of the subscriptions that warm up the gateway. */
const JOBS = 100;
const PER_SOCKET = 50;
const WARMING_SHARE = 1 / 20;
/** As in `npm run bench:fan-out`, in KiB. */
const TARGET = 12;

/** Memory of subscriptions without changes, with the upstream, the clients and the raised limits of `bench:fan-out`. */
export async function idleMemory({ program, plan: { idle } }: BenchOptions): Promise<Row> {
  const [upstream, clients] = [startUpstream(), startClients()];
  const key = 'idle';
  let gateway: Awaited<ReturnType<typeof startProgram>> | undefined;
  try {
    gateway = await startProgram({ upstreamUrl: await upstream.call('listen'), key, program });
    const bench = { upstream, clients, gateway, key, audience: key };
    const jobs = Math.min(JOBS, idle);
    const sockets = Math.ceil(idle / PER_SOCKET);
    const warming = Math.max(jobs, Math.ceil(idle * WARMING_SHARE));
    await warmUp(bench, {
      viewers: distribute('warm', { subscriptions: warming, jobs }),
      sockets: Math.ceil(sockets * WARMING_SHARE),
      changes: 5,
    });
    const before = await gateway.memory();
    await subscribe(bench, { viewers: distribute('job', { subscriptions: idle, jobs }), sockets });
    const after = await gateway.memory();
    const perSubscription = (from: number, to: number) => (to - from) / idle / 1_024;
    return rowOf(`memory of each of ${idle.toLocaleString('en')} idle subscriptions`, {
      values: [perSubscription(before.rss, after.rss)],
      targets: [TARGET],
      unit: 'KiB',
      note: `${perSubscription(before.heapUsed, after.heapUsed).toFixed(1)} KiB of it on the JavaScript heap`,
    });
  } finally {
    await Promise.all([upstream, clients, gateway].map((process) => process?.stop()));
  }
}
