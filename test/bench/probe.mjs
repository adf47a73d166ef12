// Loaded into the gateway before its program: frees what it can on demand, as a process does that is short of memory.
// It is asked over an IPC channel, which does not keep the program alive.
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const session = new Session();
session.connect();

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on('message', async ({ id }) => {
  // In milliseconds, since the last time: the collection itself, which stops everything, does not count.
  const delays = { median: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  await session.post('HeapProfiler.collectGarbage');
  const { heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  process.send({ id, result: { heapUsed, external, handles, delays } });
  // One turn later, the delay of this very answer has been recorded.
  setImmediate(() => delay.reset());
});
process.channel.unref();
