import { test } from 'vitest';
import { mutatedOperations } from '../mutations/catalogue.ts';
import { expectNoFaults } from '../mutations/run-cases.ts';

/** How many cases of each operation are run. */
const most = Number(process.env.MUTATION_CASES ?? Number.POSITIVE_INFINITY);

test.each(mutatedOperations)(
  '%s may respond in every way',
  async (operation) => {
    await expectNoFaults(operation, most);
  },
  600_000,
);
