import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { type Draws, drawsOf } from './draws.ts';

/** `EXECUTOR_SEED` says which cases there are, `EXECUTOR_RUNS` how many each property has. */
const seed = Number(process.env.EXECUTOR_SEED ?? 20_260_101);
const runs = process.env.EXECUTOR_RUNS === undefined ? undefined : Number(process.env.EXECUTOR_RUNS);

/** Time for a property, in milliseconds; for more cases than usual, too. */
export const LONG = 600_000;

/** What decides what a case is. */
const tapes = fc.array(fc.nat(0xffff), { maxLength: 1_000, size: 'max' });

/** How often a smaller counterexample is looked for. */
const ATTEMPTS = 3_000;

/** Draws a case, tells what it is, and throws where what it is to show does not hold. */
type Act = (draws: Draws, tell: (parts: Readonly<Record<string, unknown>>) => void) => void | Promise<void>;

/**
 * Holds something of many drawn cases.
 *
 * @param numRuns How many, unless the environment says otherwise.
 */
export async function forEachCase(numRuns: number, act: Act): Promise<void> {
  let told: Readonly<Record<string, unknown>> = {};
  const attempt = async (tape: readonly number[]) => {
    await act(drawsOf(tape), (parts) => {
      told = parts;
    });
  };
  const settings = { seed, numRuns: runs ?? numRuns, endOnFailure: true };
  const { counterexample, numRuns: run, errorInstance } = await fc.check(fc.asyncProperty(tapes, attempt), settings);
  if (!counterexample) return;
  // Where it fails only after others, it stays as it is.
  const tape = await reduce(counterexample[0], (shorter) =>
    attempt(shorter).then(
      () => false,
      () => true,
    ),
  );
  const cause = await attempt(tape).then(
    () => errorInstance,
    (error: unknown) => error,
  );
  const parts = Object.entries(told).map(
    ([name, part]) => `${name}: ${typeof part === 'string' ? part : JSON.stringify(part)}`,
  );
  const title = `Case ${run} of EXECUTOR_SEED=${seed}, made smaller.`;
  throw new Error([title, ...parts, String(cause)].join('\n'), { cause });
}

/** A shorter list with which it fails too: without the parts that are not needed for that, or with zeros in their place. */
async function reduce(tape: readonly number[], fails: (tape: readonly number[]) => Promise<boolean>) {
  let least = tape;
  let attempts = ATTEMPTS;
  const replace = async (start: number, size: number, parts: readonly number[]): Promise<boolean> => {
    const simpler = least.toSpliced(start, size, ...parts);
    if (attempts-- <= 0 || `${simpler}` === `${least}` || !(await fails(simpler))) return false;
    least = simpler;
    return true;
  };
  for (let size = tape.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < least.length; ) {
      if (await replace(start, size, [])) continue;
      await replace(start, size, Array<number>(Math.min(size, least.length - start)).fill(0));
      start += size;
    }
  }
  return least;
}

/** What promises have been rejected with that nobody looked at; taking it empties it. */
export function watchRejections(): () => unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown) => void reasons.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return () => reasons.splice(0);
}
