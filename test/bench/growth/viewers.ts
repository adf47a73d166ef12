import { distribute } from '../jobs.ts';
import { changeAll, subscribe } from '../measure.ts';
import { startClients, startProgram, startUpstream } from '../processes.ts';
import { costOf, type Step } from './cost.ts';

/** Measures the cost of a change that is sent to all viewers of a job. */
export async function measureViewers(steps: readonly number[]): Promise<Step[]> {
  const [upstream, clients] = [startUpstream(), startClients()];
  const [key, job] = ['growth', 'growing'];
  const gateway = await startProgram({ upstreamUrl: await upstream.call('listen'), key });
  try {
    const found: Step[] = [];
    for (const viewers of steps) {
      const bench = { upstream, clients, gateway, key, audience: `of ${viewers}` };
      await subscribe(bench, {
        viewers: distribute(job, { subscriptions: viewers, jobs: 1 }),
        sockets: Math.ceil(viewers / 50),
      });
      const cost = await costOf(gateway.usage, () => changeAll(bench, [`${job}0`]));
      found.push({ work: viewers, ...cost, memory: gateway.usage().rss });
      await clients.call('close', { audience: bench.audience });
    }
    return found;
  } finally {
    await Promise.all([upstream, clients, gateway].map((process) => process.stop()));
  }
}
