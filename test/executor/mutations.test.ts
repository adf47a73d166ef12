import { execute as referenceExecute } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { settle } from '../support/clock.ts';
import { argumentsOf, describeCase, drawCases, executeSync, possibleResults } from './cases.ts';
import { expectPossibleResult } from './compare.ts';
import { TestContext } from './context.ts';
import { forEachCase, LONG, watchRejections } from './properties.ts';

test(
  'a synchronous mutation result equals the one of graphql-js byte for byte, after the same resolver calls',
  async () => {
    await forEachCase(150, (draws, report) => {
      const { text, next } = drawCases(draws, { kind: 'mutation' });
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
  'for any order in which promises settle, mutation fields run one after another, and none starts once the response is null',
  async () => {
    const takeRejections = watchRejections();
    await forEachCase(200, async (draws, report) => {
      const { text, next } = drawCases(draws, { kind: 'mutation' });
      const testCase = next();
      report({ text, ...describeCase(testCase) });
      const context = new TestContext({ ...testCase.options, timing: 0 });
      const reference = new TestContext(testCase.options);
      const expected = possibleResults(testCase);
      await referenceExecute(argumentsOf(testCase, reference));

      const actual = await execute(argumentsOf(testCase, context));

      expectPossibleResult(actual, expected);
      const executed = [...new Set(context.steps)];
      expect(executed).toEqual([...new Set(reference.steps)]);
      // After an error, sibling fields may still run although their values are discarded.
      const runs = context.steps.filter((root, index) => root !== context.steps[index - 1]);
      if (!actual.errors) expect(runs, 'each field starts after the previous one has ended').toEqual(executed);
      await settle(2);
      expect(takeRejections(), 'unhandled rejections').toEqual([]);
    });
  },
  LONG,
);
