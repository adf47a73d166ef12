import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { expectGuarantees, runPhases } from './properties.ts';
import { startSession } from './session.ts';
import { phases } from './steps.ts';

/** `CHAOS_SEED` repeats a run, `CHAOS_RUNS` sets the number of sessions. */
const seed = Number(process.env.CHAOS_SEED ?? 20_260_101);
const numRuns = Number(process.env.CHAOS_RUNS ?? 100);

test('the guarantees of the gateway hold with any combination of upstream faults', async () => {
  console.log(`Repeat this with CHAOS_SEED=${seed} CHAOS_RUNS=${numRuns} npm run test:chaos`);
  const temporaryDirectory = mkdtempSync(join(tmpdir(), 'flair-chaos-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporaryDirectory;
  const warnings: string[] = [];
  const onWarning = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);
  process.on('warning', onWarning);
  onTestFinished(() => {
    process.off('warning', onWarning);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(temporaryDirectory, { recursive: true });
  });
  let operations = 0;
  let requests = 0;
  const codes = new Map<string, number>();

  await fc.assert(
    fc.asyncProperty(fc.integer(), phases, async (session, plan) => {
      const current = await startSession(session);
      await runPhases(current, plan);
      operations += current.records.length;
      requests += current.faults.requests.length;
      for (const { text } of current.records) {
        for (const [code] of text.matchAll(/(?<="code":")\w+/g)) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      expectGuarantees(current);
      await until(() => readdirSync(temporaryDirectory).length === 0);
    }),
    {
      seed,
      numRuns,
      endOnFailure: true,
      // The plan is too long to print. The seed reproduces it.
      reporter({ failed, numRuns: runs, errorInstance }) {
        if (failed)
          throw new Error(`Session ${runs} with CHAOS_SEED=${seed} violated a guarantee.`, { cause: errorInstance });
      },
    },
  );

  console.log(`${operations} operations, ${requests} requests upstream; errors:`, Object.fromEntries(codes));
  expect(
    warnings.filter((warning) => warning.startsWith('MaxListeners')),
    'no listener leaks',
  ).toEqual([]);
}, 600_000);
