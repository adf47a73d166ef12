import { test } from 'vitest';
import { mutatedOperations } from '../mutations/catalogue.ts';
import { expectToSurvive } from '../mutations/survive.ts';

test.each(mutatedOperations)(
  '%s may respond in every way',
  async (operation) => {
    await expectToSurvive(operation, Number(process.env.MUTATION_MOST ?? 1e9));
  },
  600_000,
);
