import { expect, test } from 'vitest';
import { shorten } from '../../src/util/shorten.ts';

test('a text within the limit is not changed', () => {
  expect(shorten('x'.repeat(1_000))).toBe('x'.repeat(1_000));
});

test('the middle of a longer text is omitted, and its end is kept', () => {
  const text = `begin ${'x'.repeat(100_000)} end`;

  const short = shorten(text);

  expect(short).toMatch(/^begin x+… \(99010 characters left out\) …x+ end$/);
  expect(short.length).toBeLessThan(1_100);
});

test('no surrogate pair is split', () => {
  for (const before of ['', 'x']) {
    const short = shorten(`${before}${'😀'.repeat(100)}`, 30);

    expect(Buffer.from(short).toString()).toBe(short);
  }
});
