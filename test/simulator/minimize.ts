import type { Scenario } from './scenario.ts';

/** A part of a scenario that can be left out: the list that contains it, and its position. */
interface Part {
  readonly list: readonly (string | number)[];
  readonly index: number;
}

/** Lists whose items are all needed, or do not matter. */
const KEPT: ReadonlySet<string | number> = new Set(['keys']);

/** All parts of a scenario, the largest ones first: a client before its subscriptions. */
export function partsOf(scenario: Scenario): Part[] {
  const parts: Part[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]) => {
    if (typeof value !== 'object' || value === null || KEPT.has(path[0] ?? '')) return;
    if (Array.isArray(value)) for (const index of value.keys()) parts.push({ list: path, index });
    for (const [name, item] of Object.entries(value))
      visit(item, [...path, Array.isArray(value) ? Number(name) : name]);
  };
  visit(scenario, []);
  return parts.sort((a, b) => a.list.length - b.list.length);
}

/** A copy of a scenario without a part. */
function without(scenario: Scenario, { list, index }: Part): Scenario {
  const copy = structuredClone(scenario);
  let target: unknown = copy;
  for (const name of list) target = (target as Record<string | number, unknown>)[name];
  (target as unknown[]).splice(index, 1);
  return copy;
}

/** True if each subscription and each job still makes sense. */
const isValid = ({ clients, jobs, writes }: Scenario): boolean =>
  clients.every(({ subscriptions }) =>
    subscriptions.every(({ operation, targets }) => operation === 'predictionsUpdated' || targets.length > 0),
  ) && [...jobs, ...writes.flatMap(({ creates }) => creates ?? [])].every(({ steps }) => steps.length > 0);

/**
 * Leaves out parts of a scenario, one at a time, as long as it fails.
 *
 * @param fails True if a scenario still fails in the same way.
 * @param maxRuns Maximum number of calls of `fails`.
 */
export async function minimize(
  scenario: Scenario,
  fails: (scenario: Scenario) => Promise<boolean>,
  maxRuns = 400,
): Promise<Scenario> {
  let smallest = scenario;
  let runs = 0;
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false;
    // From the last part on, so that the positions of the others stay the same.
    for (const part of partsOf(smallest)
      .reverse()
      .sort((a, b) => a.list.length - b.list.length)) {
      if (runs >= maxRuns) return smallest;
      if (!exists(smallest, part)) continue;
      const candidate = without(smallest, part);
      if (!isValid(candidate)) continue;
      runs++;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      hasShrunk = true;
    }
  }
  return smallest;
}

function exists(scenario: Scenario, { list, index }: Part): boolean {
  let target: unknown = scenario;
  for (const name of list) target = (target as Record<string | number, unknown> | undefined)?.[name];
  return Array.isArray(target) && index < target.length;
}
