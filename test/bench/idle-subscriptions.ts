import { type Distribution, distribute } from './jobs.ts';
import { type Bench, subscribe, warmUp } from './measure.ts';

/** Subscriptions of a socket, and share of the subscriptions that warm up the gateway. */
const PER_SOCKET = 50;
const WARMING_SHARE = 1 / 20;

/** Opens subscriptions, and returns the memory that each takes while nothing changes, in bytes. */
export async function openIdle(bench: Bench, wanted: Distribution) {
  const { subscriptions, jobs } = wanted;
  const sockets = Math.ceil(subscriptions / PER_SOCKET);
  const warming = Math.max(jobs, Math.ceil(subscriptions * WARMING_SHARE));
  await warmUp(bench, {
    viewers: distribute('warm', { subscriptions: warming, jobs }),
    sockets: Math.ceil(sockets * WARMING_SHARE),
    changes: 5,
  });
  const before = await bench.gateway.memory();
  await subscribe(bench, { viewers: distribute('job', wanted), sockets });
  const after = await bench.gateway.memory();
  return {
    resident: (after.rss - before.rss) / subscriptions,
    heap: (after.heapUsed - before.heapUsed) / subscriptions,
  };
}
