import { buildSchema, parse, execute as referenceExecute } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { settle } from '../support/clock.ts';
import { argumentsOf, describeCase, drawCases, executeSync, possibleResults } from './cases.ts';
import { expectPossibleResult } from './compare.ts';
import { TestContext } from './context.ts';
import { forEachCase, LONG, watchRejections } from './properties.ts';

test(
  'a synchronous result equals the one of graphql-js byte for byte, after the same resolver calls',
  async () => {
    await forEachCase(300, (draws, report) => {
      const { text, next } = drawCases(draws);
      for (let run = 0; run < 3; run++) {
        const testCase = next();
        report({ text, ...describeCase(testCase) });

        expect(executeSync(execute, testCase)).toEqual(executeSync(referenceExecute, testCase));
      }
    });
  },
  LONG,
);

test(
  'for any order in which promises settle, the result is one that graphql-js can return',
  async () => {
    const takeRejections = watchRejections();
    await forEachCase(300, async (draws, report) => {
      const { text, next } = drawCases(draws);
      for (let run = 0; run < 3; run++) {
        const testCase = next();
        const timing = run;
        report({ text, ...describeCase(testCase), timing });
        const expected = possibleResults(testCase);

        const actual = await execute(argumentsOf(testCase, new TestContext({ ...testCase.options, timing })));

        expectPossibleResult(actual, expected);
        const written = JSON.stringify(actual);
        await settle(2);
        expect(JSON.stringify(actual), 'a returned result does not change').toBe(written);
        expect(takeRejections(), 'unhandled rejections').toEqual([]);
      }
    });
  },
  LONG,
);

test('rejected promises after an invalid list item are handled', async () => {
  const takeRejections = watchRejections();
  const schema = buildSchema('type Query { numbers: [Int!] }');
  const numbers = [1, Promise.reject(new Error('before')), null, Promise.reject(new Error('behind'))];

  const result = await execute({ schema, document: parse('{ numbers }'), rootValue: { numbers } });

  expect(result.data).toEqual({ numbers: null });
  expect(result.errors).toEqual([expect.objectContaining({ path: ['numbers', 2] })]);
  await settle(2);
  expect(takeRejections()).toEqual([]);
});
