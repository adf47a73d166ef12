import { describe, expect, test } from 'vitest';
import { JobList, type ListSettings } from './account.ts';

const inOrder = (order: ListSettings['order'], rows: ListSettings['rows'] = 'none') => {
  const list = new JobList('predictions', { rows, order, pageSize: 2 });
  for (const id of ['a', 'b', 'c']) list.add(id, Number.POSITIVE_INFINITY);
  return list;
};

describe('the upstream of the benchmark', () => {
  test.each([
    ['newest', ['c', 'b'], ['a']],
    ['oldest', ['a', 'b'], ['c']],
    ['hash', ['c', 'a'], ['b']],
  ] as const)('the pages of a list with the order %s contain each job once', (order, first, second) => {
    const list = inOrder(order);

    expect(list.page(null)).toEqual({
      predictions: first.map((id) => ({ id })),
      nextPageCursor: first[1],
      hasMore: true,
    });
    expect(list.page(first[1])).toEqual({
      predictions: second.map((id) => ({ id })),
      nextPageCursor: null,
      hasMore: false,
    });
    expect(list.page('unknown')).toBeUndefined();
  });

  test('the rows of a list contain the id, the id and the status, or all fields of the job', () => {
    const rowIn = (rows: ListSettings['rows']) => inOrder('oldest', rows).page('b');

    expect(rowIn('none')).toMatchObject({ predictions: [{ id: 'c' }] });
    expect(rowIn('status')).toMatchObject({ predictions: [{ id: 'c', status: 'processing' }] });
    expect(rowIn('full')).toMatchObject({
      predictions: [{ id: 'c', status: 'processing', createdAt: expect.any(String), images: null }],
    });
  });

  test('the image URLs of a completed prediction differ in each response', () => {
    const list = inOrder('oldest');
    list.add('done', 0);
    const job = list.get('done');

    const [one, other] = [job && list.details(job), job && list.details(job)];

    expect(one).toMatchObject({ status: 'completed', images: [{ url: expect.stringContaining('done.png') }] });
    expect(one).not.toEqual(other);
  });
});
