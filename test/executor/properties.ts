import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { type Draws, drawsOf } from './draws.ts';

/** `EXECUTOR_SEED` selects the cases, `EXECUTOR_RUNS` sets their number for each property. */
const seed = Number(process.env.EXECUTOR_SEED ?? 20_260_101);
const runs = process.env.EXECUTOR_RUNS === undefined ? undefined : Number(process.env.EXECUTOR_RUNS);

/** Timeout of a property test, in milliseconds; also enough for a larger `EXECUTOR_RUNS`. */
export const LONG = 600_000;

/** Random numbers from which a case is generated. */
const tapes = fc.array(fc.nat(0xffff), { maxLength: 1_000, size: 'max' });

/** Maximum number of attempts to shrink a counterexample. */
const MAX_ATTEMPTS = 3_000;

/** Generates a case, describes it with `report`, and throws if the property does not hold. */
type Act = (draws: Draws, report: (parts: Readonly<Record<string, unknown>>) => void) => void | Promise<void>;

/**
 * Checks a property for many generated cases.
 *
 * @param numRuns Number of cases, unless `EXECUTOR_RUNS` is set.
 */
export async function forEachCase(numRuns: number, act: Act): Promise<void> {
  let described: Readonly<Record<string, unknown>> = {};
  const attempt = async (tape: readonly number[]) => {
    await act(drawsOf(tape), (parts) => {
      described = parts;
    });
  };
  const settings = { seed, numRuns: runs ?? numRuns, endOnFailure: true };
  const { counterexample, numRuns: run, errorInstance } = await fc.check(fc.asyncProperty(tapes, attempt), settings);
  if (!counterexample) return;
  // A case that fails only after others is not shrunk.
  const tape = await shrink(counterexample[0], (shorter) =>
    attempt(shorter).then(
      () => false,
      () => true,
    ),
  );
  const cause = await attempt(tape).then(
    () => errorInstance,
    (error: unknown) => error,
  );
  const parts = Object.entries(described).map(
    ([name, part]) => `${name}: ${typeof part === 'string' ? part : JSON.stringify(part)}`,
  );
  const title = `Case ${run} of EXECUTOR_SEED=${seed}, shrunk.`;
  throw new Error([title, ...parts, String(cause)].join('\n'), { cause });
}

/** Shrinks a failing list: removes parts, or replaces them with zeros, for as long as it fails. */
async function shrink(tape: readonly number[], fails: (tape: readonly number[]) => Promise<boolean>) {
  let smallest = tape;
  let attempts = MAX_ATTEMPTS;
  const replace = async (start: number, size: number, parts: readonly number[]): Promise<boolean> => {
    const simpler = smallest.toSpliced(start, size, ...parts);
    if (attempts-- <= 0 || `${simpler}` === `${smallest}` || !(await fails(simpler))) return false;
    smallest = simpler;
    return true;
  };
  for (let size = tape.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < smallest.length; ) {
      if (await replace(start, size, [])) continue;
      await replace(start, size, Array<number>(Math.min(size, smallest.length - start)).fill(0));
      start += size;
    }
  }
  return smallest;
}

/** Collects the reasons of unhandled rejections. Calling the result returns and clears them. */
export function watchRejections(): () => unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown) => void reasons.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return () => reasons.splice(0);
}
