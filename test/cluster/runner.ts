/** A replica that runs tasks until it is killed. Prints the name of each task that begins. */
import { openRedisBroker } from '../../src/cluster/redis-broker.ts';

const [, , url = ''] = process.argv;
const broker = await openRedisBroker({ url, log: { info() {}, warn() {}, error() {} } });
broker.serveTasks(async (task) => {
  process.stdout.write(`${task.name}\n`);
  await new Promise(() => {});
});
process.stdout.write('serving\n');
// Keeps the process alive.
process.stdin.resume();
