import { build, commit, describe, describeMachine, step } from '../speed/built.ts';
import { tableOf } from '../speed/report.ts';
import { type BenchOptions, FULL_PLAN, RAISED } from './bench.ts';
import { readFlags } from './flags.ts';
import type { Row } from './rows.ts';
import { LOADED_SCENARIOS, type Scenario, SIZED_SCENARIOS } from './scenarios.ts';
import { SWEPT_JOBS, type SweepRow, sweepRow, sweepSection, sweepTable, writeSweep } from './sweep.ts';

/** `npm run bench:watch`: measures how thousands of watched jobs affect each other. Exits with 1 if a target is missed. */

const flags = readFlags();
const machine = describeMachine();

/** A scenario with its number of jobs. */
interface Run {
  name: string;
  scenario: Scenario;
  jobs: number;
}

function runsOf(): Run[] {
  return flags.scenarios.flatMap((name) => {
    const sized = SIZED_SCENARIOS[name];
    if (sized) return flags.sizes.map((jobs) => ({ name, scenario: sized, jobs }));
    const scenario = LOADED_SCENARIOS[name];
    return scenario ? [{ name, scenario, jobs: flags.load }] : [];
  });
}

const optionsOf = (program: string, jobs: number): BenchOptions => ({
  program,
  lists: flags.lists,
  plan: { ...FULL_PLAN, jobs },
});

/** @returns True if all targets are met. */
async function report(program: string): Promise<boolean> {
  const { against } = flags;
  const measured: { row: Row; before: Row | undefined }[] = [];
  for (const { name, scenario, jobs } of runsOf()) {
    step(`${name}, ${jobs} jobs`);
    const row = await scenario(optionsOf(program, jobs));
    step(`  ${row.metric}: ${row.result}`);
    const before = against ? await scenario(optionsOf(against, jobs)) : undefined;
    if (before) step(`  before: ${before.result}`);
    measured.push({ row, before });
  }
  const verdictOf = ({ target, ok }: Row): string => (target || !ok ? (ok ? 'yes' : 'NO') : '');
  const { rows, order, pageSize } = flags.lists;
  console.log(
    `\nLists: rows ${rows}, order ${order}, ${pageSize} per page. All limits of the gateway have their defaults.`,
  );
  if (flags.scenarios.includes('idle-memory')) console.log(`Only idle-memory raises ${RAISED.join(', ')}.`);
  console.log(
    `\n${tableOf(
      ['metric', ...(against ? ['before'] : []), 'result', 'target', 'reached'],
      measured.map(({ row, before }) => [
        row.metric,
        ...(before ? [before.result] : []),
        row.result,
        row.target,
        verdictOf(row),
      ]),
    )}`,
  );
  return measured.every(({ row }) => row.ok);
}

async function sweep(program: string): Promise<void> {
  const rows: SweepRow[] = [];
  for (const jobs of SWEPT_JOBS) {
    step(`${jobs} jobs`);
    rows.push(await sweepRow(optionsOf(program, jobs)));
    step(`\n${sweepTable(rows)}`);
  }
  const origin = `Measured on ${new Date().toISOString().slice(0, 10)} at commit ${commit()}: ${describe(machine)}.`;
  console.log(`\n${sweepTable(rows)}`);
  if (flags.isWritten) await writeSweep(sweepSection(rows, origin));
}

console.log(describe(machine));
const { program, remove } = await build();
try {
  if (flags.isSweep) await sweep(program);
  else process.exitCode = (await report(program)) ? 0 : 1;
} finally {
  await remove();
}
