import { test } from 'vitest';
import { mutatedOperations } from '../mutations/catalogue.ts';
import { expectToSurvive } from '../mutations/survive.ts';

/** Maximum number of cases per operation. */
const maxCases = Number(process.env.MUTATION_CASES ?? Number.POSITIVE_INFINITY);

test.each(mutatedOperations)(
  'the gateway survives every mutated response of %s',
  async (operation) => {
    await expectToSurvive(operation, maxCases);
  },
  600_000,
);
