import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { expectProperties, live } from './properties.ts';
import { startSession } from './session.ts';
import { spells } from './steps.ts';

/** `CHAOS_SEED` repeats a run, `CHAOS_RUNS` says how many sessions there are. */
const seed = Number(process.env.CHAOS_SEED ?? 20_260_101);
const numRuns = Number(process.env.CHAOS_RUNS ?? 100);

test('whatever the upstream does, every promise of the gateway holds', async () => {
  console.log(`Repeat this with CHAOS_SEED=${seed} CHAOS_RUNS=${numRuns} npm run test:chaos`);
  const spool = mkdtempSync(join(tmpdir(), 'flair-chaos-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = spool;
  const warnings: string[] = [];
  const onWarning = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);
  process.on('warning', onWarning);
  onTestFinished(() => {
    process.off('warning', onWarning);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(spool, { recursive: true });
  });
  let operations = 0;
  let requests = 0;
  const codes = new Map<string, number>();

  await fc.assert(
    fc.asyncProperty(fc.integer(), spells, async (session, planned) => {
      const world = await startSession(session);
      await live(world, planned);
      operations += world.answers.length;
      requests += world.faults.arrived.length;
      for (const { text } of world.answers) {
        for (const [code] of text.matchAll(/(?<="code":")\w+/g)) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      expectProperties(world);
      await until(() => readdirSync(spool).length === 0);
    }),
    {
      seed,
      numRuns,
      endOnFailure: true,
      // What was planned follows from the seed, and is longer than anybody reads.
      reporter({ failed, numRuns: runs, errorInstance }) {
        if (failed)
          throw new Error(`Session ${runs} with CHAOS_SEED=${seed} broke a promise.`, { cause: errorInstance });
      },
    },
  );

  console.log(`${operations} operations, ${requests} requests upstream; errors:`, Object.fromEntries(codes));
  expect(
    warnings.filter((warning) => warning.startsWith('MaxListeners')),
    'no listener is left behind',
  ).toEqual([]);
}, 600_000);
