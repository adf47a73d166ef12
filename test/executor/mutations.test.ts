import { execute as interpret } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { settle } from '../support/clock.ts';
import { answerAtOnce, argumentsOf, drawCases, expectedOf, told } from './cases.ts';
import { expectAnswer } from './compare.ts';
import { forEachCase, LONG, watchRejections } from './properties.ts';
import { World } from './world.ts';

test(
  'a mutation that comes at once is answered as graphql-js answers it, to the letter, after the same calls',
  async () => {
    await forEachCase(150, (draws, tell) => {
      const { text, next } = drawCases(draws, { kind: 'mutation' });
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
  'in whatever order their parts come, mutations are done one after another, and those after a failure not at all',
  async () => {
    const takeRejections = watchRejections();
    await forEachCase(200, async (draws, tell) => {
      const { text, next } = drawCases(draws, { kind: 'mutation' });
      const one = next();
      tell({ text, ...told(one) });
      const world = new World({ ...one.options, timing: 0 });
      const reference = new World(one.options);
      const expected = expectedOf(one);
      await interpret(argumentsOf(one, reference));

      const actual = await execute(argumentsOf(one, world));

      expectAnswer(actual, expected);
      const done = [...new Set(world.steps)];
      expect(done).toEqual([...new Set(reference.steps)]);
      // Where something has failed, its neighbours may go on although nobody waits for them any more.
      const turns = world.steps.filter((root, index) => root !== world.steps[index - 1]);
      if (!actual.errors) expect(turns, 'each begins when the one before has ended').toEqual(done);
      await settle(2);
      expect(takeRejections(), 'promises that nobody looks at').toEqual([]);
    });
  },
  LONG,
);
