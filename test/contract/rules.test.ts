import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUpstreamId, MAX_IMAGE_BYTES } from '../../src/contract/rules.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-'];

/** The rule once more, in other words than the contract's. */
const isWellFormed = (text: string) =>
  text !== '.' &&
  text !== '..' &&
  text.length >= 1 &&
  text.length <= 128 &&
  [...text].every((letter) => LETTERS.includes(letter));

describe('an id of the upstream', () => {
  test('is 1 to 128 letters, digits, dots, underscores, tildes and hyphens', () => {
    const id = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 128 });

    fc.assert(fc.property(id, (text) => isUpstreamId(text) === (text !== '.' && text !== '..')));
  });

  test('is nothing else', () => {
    const almost = fc.string({
      unit: fc.oneof(fc.constantFrom(...LETTERS), fc.string({ unit: 'binary' })),
      size: '+1',
    });

    fc.assert(
      fc.property(fc.oneof(almost, fc.string({ unit: 'binary' })), (text) => isUpstreamId(text) === isWellFormed(text)),
    );
  });

  test('holds no stray letter anywhere', () => {
    const id = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 20 });
    const stray = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter((letter) => !LETTERS.includes(letter));

    fc.assert(fc.property(id, stray, id, (before, letter, after) => !isUpstreamId(before + letter + after)));
  });

  test.each(['', '.', '..', 'a/b', '%2e%2e', 'a b', 'ü', 'a\n', '\n', 'a'.repeat(129)])('is not %j', (text) => {
    expect(isUpstreamId(text)).toBe(false);
  });

  test.each(['a', '...', '.a', '..a', 'a..', '~', 'a'.repeat(128)])('may be %j', (text) => {
    expect(isUpstreamId(text)).toBe(true);
  });
});

test('the largest image that the upstream takes has 10,485,760 bytes', () => {
  expect(MAX_IMAGE_BYTES).toBe(10_485_760);
});
