import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';

/** More than the number of invalid documents whose errors are cached. */
const MANY = 300;

const errorsOf = ({ gateway }: ReturnType<typeof startGateway>, text: string) => {
  const read = gateway.documents.read(text);
  if ('kind' in read) throw new Error(`Expected errors, but ${text} is valid.`);
  return read;
};

describe.each([
  ['a syntax error', (number: number) => `{ a${number}`],
  ['a validation error', (number: number) => `{ a${number} }`],
])('a document with %s', (_, textOf) => {
  test('has cached errors, until many others have errors, too', () => {
    const started = startGateway();
    const first = errorsOf(started, textOf(0))[0];

    expect(errorsOf(started, textOf(0))[0]).toBe(first);

    for (let number = 1; number <= MANY; number++) errorsOf(started, textOf(number));
    const again = errorsOf(started, textOf(0))[0];
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });

  test('has errors without a stack, which would keep objects of the validation in memory', () => {
    expect(errorsOf(startGateway(), textOf(0)).map(({ stack }) => stack)).not.toContainEqual(
      expect.stringContaining('\n    at '),
    );
  });
});

test('invalid documents do not displace the valid ones', () => {
  const { gateway } = startGateway();
  gateway.documents.read('{ __typename }');

  for (let number = 0; number < 2 * MANY; number++) gateway.documents.read(`{ a${number}`);

  expect(gateway.documents.findValid('{ __typename }')).toBeDefined();
});

test('small documents count more than their text, so that their number is limited', () => {
  const { gateway } = startGateway();
  gateway.documents.read('{ __typename }');

  for (let number = 0; number < 3_000; number++) gateway.documents.read(`{ a${number}: __typename }`);

  expect(gateway.documents.findValid('{ __typename }')).toBeUndefined();
});
