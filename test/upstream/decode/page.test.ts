import { describe, expect, test } from 'vitest';
import { nextLastDocId, readPageEnd } from '../../../src/upstream/decode/page.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';

const bad = new UpstreamError('listModels', 'invalid-response', 'x');
const rows = [{ id: 'a' }, { id: 'b' }, bad];

describe('the next page of a list', () => {
  test.each([
    ['begins after a cursor', { nextPageCursor: 'c' }, 'c'],
    ['begins after the cursor if `hasMore` is true', { hasMore: true, nextPageCursor: 'c' }, 'c'],
    ['begins after a cursor of any characters', { nextPageCursor: 'MTIz/+=: é😀' }, 'MTIz/+=: é😀'],
    ['begins after a cursor that is a number', { nextPageCursor: 42 }, '42'],
    ['begins after the last valid row if `hasMore` is true without a cursor', { hasMore: true }, 'b'],
    [
      'begins after the last valid row if `hasMore` is true and the cursor is null',
      { hasMore: true, nextPageCursor: null },
      'b',
    ],
    ['begins after the last valid row without paging fields', {}, 'b'],
    [
      'begins after the last valid row if the paging fields are malformed',
      { hasMore: 'maybe', nextPageCursor: {} },
      'b',
    ],
    [
      'begins after the last valid row if the cursor is too long',
      { hasMore: true, nextPageCursor: 'x'.repeat(513) },
      'b',
    ],
    [
      'begins after the last valid row if the cursor is half a surrogate pair',
      { hasMore: true, nextPageCursor: '\ud800' },
      'b',
    ],
    ['begins after the last valid row if `hasMore` is the text "true"', { hasMore: 'true', nextPageCursor: null }, 'b'],
    ['does not exist if `hasMore` is false', { hasMore: false }, undefined],
    [
      'does not exist if `hasMore` is false, whatever the cursor is',
      { hasMore: 'false', nextPageCursor: 'c' },
      undefined,
    ],
    ['does not exist if the cursor is null', { nextPageCursor: null }, undefined],
    ['does not exist if the cursor is empty', { nextPageCursor: '' }, undefined],
  ])(
    'the next page %s',
    (_, { hasMore, nextPageCursor }: { hasMore?: unknown; nextPageCursor?: unknown }, expected) => {
      expect(nextLastDocId({ rows, ...readPageEnd({ hasMore, nextPageCursor }) })).toBe(expected);
    },
  );

  test('there is no next page after an empty page without a cursor', () => {
    expect(nextLastDocId({ rows: [], ...readPageEnd({ hasMore: true, nextPageCursor: null }) })).toBeUndefined();
  });

  test('the next page after an empty page begins after the cursor', () => {
    expect(nextLastDocId({ rows: [], ...readPageEnd({ hasMore: true, nextPageCursor: 'c' }) })).toBe('c');
  });
});
