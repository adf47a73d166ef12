import { expect, test } from 'vitest';
import { createRequestQueue, QueueFullError } from '../../../src/upstream/policy/request-queue.ts';
import { Cancellation } from '../../../src/util/cancellation.ts';
import { settle } from '../../support/clock.ts';

const cancellation = (caller?: AbortSignal) => new Cancellation({ milliseconds: 1, alarm: () => () => {}, caller });
const nameOf = (error: unknown) => (error instanceof Error ? error.name : String(error));

const turnsOf = (options: { concurrency: number; waiting: number }) =>
  createRequestQueue({ ...options, unconfirmed: options.concurrency, alarm: () => () => {} });

/** Turns of which one is taken until it is given back, and what has happened to everybody else. */
function startTurns(waiting: number) {
  const turns = turnsOf({ concurrency: 1, waiting });
  const happened: string[] = [];
  turns.enter(cancellation(), { isPoll: false });
  const enter = async (isPoll: boolean, { signal, by }: { signal?: AbortSignal; by?: AbortSignal }) =>
    turns.enter(cancellation(signal), { isPoll, by });
  const add = (name: string, isPoll: boolean, options: { signal?: AbortSignal; by?: AbortSignal } = {}) =>
    enter(isPoll, options).then(
      () => {
        happened.push(name);
        turns.leave();
      },
      (error: unknown) => void happened.push(`${name}: ${nameOf(error)}`),
    );
  return {
    turns,
    happened,
    add,
    async finish() {
      turns.leave();
      await settle(2);
    },
  };
}

test('a free turn is taken at once, and given back', () => {
  const turns = turnsOf({ concurrency: 2, waiting: 0 });
  const enter = () => turns.enter(cancellation(), { isPoll: false });

  expect([enter(), enter()]).toEqual([undefined, undefined]);
  expect(enter).toThrow(QueueFullError);
  turns.leave();

  expect(enter()).toBeUndefined();
  expect(enter).toThrow(QueueFullError);
});

test('a turn that is given back goes to who waits, not to who comes', async () => {
  const { add, turns, happened } = startTurns(2);
  void add('waits', false);
  await settle(1);

  turns.leave();
  void add('comes', false);
  await settle(2);

  expect(happened).toEqual(['waits', 'comes']);
});

test('polls give way to everybody else', async () => {
  const { add, finish, happened } = startTurns(10);

  for (const [name, isPoll] of [
    ['p', true],
    ['q', true],
    ['a', false],
    ['b', false],
  ] as const)
    void add(name, isPoll);
  await finish();

  expect(happened).toEqual(['a', 'b', 'p', 'q']);
});

test('when too many wait, polls are turned away first, the newest of them before the others', async () => {
  const { add, finish, happened, turns } = startTurns(3);

  for (const name of ['p', 'q', 'r', 's']) void add(name, true);
  await settle(1);
  expect(happened).toEqual(['s: NoTurnError']);
  for (const name of ['a', 'b', 'c', 'd']) {
    void add(name, false);
    await settle(1);
  }
  expect(happened).toEqual(['s', 'r', 'q', 'p', 'd'].map((name) => `${name}: NoTurnError`));
  expect(turns.waiting).toBe(3);
  await finish();

  expect(happened.slice(5)).toEqual(['a', 'b', 'c']);
});

test('whoever leaves or is late waits no more, and leaves room', async () => {
  const { add, finish, happened, turns } = startTurns(2);
  const [leaving, late] = [new AbortController(), new AbortController()];

  void add('leaves', false, { signal: leaving.signal });
  void add('late', false, { by: late.signal });
  leaving.abort('left');
  late.abort('late');
  await settle(1);

  expect(happened).toEqual(['leaves: left', 'late: late']);
  expect(turns.waiting).toBe(0);
  await finish();
});

test('whoever is late already, or has left, takes no turn', () => {
  const turns = turnsOf({ concurrency: 1, waiting: 1 });
  const over = cancellation();
  over.abort('left');

  expect(() => turns.enter(over, { isPoll: false })).toThrow('left');
  expect(() => turns.enter(cancellation(), { isPoll: false, by: AbortSignal.abort('late') })).toThrow('late');

  expect(turns.enter(cancellation(), { isPoll: false })).toBeUndefined();
});

test('a refusal says how many wait', async () => {
  const { add, finish, turns } = startTurns(1);
  void add('a', false);
  await settle(1);

  expect(() => turns.enter(cancellation(), { isPoll: false })).toThrow(new QueueFullError(1));
  await finish();
});
