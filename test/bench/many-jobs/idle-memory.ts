import { openIdle } from '../idle-subscriptions.ts';
import { startClients, startProgram, startUpstream } from '../processes.ts';
import type { BenchOptions } from './bench.ts';
import { type Row, rowOf } from './rows.ts';

/** Jobs of all idle subscriptions. */
const JOBS = 100;
/** As in `npm run bench:fan-out`, in KiB. */
const TARGET = 6;

/** Memory of subscriptions without changes, with the upstream, the clients and the raised limits of `bench:fan-out`. */
export async function idleMemory({ program, plan: { idle } }: BenchOptions): Promise<Row> {
  const [upstream, clients] = [startUpstream(), startClients()];
  const key = 'idle';
  let gateway: Awaited<ReturnType<typeof startProgram>> | undefined;
  try {
    gateway = await startProgram({ upstreamUrl: await upstream.call('listen'), key, program });
    const bench = { upstream, clients, gateway, key, audience: key };
    const { resident, heap } = await openIdle(bench, { subscriptions: idle, jobs: Math.min(JOBS, idle) });
    return rowOf(`memory of each of ${idle.toLocaleString('en')} idle subscriptions`, {
      values: [resident / 1_024],
      targets: [TARGET],
      unit: 'KiB',
      note: `${(heap / 1_024).toFixed(1)} KiB of it on the JavaScript heap`,
    });
  } finally {
    await Promise.all([upstream, clients, gateway].map((process) => process?.stop()));
  }
}
