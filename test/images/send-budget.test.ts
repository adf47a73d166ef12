import { expect, test } from 'vitest';
import { SendBudget } from '../../src/images/send-budget.ts';
import { settle } from '../support/clock.ts';

const { signal } = new AbortController();
const imageOf = (size: number) => ({ bytes: Buffer.alloc(size) });

/** Room for 100 bytes, of which one owner has 75 at most; how often each image was got, and which are held. */
function startSending() {
  const sending = new SendBudget(100);
  const got: string[] = [];
  const held: string[] = [];
  const hold = async (name: string, image = imageOf(50), caller = signal) => {
    const found = await sending.acquire(name.slice(0, 1), caller, async () => {
      got.push(name);
      return image;
    });
    held.push(name);
    return found.release;
  };
  return { hold, got, held };
}

test('images wait where there is no room for them, and are got again then', async () => {
  const { hold, got, held } = startSending();
  const leave = await hold('a1');
  const second = hold('a2');
  await settle(1);
  expect([got, held]).toEqual([['a1', 'a2'], ['a1']]);

  leave();
  await second;

  expect(got).toEqual(['a1', 'a2', 'a2']);
});

test('images of one owner leave room for those of another', async () => {
  const { hold, held } = startSending();
  for (const name of ['a1', 'a2', 'a3']) void hold(name);
  await settle(1);

  await hold('b1');

  expect(held).toEqual(['a1', 'b1']);
});

test('an image that many send takes room once, until the last of them has sent it', async () => {
  const { hold, held } = startSending();
  const image = imageOf(50);
  const leaves = await Promise.all(Array.from({ length: 9 }, () => hold('a1', image)));
  void hold('a2');
  for (const leave of leaves.slice(1)) {
    leave();
    leave();
  }
  await settle(1);
  expect(held).not.toContain('a2');

  leaves[0]?.();
  await settle(1);

  expect(held.at(-1)).toBe('a2');
});

test('an image that is longer than the share of its owner takes all of that', async () => {
  const { hold, held } = startSending();
  const leave = await hold('a1', imageOf(1_000));
  void hold('a2', imageOf(1));
  await hold('b1', imageOf(25));
  expect(held).toEqual(['a1', 'b1']);

  leave();
  await settle(1);

  expect(held).toEqual(['a1', 'b1', 'a2']);
});

test('one who leaves while it waits, or cannot get its image again, takes no room', async () => {
  const { hold } = startSending();
  const leaver = new AbortController();
  const leave = await hold('a1');
  const left = hold('a2', imageOf(50), leaver.signal);
  const sending = new SendBudget(100);
  const first = await sending.acquire('a', signal, async () => imageOf(50));
  let attempts = 0;
  const failed = sending.acquire('a', signal, async () => {
    if (++attempts > 1) throw new Error('gone');
    return imageOf(50);
  });
  await settle(1);

  leaver.abort('left');
  await expect(left).rejects.toBe('left');
  leave();
  await hold('a3');
  first.release();
  await expect(failed).rejects.toThrow('gone');
  await sending.acquire('a', signal, async () => imageOf(75));
});
