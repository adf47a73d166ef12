import { execute as interpret } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { argumentsOf, drawCases, type Execute, told } from './cases.ts';
import { describeResult } from './compare.ts';
import type { Draws } from './draws.ts';
import { forEachCase, LONG } from './properties.ts';
import { World } from './world.ts';

test(
  'of variables that do not fit, the same mistakes are told as by graphql-js',
  async () => {
    let refused = 0;
    await forEachCase(150, async (draws, tell) => {
      const { text, next } = drawCases(draws, { kind: draws.pick(['mutation', 'query']), mishaps: [0] });
      for (let run = 0; run < 5; run++) {
        const one = next();
        const variableValues = spoil(draws, one.variableValues);
        const hideSuggestions = draws.chance(50);
        tell({ text, ...told(one), variableValues, hideSuggestions });
        const answer = async (by: Execute) => {
          const args = argumentsOf(one, new World(one.options));
          return describeResult(await by({ ...args, variableValues, hideSuggestions }));
        };

        const expected = await answer(interpret);
        expect(await answer(execute)).toEqual(expected);
        if (expected.errors) refused++;
      }
    });
    expect(refused, 'mistakes that were made').toBeGreaterThan(0);
  },
  LONG,
);

/** Values of variables with a mistake in them, or none at all. */
function spoil(draws: Draws, values: Record<string, unknown>): Record<string, unknown> | null {
  if (draws.chance(3)) return null;
  return Object.keys(values).length === 0 ? values : spoilEntry(draws, values);
}

function spoilValue(draws: Draws, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && draws.chance(70)) {
    const index = draws.upTo(value.length - 1);
    return value.with(index, spoilValue(draws, value[index]));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && draws.chance(85)) {
    return spoilEntry(draws, { ...value });
  }
  return draws.pick(JUNK).value;
}

/** An object with another value under one name, or with one name less or more. */
function spoilEntry(draws: Draws, object: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(object);
  if (names.length === 0 || draws.chance(20)) {
    const similar = names.map((name) => `${name}s`);
    return { ...object, [draws.pick([...NAMES, ...similar, ...similar])]: draws.pick(JUNK).value };
  }
  const name = draws.pick(names);
  const { [name]: value, ...others } = object;
  return draws.chance(20) ? others : { ...object, [name]: spoilValue(draws, value) };
}

/** Names that some inputs have. */
const NAMES = ['id', 'fast', 'highQuality', 'newInModel', 'replaceDataItem', 'nothing'];

/** Values that suit few types. */
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
  // More mistakes than are told.
  { value: Array.from({ length: 60 }, () => ({ id: {} })) },
];
