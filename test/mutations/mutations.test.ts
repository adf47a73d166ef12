import { test } from 'vitest';
import { mutatedOperations } from './catalogue.ts';
import { expectToSurvive } from './survive.ts';

/** How many cases of each operation are drawn by `MUTATION_SEED`. `npm run test:chaos` runs all of them. */
const most = Number(process.env.MUTATION_CASES ?? 60);

test.each(mutatedOperations)(
  '%s may respond in any way',
  async (operation) => {
    await expectToSurvive(operation, most);
  },
  120_000,
);
