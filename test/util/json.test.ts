import { expect, test } from 'vitest';
import { isObject, isRecord, parseJson } from '../../src/util/json.ts';

test.each([
  ['{"a":[1]}', { a: [1] }],
  ['null', null],
  ['""', ''],
])('valid JSON is parsed: %s', (text, value) => {
  expect(parseJson(text)).toEqual(value);
});

test.each(['', '{', 'undefined', "{'a':1}"])('invalid JSON is undefined: %j', (text) => {
  expect(parseJson(text)).toBeUndefined();
});

test('a list is an object, but not a record', () => {
  expect([{}, [], null, 'text', 1, undefined].map(isObject)).toEqual([true, true, false, false, false, false]);
  expect([{}, [], null, 'text', 1, undefined].map(isRecord)).toEqual([true, false, false, false, false, false]);
});
