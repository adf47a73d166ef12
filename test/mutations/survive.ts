import { expect } from 'vitest';
import { type Case, casesOf, EVERYTHING, sample } from './catalogue.ts';
import { choosesAnother, differencesBeyond, judge } from './judge.ts';
import { stepsOf } from './reply.ts';
import { type Observation, type Rig, startRig } from './rig.ts';

/** One thing that is wrong, wherever it was seen. */
interface Fault {
  readonly operation: string;
  readonly subject: string;
  readonly symptom: string;
  /** Ids of the cases that show it. */
  readonly cases: string[];
}

/** Runs cases one after another, and groups what is wrong by operation, subject and symptom. */
async function findFaults(rig: Rig, cases: readonly Case[], all: readonly Case[]): Promise<Fault[]> {
  const usual = new Map<string, Observation>();
  const faults = new Map<string, Fault>();
  const absent = new Map<string, readonly Observation[]>();

  /** What a malformed field takes away that its absence leaves alone. */
  async function lostNeighbours({ mutation, scenario }: Case, seen: Observation, expected: Observation) {
    const { operation, variant, subject, kept } = mutation;
    if (mutation.kind !== 'value' || scenario.kind !== 'query' || kept.rows === 'any' || kept.all) return [];
    if (choosesAnother(scenario, mutation)) return [];
    // What a page says of the next one changes its cursors.
    if (operation.startsWith('list') && !subject.includes('[]')) return [];
    const name = JSON.stringify([operation, variant.name, subject, scenario.name]);
    let without = absent.get(name);
    if (!without) {
      const changes = all.filter(
        (other) =>
          other.mutation.subject === subject &&
          other.mutation.variant === variant &&
          (other.mutation.change === 'null' || other.mutation.change === 'missing'),
      );
      const observed: Observation[] = [];
      for (const change of changes) observed.push(await rig.observe(scenario, change.mutation));
      without = observed;
      absent.set(name, without);
    }
    return differencesBeyond(seen, expected, without, mutation.names);
  }

  for (const one of cases) {
    const { mutation, scenario } = one;
    const form = `${scenario.name}, ${mutation.operation} ${mutation.variant.name}`;
    let expected = usual.get(form);
    if (!expected) {
      expected = await rig.observe(scenario, { ...mutation, steps: stepsOf, kept: EVERYTHING });
      usual.set(form, expected);
      if (expected.results.some(({ errors }) => errors) || !expected.isComplete) {
        throw new Error(`Without a mutation "${form}" fails: ${expected.text}`);
      }
    }
    const seen = await rig.observe(scenario, mutation).catch((cause: unknown) => {
      throw new Error(`No result of MUTATION='${one.id}'`, { cause });
    });
    const wrong = new Set([...judge(one, seen, expected), ...(await lostNeighbours(one, seen, expected))]);
    for (const symptom of wrong) {
      const { operation, subject } = mutation;
      const name = JSON.stringify([operation, subject, symptom]);
      const fault = faults.get(name) ?? { operation, subject, symptom, cases: [] };
      fault.cases.push(one.id);
      faults.set(name, fault);
    }
  }
  return [...faults.values()];
}

const seed = Number(process.env.MUTATION_SEED ?? 20_260_101);
/** Runs the cases alone whose ids begin so. */
const only = process.env.MUTATION;

/**
 * Mutates the responses of an operation and expects that the gateway keeps all its promises.
 *
 * @param most How many cases are drawn by the seed. @default all of them
 */
export async function expectToSurvive(operation: string, most = Number.POSITIVE_INFINITY): Promise<number> {
  const rig = await startRig();
  const all = casesOf(operation, rig.scenarios, rig.world);
  const cases = only === undefined ? sample(all, most, seed) : all.filter(({ id }) => id.startsWith(only));
  const faults = await findFaults(rig, cases, all);
  if (faults.length > 0) expect.fail(`${faults.length} distinct faults\n${faults.map(describeFault).join('\n')}`);
  return cases.length;
}

const describeFault = ({ operation, subject, symptom, cases }: Fault): string =>
  `- ${operation}, ${subject}: ${symptom} (${cases.length} cases)\n  MUTATION='${cases[0]}'`;
