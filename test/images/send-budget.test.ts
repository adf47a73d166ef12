import { expect, test } from 'vitest';
import { SendBudget } from '../../src/images/send-budget.ts';
import { settle } from '../support/clock.ts';

const { signal } = new AbortController();
const imageOf = (size: number) => ({ bytes: Buffer.alloc(size) });

/** A budget of 100 bytes, with at most 75 for one owner; records each read of an image, and which images are held. */
function startBudget() {
  const budget = new SendBudget(100);
  const reads: string[] = [];
  const held: string[] = [];
  const hold = async (name: string, image = imageOf(50), caller = signal) => {
    const { release } = await budget.acquire(name.slice(0, 1), caller, async () => {
      reads.push(name);
      return image;
    });
    held.push(name);
    return release;
  };
  return { hold, reads, held };
}

test('images that exceed the budget wait, and are read again afterwards', async () => {
  const { hold, reads, held } = startBudget();
  const release = await hold('a1');
  const second = hold('a2');
  await settle(1);
  expect([reads, held]).toEqual([['a1', 'a2'], ['a1']]);

  release();
  await second;

  expect(reads).toEqual(['a1', 'a2', 'a2']);
});

test('images of one owner leave memory for those of another', async () => {
  const { hold, held } = startBudget();
  for (const name of ['a1', 'a2', 'a3']) void hold(name);
  await settle(1);

  await hold('b1');

  expect(held).toEqual(['a1', 'b1']);
});

test('an image sent by several responses counts once, until the last of them has sent it', async () => {
  const { hold, held } = startBudget();
  const image = imageOf(50);
  const releases = await Promise.all(Array.from({ length: 9 }, () => hold('a1', image)));
  void hold('a2');
  for (const release of releases.slice(1)) {
    release();
    release();
  }
  await settle(1);
  expect(held).not.toContain('a2');

  releases[0]?.();
  await settle(1);

  expect(held.at(-1)).toBe('a2');
});

test('an image that exceeds the share of its owner counts as the whole share', async () => {
  const { hold, held } = startBudget();
  const release = await hold('a1', imageOf(1_000));
  void hold('a2', imageOf(1));
  await hold('b1', imageOf(25));
  expect(held).toEqual(['a1', 'b1']);

  release();
  await settle(1);

  expect(held).toEqual(['a1', 'b1', 'a2']);
});

test('a request that aborts while it waits, or cannot read its image again, takes no memory', async () => {
  const { hold } = startBudget();
  const client = new AbortController();
  const release = await hold('a1');
  const aborted = hold('a2', imageOf(50), client.signal);
  const budget = new SendBudget(100);
  const first = await budget.acquire('a', signal, async () => imageOf(50));
  let attempts = 0;
  const failed = budget.acquire('a', signal, async () => {
    if (++attempts > 1) throw new Error('gone');
    return imageOf(50);
  });
  await settle(1);

  client.abort('aborted');
  await expect(aborted).rejects.toBe('aborted');
  release();
  await hold('a3');
  first.release();
  await expect(failed).rejects.toThrow('gone');
  await budget.acquire('a', signal, async () => imageOf(75));
});
