import { execute as referenceExecute } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { argumentsOf, describeCase, drawCases, type Execute } from './cases.ts';
import { describeResult } from './compare.ts';
import { TestContext } from './context.ts';
import type { Draws } from './draws.ts';
import { forEachCase, LONG } from './properties.ts';

test(
  'the errors for invalid variables equal those of graphql-js',
  async () => {
    let rejected = 0;
    await forEachCase(150, async (draws, report) => {
      const { text, next } = drawCases(draws, { kind: draws.pick(['mutation', 'query']), failureRate: [0] });
      for (let run = 0; run < 5; run++) {
        const testCase = next();
        const variableValues = corruptVariables(draws, testCase.variableValues);
        const hideSuggestions = draws.chance(50);
        report({ text, ...describeCase(testCase), variableValues, hideSuggestions });
        const resultOf = async (by: Execute) => {
          const args = argumentsOf(testCase, new TestContext(testCase.options));
          return describeResult(await by({ ...args, variableValues, hideSuggestions }));
        };

        const expected = await resultOf(referenceExecute);
        expect(await resultOf(execute)).toEqual(expected);
        if (expected.errors) rejected++;
      }
    });
    expect(rejected, 'number of results with errors').toBeGreaterThan(0);
  },
  LONG,
);

/** Makes variables invalid, or null. */
function corruptVariables(draws: Draws, values: Record<string, unknown>): Record<string, unknown> | null {
  if (draws.chance(3)) return null;
  return Object.keys(values).length === 0 ? values : corruptEntry(draws, values);
}

function corruptValue(draws: Draws, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && draws.chance(70)) {
    const index = draws.upTo(value.length - 1);
    return value.with(index, corruptValue(draws, value[index]));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && draws.chance(85)) {
    return corruptEntry(draws, { ...value });
  }
  return draws.pick(JUNK).value;
}

/** Changes, removes or adds one entry of an object. */
function corruptEntry(draws: Draws, object: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(object);
  if (names.length === 0 || draws.chance(20)) {
    const similar = names.map((name) => `${name}s`);
    return { ...object, [draws.pick([...NAMES, ...similar, ...similar])]: draws.pick(JUNK).value };
  }
  const name = draws.pick(names);
  const { [name]: value, ...others } = object;
  return draws.chance(20) ? others : { ...object, [name]: corruptValue(draws, value) };
}

/** Names of fields that some inputs have. */
const NAMES = ['id', 'fast', 'highQuality', 'newInModel', 'replaceDataItem', 'nothing'];

/** Values that are invalid for most types. */
const JUNK = [
  { value: null },
  { value: undefined },
  { value: 'BALANCE' },
  { value: 1.5 },
  { value: 2 ** 60 },
  { value: Number.NaN },
  { value: true },
  { value: {} },
  { value: { fast: {}, highQuality: {} } },
  { value: [] },
  // More errors than are reported.
  { value: Array.from({ length: 60 }, () => ({ id: {} })) },
];
