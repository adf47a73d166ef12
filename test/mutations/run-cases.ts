import { expect } from 'vitest';
import { type Case, casesOf, KEEP_ALL, sample } from './catalogue.ts';
import { stepsOf } from './reply.ts';
import { type Observation, type Rig, startRig } from './rig.ts';
import { differencesBeyond, mayChangeSelection, violationsIn } from './violations.ts';

/** A kind of violation, and the cases that show it. */
interface Fault {
  readonly operation: string;
  readonly subject: string;
  readonly symptom: string;
  /** Ids of the cases. */
  readonly cases: string[];
}

/** Runs cases one after another, and groups their violations by operation, subject and symptom. */
async function findFaults(rig: Rig, cases: readonly Case[], all: readonly Case[]): Promise<Fault[]> {
  const usual = new Map<string, Observation>();
  const faults = new Map<string, Fault>();
  const absentResults = new Map<string, readonly Observation[]>();

  /** Differences that a malformed field causes in other fields, but its absence does not. */
  async function lostNeighbors({ mutation, scenario }: Case, seen: Observation, expected: Observation) {
    const { operation, variant, subject, kept } = mutation;
    if (mutation.kind !== 'value' || scenario.kind !== 'query' || kept.rows === 'any' || kept.all) return [];
    if (mayChangeSelection(scenario, mutation)) return [];
    // Paging fields change the cursors.
    if (operation.startsWith('list') && !subject.includes('[]')) return [];
    const name = JSON.stringify([operation, variant.name, subject, scenario.name]);
    let absentObservations = absentResults.get(name);
    if (!absentObservations) {
      const changes = all.filter(
        (other) =>
          other.mutation.subject === subject &&
          other.mutation.variant === variant &&
          (other.mutation.change === 'null' || other.mutation.change === 'missing'),
      );
      const observed: Observation[] = [];
      for (const change of changes) observed.push(await rig.observe(scenario, change.mutation));
      absentObservations = observed;
      absentResults.set(name, absentObservations);
    }
    return differencesBeyond(seen, expected, absentObservations, mutation.names);
  }

  for (const testCase of cases) {
    const { mutation, scenario } = testCase;
    const form = `${scenario.name}, ${mutation.operation} ${mutation.variant.name}`;
    let expected = usual.get(form);
    if (!expected) {
      expected = await rig.observe(scenario, { ...mutation, steps: stepsOf, kept: KEEP_ALL });
      usual.set(form, expected);
      if (expected.results.some(({ errors }) => errors) || !expected.isComplete) {
        throw new Error(`Without a mutation "${form}" fails: ${expected.text}`);
      }
    }
    const seen = await rig.observe(scenario, mutation).catch((cause: unknown) => {
      throw new Error(`No result of MUTATION='${testCase.id}'`, { cause });
    });
    const symptoms = new Set([
      ...violationsIn(testCase, seen, expected),
      ...(await lostNeighbors(testCase, seen, expected)),
    ]);
    for (const symptom of symptoms) {
      const { operation, subject } = mutation;
      const name = JSON.stringify([operation, subject, symptom]);
      const fault = faults.get(name) ?? { operation, subject, symptom, cases: [] };
      fault.cases.push(testCase.id);
      faults.set(name, fault);
    }
  }
  return [...faults.values()];
}

const seed = Number(process.env.MUTATION_SEED ?? 20_260_101);
/** Runs only the cases whose ids begin with this text. */
const only = process.env.MUTATION;

/**
 * Mutates the responses of an operation and expects no violation by the gateway.
 *
 * @param maxCases Number of cases sampled with the seed. @default all of them
 */
export async function expectNoFaults(operation: string, maxCases = Number.POSITIVE_INFINITY): Promise<number> {
  const rig = await startRig();
  const all = casesOf(operation, rig.scenarios, rig.world);
  const cases = only === undefined ? sample(all, maxCases, seed) : all.filter(({ id }) => id.startsWith(only));
  const faults = await findFaults(rig, cases, all);
  if (faults.length > 0) expect.fail(`${faults.length} distinct faults\n${faults.map(describeFault).join('\n')}`);
  return cases.length;
}

const describeFault = ({ operation, subject, symptom, cases }: Fault): string =>
  `- ${operation}, ${subject}: ${symptom} (${cases.length} cases)\n  MUTATION='${cases[0]}'`;
