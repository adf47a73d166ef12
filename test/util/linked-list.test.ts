import { expect, test } from 'vitest';
import { LinkedList, LinkedNode } from '../../src/util/linked-list.ts';

class Named extends LinkedNode {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

const namesIn = (list: LinkedList<Named>) => list.toArray().map(({ name }) => name);

/** Creates a list of items with these names. */
function listOf(...names: string[]) {
  const list = new LinkedList<Named>();
  const items = names.map((name) => new Named(name));
  for (const item of items) list.add(item);
  return { list, items };
}

test('a list contains the added items in order', () => {
  const { list } = listOf('a', 'b', 'c');

  expect(namesIn(list)).toEqual(['a', 'b', 'c']);
  expect(list.first?.name).toBe('a');
  expect(new LinkedList().first).toBeUndefined();
  expect(namesIn(new LinkedList())).toEqual([]);
});

test.each([
  ['first', 0, ['b', 'c']],
  ['middle', 1, ['a', 'c']],
  ['last', 2, ['a', 'b']],
])('the %s item is removed, and the others stay', (_, index, remaining) => {
  const { list, items } = listOf('a', 'b', 'c');

  items[index]?.leaveList();
  items[index]?.leaveList();

  expect(namesIn(list)).toEqual(remaining);
});

test('a removed item has no references to the list, and can be added again', () => {
  const { list, items } = listOf('a', 'b');
  const [first] = items;

  first?.leaveList();
  expect(first?.next).toBe(first);
  if (first) list.add(first);

  expect(namesIn(list)).toEqual(['b', 'a']);
});
