import { expect, test } from 'vitest';
import { mutatedOperations } from './catalogue.ts';
import { expectToSurvive } from './survive.ts';

/** How many cases of each operation are drawn. `npm run test:chaos` runs all of them. */
const CASES = Number(process.env.MUTATION_CASES ?? 60);

test.each(mutatedOperations)(
  '%s may respond in any way',
  async (operation) => {
    const cases = await expectToSurvive(operation, CASES);
    console.log(operation, cases);
    expect(cases).toBeGreaterThan(0);
  },
  600_000,
);
