import { test } from 'vitest';
import { mutatedOperations } from './catalogue.ts';
import { expectNoFaults } from './run-cases.ts';

/** Number of cases per operation, sampled with `MUTATION_SEED`. `npm run test:chaos` runs all of them. */
const maxCases = Number(process.env.MUTATION_CASES ?? 60);

test.each(mutatedOperations)(
  'the gateway handles mutated responses of %s',
  async (operation) => {
    await expectNoFaults(operation, maxCases);
  },
  120_000,
);
