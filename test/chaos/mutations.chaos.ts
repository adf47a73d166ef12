import { test } from 'vitest';
import { mutatedOperations } from '../mutations/catalogue.ts';
import { expectNoFaults } from '../mutations/run-cases.ts';

/** Maximum number of cases per operation. */
const maxCases = Number(process.env.MUTATION_CASES ?? Number.POSITIVE_INFINITY);

test.each(mutatedOperations)(
  'the gateway survives every mutated response of %s',
  async (operation) => {
    await expectNoFaults(operation, maxCases);
  },
  600_000,
);
