// Loaded into the gateway before its program: frees what it can on demand, as a process does that is short of memory.
// It is asked over an IPC channel, which does not keep the program alive.
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();

process.on('message', async ({ id }) => {
  await session.post('HeapProfiler.collectGarbage');
  const { heapUsed, external } = process.memoryUsage();
  process.send({ id, result: { heapUsed, external } });
});
process.channel.unref();
