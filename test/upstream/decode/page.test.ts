import { describe, expect, test } from 'vitest';
import { nextLastDocId, readPageEnd } from '../../../src/upstream/decode/page.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';

const bad = new UpstreamError('listModels', 'invalid-response', 'x');
const rows = [{ id: 'a' }, { id: 'b' }, bad];

describe('a list goes on', () => {
  test.each([
    ['behind the cursor where there is one', { nextPageCursor: 'c' }, 'c'],
    ['behind the cursor where more follows', { hasMore: true, nextPageCursor: 'c' }, 'c'],
    ['behind a cursor of any characters', { nextPageCursor: 'MTIz/+=: é😀' }, 'MTIz/+=: é😀'],
    ['behind a cursor that is a number', { nextPageCursor: 42 }, '42'],
    ['behind the last readable row where more follows without a cursor', { hasMore: true }, 'b'],
    [
      'behind the last readable row where more follows and the cursor is null',
      { hasMore: true, nextPageCursor: null },
      'b',
    ],
    ['behind the last readable row where nothing is said', {}, 'b'],
    ['behind the last readable row where what is said is malformed', { hasMore: 'maybe', nextPageCursor: {} }, 'b'],
    [
      'behind the last readable row where the cursor is too long',
      { hasMore: true, nextPageCursor: 'x'.repeat(513) },
      'b',
    ],
    [
      'behind the last readable row where the cursor is half a character',
      { hasMore: true, nextPageCursor: '\ud800' },
      'b',
    ],
    ['where `hasMore` is a text', { hasMore: 'true', nextPageCursor: null }, 'b'],
    ['nowhere where nothing follows', { hasMore: false }, undefined],
    ['nowhere where nothing follows, whatever the cursor', { hasMore: 'false', nextPageCursor: 'c' }, undefined],
    ['nowhere where the cursor is null', { nextPageCursor: null }, undefined],
    ['nowhere where the cursor is empty', { nextPageCursor: '' }, undefined],
  ])('%s', (_, { hasMore, nextPageCursor }: { hasMore?: unknown; nextPageCursor?: unknown }, expected) => {
    expect(nextLastDocId({ rows, ...readPageEnd({ hasMore, nextPageCursor }) })).toBe(expected);
  });

  test('nowhere behind an empty page without a cursor', () => {
    expect(nextLastDocId({ rows: [], ...readPageEnd({ hasMore: true, nextPageCursor: null }) })).toBeUndefined();
  });

  test('behind an empty page with a cursor', () => {
    expect(nextLastDocId({ rows: [], ...readPageEnd({ hasMore: true, nextPageCursor: 'c' }) })).toBe('c');
  });
});
