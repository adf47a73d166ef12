import { expect, test } from 'vitest';
import { type Broker, BrokerError, type Task } from '../../src/cluster/broker.ts';
import { createLinks } from './ipc-link.ts';

/** Links without a clock: no value expires. */
const links = () => createLinks({ startTimer: () => () => {}, monotonicNow: () => 0, now: () => 0 });

/** Waits until all messages have arrived. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Records what a subscriber receives. */
function record(broker: Broker, channel: string) {
  const received: string[] = [];
  const end = broker.subscribe(channel, {
    onActive: () => received.push('active'),
    onMessage: (message) => received.push(message),
  });
  return { received, end };
}

/** Runs of tasks, which last until the test ends them. */
function serve(broker: Broker) {
  const runs: { task: Task; end: () => void }[] = [];
  broker.serveTasks((task) => new Promise((end) => runs.push({ task, end })));
  return runs;
}

const value = (name: string, text: string, version: string) => ({ name, value: text, version, milliseconds: 1_000 });

test('messages reach the subscribers of all workers, in order, and no one after its end', async () => {
  const { connect } = links();
  const [one, other] = [connect().broker, connect().broker];
  const first = record(one, 'a');
  const second = record(other, 'a');
  const elsewhere = record(other, 'b');
  await settle();

  for (const message of ['1', '2', '3']) one.publish('a', message);
  await settle();
  second.end();
  one.publish('a', '4');
  await settle();

  expect(first.received).toEqual(['active', '1', '2', '3', '4']);
  expect(second.received).toEqual(['active', '1', '2', '3']);
  expect(elsewhere.received).toEqual(['active']);
});

test('a later subscriber of the same worker becomes active too, and a new subscription gets no message of an ended one', async () => {
  const { broker } = links().connect();
  const first = record(broker, 'a');
  await settle();
  const second = record(broker, 'a');
  await settle();
  broker.publish('a', 'old');
  first.end();
  second.end();
  const third = record(broker, 'a');
  await settle();

  expect(second.received).toEqual(['active']);
  expect(third.received).toEqual(['active']);
});

test('a value is stored with its announcement, and an older version does not replace it', async () => {
  const { connect } = links();
  const [one, other] = [connect().broker, connect().broker];
  const { received } = record(other, 'changes');
  await settle();

  await one.store('jobs', [value('a', 'new', '2')], { channel: 'changes', message: 'a' });
  await one.store('jobs', [value('a', 'old', '1')]);

  expect(await other.read('jobs', ['a', 'missing'])).toEqual([{ value: 'new', age: 0 }, undefined]);
  expect(received).toEqual(['active', 'a']);
  await other.remove('jobs', ['a']);
  expect(await one.read('jobs', ['a'])).toEqual([undefined]);
});

test('a task runs on one worker, moves at once when that worker is killed, and ends for all', async () => {
  const { connect } = links();
  const [one, other] = [connect(), connect()];
  const runs = [serve(one.broker), serve(other.broker)];
  await Promise.all([one.broker.requestTask('poll', 'data'), other.broker.requestTask('poll', 'data')]);
  await settle();
  expect(runs.map(({ length }) => length)).toEqual([1, 0]);

  one.kill();
  await settle();
  const [first, second] = runs.flat();
  expect(second?.task).toMatchObject({ name: 'poll', data: 'data' });
  expect(second?.task.epoch).toBeGreaterThan(first?.task.epoch ?? Number.POSITIVE_INFINITY);

  second?.end();
  await settle();
  await other.broker.requestTask('poll', 'again');
  await settle();
  expect(runs[1]?.map(({ task }) => task.data)).toEqual(['data', 'again']);
});

test('a worker that closes its broker gives its tasks to others, and its own runs are aborted', async () => {
  const { connect } = links();
  const [one, other] = [connect().broker, connect().broker];
  const runs = [serve(one), serve(other)];
  await one.requestTask('poll', 'data');
  await settle();

  await one.close();
  await settle();

  expect(runs.map(([run]) => run?.task.signal.aborted)).toEqual([true, false]);
});

test('workers share the counts of a limit', async () => {
  const { connect } = links();
  const [one, other] = [connect().broker, connect().broker];
  const limit = { id: 'requests', perSecond: 1, burst: 2 };

  expect([await one.count(limit, 'a'), await other.count(limit, 'a'), await one.count(limit, 'b')]).toEqual([0, 0, 0]);
  expect(await one.count(limit, 'a')).toBeGreaterThan(0);
});

test('the end of the primary process is a problem, rejects calls, and aborts tasks', async () => {
  const { broker, endPrimary } = links().connect();
  const runs = serve(broker);
  await broker.requestTask('poll', 'data');
  await settle();
  let changes = 0;
  broker.onProblemChange(() => changes++);
  const pending = broker.read('jobs', ['a']);

  endPrimary();

  await expect(pending).rejects.toThrow(BrokerError);
  await expect(broker.read('jobs', ['a'])).rejects.toThrow('the primary process has ended');
  expect(broker.problem?.cause).toBe('the primary process has ended');
  expect([changes, runs[0]?.task.signal.aborted]).toEqual([1, true]);
  await broker.close();
});

test('a worker that does not read loses messages instead of the memory of the primary process, and its subscriptions become active again', async () => {
  const { connect } = links();
  const [stalled, sender] = [connect(), connect()];
  const { received } = record(stalled.broker, 'a');
  await settle();
  const megabyte = 'x'.repeat(1_048_576);

  stalled.pause();
  for (let sent = 0; sent < 40; sent++) sender.broker.publish('a', megabyte);
  await settle();
  stalled.resume();
  await settle();
  sender.broker.publish('a', 'later');
  await settle();

  expect(received.filter((message) => message === megabyte)).toHaveLength(16);
  expect(received.slice(-2)).toEqual(['active', 'later']);
});
