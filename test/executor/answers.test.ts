import { buildSchema, execute as interpret, parse } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { settle } from '../support/clock.ts';
import { answerAtOnce, argumentsOf, drawCases, expectedOf, told } from './cases.ts';
import { expectAnswer } from './compare.ts';
import { forEachCase, LONG, watchRejections } from './properties.ts';
import { World } from './world.ts';

test(
  'what comes at once is what graphql-js gives, to the letter, after the same calls',
  async () => {
    await forEachCase(300, (draws, tell) => {
      const { text, next } = drawCases(draws);
      for (let run = 0; run < 3; run++) {
        const one = next();
        tell({ text, ...told(one) });

        expect(answerAtOnce(execute, one)).toEqual(answerAtOnce(interpret, one));
      }
    });
  },
  LONG,
);

test(
  'in whatever order its parts come, an answer is one that graphql-js can give',
  async () => {
    const takeRejections = watchRejections();
    await forEachCase(300, async (draws, tell) => {
      const { text, next } = drawCases(draws);
      for (let run = 0; run < 3; run++) {
        const one = next();
        const timing = run;
        tell({ text, ...told(one), timing });
        const expected = expectedOf(one);

        const actual = await execute(argumentsOf(one, new World({ ...one.options, timing })));

        expectAnswer(actual, expected);
        const written = JSON.stringify(actual);
        await settle(2);
        expect(JSON.stringify(actual), 'an answer that was given stays as it is').toBe(written);
        expect(takeRejections(), 'promises that nobody looks at').toEqual([]);
      }
    });
  },
  LONG,
);

test('what is behind a bad item of a list may fail, although nobody asks for it any more', async () => {
  const takeRejections = watchRejections();
  const schema = buildSchema('type Query { numbers: [Int!] }');
  const numbers = [1, Promise.reject(new Error('before')), null, Promise.reject(new Error('behind'))];

  const answer = await execute({ schema, document: parse('{ numbers }'), rootValue: { numbers } });

  expect(answer.data).toEqual({ numbers: null });
  expect(answer.errors).toEqual([expect.objectContaining({ path: ['numbers', 2] })]);
  await settle(2);
  expect(takeRejections()).toEqual([]);
});
