import { expect, test } from 'vitest';
import { createRequestQueue, QueueFullError } from '../../../src/upstream/policy/request-queue.ts';
import { Cancellation } from '../../../src/util/cancellation.ts';
import { settle } from '../../support/clock.ts';

const cancellation = (caller?: AbortSignal) => new Cancellation({ timeout: 1, startTimer: () => () => {}, caller });
const nameOf = (error: unknown) => (error instanceof Error ? error.name : String(error));

const queueOf = (options: { concurrency: number; maxWaiting: number }) =>
  createRequestQueue({ ...options, unconfirmedConcurrency: options.concurrency, startTimer: () => () => {} });

/** A queue with one slot, which is acquired until `finish`, and the outcomes of the other requests. */
function startBusyQueue(maxWaiting: number) {
  const queue = queueOf({ concurrency: 1, maxWaiting });
  const outcomes: string[] = [];
  queue.acquire(cancellation(), { isPoll: false });
  const acquire = async (isPoll: boolean, { signal, startBy }: { signal?: AbortSignal; startBy?: AbortSignal }) =>
    queue.acquire(cancellation(signal), { isPoll, startBy });
  const add = (name: string, isPoll: boolean, options: { signal?: AbortSignal; startBy?: AbortSignal } = {}) =>
    acquire(isPoll, options).then(
      () => {
        outcomes.push(name);
        queue.release(isPoll);
      },
      (error: unknown) => void outcomes.push(`${name}: ${nameOf(error)}`),
    );
  return {
    queue,
    outcomes,
    add,
    async finish() {
      queue.release(false);
      await settle(2);
    },
  };
}

test('a free slot is acquired at once, and can be acquired again after its release', () => {
  const queue = queueOf({ concurrency: 2, maxWaiting: 0 });
  const acquire = () => queue.acquire(cancellation(), { isPoll: false });

  expect([acquire(), acquire()]).toEqual([undefined, undefined]);
  expect(acquire).toThrow(QueueFullError);
  queue.release(false);

  expect(acquire()).toBeUndefined();
  expect(acquire).toThrow(QueueFullError);
});

test('a released slot is acquired by the waiting request, not by a new one', async () => {
  const { add, queue, outcomes } = startBusyQueue(2);
  void add('waits', false);
  await settle(1);

  queue.release(false);
  void add('comes', false);
  await settle(2);

  expect(outcomes).toEqual(['waits', 'comes']);
});

test('polls wait until no other request waits', async () => {
  const { add, finish, outcomes } = startBusyQueue(10);

  for (const [name, isPoll] of [
    ['p', true],
    ['q', true],
    ['a', false],
    ['b', false],
  ] as const)
    void add(name, isPoll);
  await finish();

  expect(outcomes).toEqual(['a', 'b', 'p', 'q']);
});

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [5, 3],
  [32, 24],
])('of %i slots polls use at most %i', (concurrency, maxPolls) => {
  const queue = queueOf({ concurrency, maxWaiting: 0 });
  const acquire = (isPoll: boolean) => queue.acquire(cancellation(), { isPoll });

  for (let poll = 0; poll < maxPolls; poll++) expect(acquire(true)).toBeUndefined();
  expect(() => acquire(true)).toThrow(QueueFullError);
  for (let free = maxPolls; free < concurrency; free++) expect(acquire(false)).toBeUndefined();
  expect(() => acquire(false)).toThrow(QueueFullError);

  queue.release(true);
  expect(acquire(true)).toBeUndefined();
});

test('a poll waits for the slot of a poll while other slots are free', async () => {
  const queue = queueOf({ concurrency: 4, maxWaiting: 1 });
  const acquire = (isPoll: boolean) => queue.acquire(cancellation(), { isPoll });
  for (let poll = 0; poll < 3; poll++) acquire(true);

  let isAdmitted = false;
  void acquire(true)?.then(() => {
    isAdmitted = true;
  });
  expect(acquire(false)).toBeUndefined();
  queue.release(false);
  await settle(1);
  expect(isAdmitted).toBe(false);
  queue.release(true);
  await settle(1);

  expect(isAdmitted).toBe(true);
});

test('a single slot is used by a poll only while no other request waits', async () => {
  const { add, finish, outcomes } = startBusyQueue(10);

  void add('poll', true);
  void add('read', false);
  await settle(1);
  void add('next read', false);
  await finish();

  expect(outcomes).toEqual(['read', 'next read', 'poll']);
});

test('a full queue rejects polls first, the newest one before the others', async () => {
  const { add, finish, outcomes, queue } = startBusyQueue(3);

  for (const name of ['p', 'q', 'r', 's']) void add(name, true);
  await settle(1);
  expect(outcomes).toEqual(['s: QueueFullError']);
  for (const name of ['a', 'b', 'c', 'd']) {
    void add(name, false);
    await settle(1);
  }
  expect(outcomes).toEqual(['s', 'r', 'q', 'p', 'd'].map((name) => `${name}: QueueFullError`));
  expect(queue.size).toBe(3);
  await finish();

  expect(outcomes.slice(5)).toEqual(['a', 'b', 'c']);
});

test('an aborted or late request leaves the queue', async () => {
  const { add, finish, outcomes, queue } = startBusyQueue(2);
  const [leaving, late] = [new AbortController(), new AbortController()];

  void add('leaves', false, { signal: leaving.signal });
  void add('late', false, { startBy: late.signal });
  leaving.abort('left');
  late.abort('late');
  await settle(1);

  expect(outcomes).toEqual(['leaves: left', 'late: late']);
  expect(queue.size).toBe(0);
  await finish();
});

test('a request that is late or aborted already acquires no slot', () => {
  const queue = queueOf({ concurrency: 1, maxWaiting: 1 });
  const over = cancellation();
  over.abort('left');

  expect(() => queue.acquire(over, { isPoll: false })).toThrow('left');
  expect(() => queue.acquire(cancellation(), { isPoll: false, startBy: AbortSignal.abort('late') })).toThrow('late');

  expect(queue.acquire(cancellation(), { isPoll: false })).toBeUndefined();
});

test('the error of a full queue contains the number of waiting requests', async () => {
  const { add, finish, queue } = startBusyQueue(1);
  void add('a', false);
  await settle(1);

  expect(() => queue.acquire(cancellation(), { isPoll: false })).toThrow(new QueueFullError(1));
  await finish();
});

test('a queue is idle while no request runs or waits, and reports each time that it becomes idle', () => {
  const queue = queueOf({ concurrency: 2, maxWaiting: 2 });
  const reports: boolean[] = [];
  queue.onIdle = () => void reports.push(queue.isIdle);
  expect(queue.isIdle).toBe(true);

  for (const isPoll of [false, true]) queue.acquire(cancellation(), { isPoll });
  queue.release(false);
  expect([queue.isIdle, reports]).toEqual([false, []]);
  queue.release(true);
  expect([queue.isIdle, reports]).toEqual([true, [true]]);

  queue.acquire(cancellation(), { isPoll: false });
  expect(queue.isIdle).toBe(false);
  queue.release(false);
  expect(reports).toEqual([true, true]);
});

test('a queue is not idle when the last running request passes its slot on', async () => {
  const { queue, outcomes, add } = startBusyQueue(1);
  const reports: (readonly string[])[] = [];
  queue.onIdle = () => void reports.push([...outcomes]);
  const waiting = add('waiting', false);

  queue.release(false);
  await waiting;

  expect(reports).toEqual([['waiting']]);
});
