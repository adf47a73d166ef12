import { expect, test } from 'vitest';
import { createTurns, NoTurnError } from '../../src/upstream/turns.ts';
import { settle } from '../support/clock.ts';

/** Turns of which one is taken until it is given back, and what has happened to everything else. */
async function startTurns(waiting: number) {
  const turns = createTurns({ concurrency: 1, waiting });
  const happened: string[] = [];
  let free = () => {};
  const { signal } = new AbortController();
  const first = turns.take(() => new Promise<void>((resolve) => (free = resolve)), { signal, isPoll: false });
  const add = (name: string, isPoll: boolean, options: { signal?: AbortSignal; by?: AbortSignal } = {}) =>
    turns
      .take(async () => void happened.push(name), { signal, isPoll, ...options })
      .catch((error: unknown) => void happened.push(`${name}: ${error instanceof Error ? error.name : error}`));
  await settle(1);
  return {
    turns,
    happened,
    add,
    async finish() {
      free();
      await first;
      await settle(2);
    },
  };
}

test('polls give way to everybody else', async () => {
  const { add, finish, happened } = await startTurns(10);

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
  const { add, finish, happened, turns } = await startTurns(3);

  for (const name of ['p', 'q', 'r', 's']) void add(name, true);
  await settle(1);
  expect(happened).toEqual(['s: NoTurnError']);
  for (const name of ['a', 'b', 'c', 'd']) void add(name, false);
  await settle(1);
  expect(happened.toSorted()).toEqual(['d', 'p', 'q', 'r', 's'].map((name) => `${name}: NoTurnError`));
  expect(turns.waiting).toBe(3);
  await finish();

  expect(happened.slice(5)).toEqual(['a', 'b', 'c']);
});

test('whoever leaves or is late waits no more, and leaves room', async () => {
  const { add, finish, happened, turns } = await startTurns(2);
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

test('what has its turn keeps it when it would be too late to begin', async () => {
  const turns = createTurns({ concurrency: 1, waiting: 1 });
  const late = new AbortController();
  let finish = (_: string) => {};

  const running = turns.take(() => new Promise<string>((resolve) => (finish = resolve)), {
    signal: new AbortController().signal,
    by: late.signal,
    isPoll: false,
  });
  await settle(1);
  late.abort('late');
  finish('done');

  expect(await running).toBe('done');
});

test('a refusal says how many wait', async () => {
  const { add, finish, turns } = await startTurns(1);
  void add('a', false);
  await settle(1);

  await expect(turns.take(async () => {}, { signal: new AbortController().signal, isPoll: false })).rejects.toThrow(
    new NoTurnError(1),
  );
  await finish();
});
