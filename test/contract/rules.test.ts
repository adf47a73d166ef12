import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUpstreamId, MAX_IMAGE_BYTES } from '../../src/contract/rules.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-'];

/** A second implementation of the rule, independent of the contract's pattern. */
const isWellFormed = (text: string) =>
  text !== '.' &&
  text !== '..' &&
  text.length >= 1 &&
  text.length <= 128 &&
  [...text].every((letter) => LETTERS.includes(letter));

describe('upstream ids', () => {
  test('an upstream id has 1 to 128 letters, digits, dots, underscores, tildes and hyphens', () => {
    const id = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 128 });

    fc.assert(fc.property(id, (text) => isUpstreamId(text) === (text !== '.' && text !== '..')));
  });

  test('any other text is no upstream id', () => {
    const almost = fc.string({
      unit: fc.oneof(fc.constantFrom(...LETTERS), fc.string({ unit: 'binary' })),
      size: '+1',
    });

    fc.assert(
      fc.property(fc.oneof(almost, fc.string({ unit: 'binary' })), (text) => isUpstreamId(text) === isWellFormed(text)),
    );
  });

  test('a text with an invalid character at any position is no upstream id', () => {
    const id = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 20 });
    const stray = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter((letter) => !LETTERS.includes(letter));

    fc.assert(fc.property(id, stray, id, (before, letter, after) => !isUpstreamId(before + letter + after)));
  });

  test.each(['', '.', '..', 'a/b', '%2e%2e', 'a b', 'ü', 'a\n', '\n', 'a'.repeat(129)])(
    '%j is no upstream id',
    (text) => {
      expect(isUpstreamId(text)).toBe(false);
    },
  );

  test.each(['a', '...', '.a', '..a', 'a..', '~', 'a'.repeat(128)])('%j is an upstream id', (text) => {
    expect(isUpstreamId(text)).toBe(true);
  });
});

test('the maximum size of an image is 10,485,760 bytes', () => {
  expect(MAX_IMAGE_BYTES).toBe(10_485_760);
});
