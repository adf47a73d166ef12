// Preloaded into the gateway: collects garbage and reports memory on request. Requests arrive over an IPC channel, which
// does not keep the process alive.
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const session = new Session();
session.connect();

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on('message', async ({ id }) => {
  // In milliseconds, since the preceding request. Read before the collection, which blocks the event loop.
  const delays = { median: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  await session.post('HeapProfiler.collectGarbage');
  const { heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  process.send({ id, result: { heapUsed, external, handles, delays } });
  // After the next turn of the event loop, which records the delay of this collection.
  setImmediate(() => delay.reset());
});
process.channel.unref();
