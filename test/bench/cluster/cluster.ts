import { settings } from '../../../src/config/config.ts';
import { build, commit, describe, describeMachine, step } from '../speed/built.ts';
import { readFlags } from './flags.ts';
import { LATENCY } from './latency.ts';
import { measureRow, type RowResult } from './measure-row.ts';
import { describeCommands } from './redis-usage.ts';
import type { Shape } from './replicas.ts';
import { writeSection } from './section.ts';
import { COLUMNS, clusterTable, missedTargets, nameOf } from './table.ts';
import type { Plan } from './watching.ts';

/** `npm run bench:cluster`: measures replicas and workers that share their polls. Exits with 1 if a target is missed. */

const HEADING = 'Replicas and workers, measured';

/** True if this gateway can run a row. */
function isSupported(shape: Shape): boolean {
  if (shape.kind === 'replicas' || shape.count === 1 || 'WORKERS' in settings) return true;
  console.log(`Skips ${nameOf(shape)}: this gateway has no setting WORKERS.`);
  return false;
}

function textOf(rows: readonly RowResult[], plan: Plan): string {
  const { jobs, keys, subscribers, period } = plan;
  const number = (value: number) => value.toLocaleString('en');
  const origin = `Measured on ${new Date().toISOString().slice(0, 10)} at commit ${commit()}: ${describe(describeMachine())}.`;
  return `${origin} ${number(subscribers)} subscribers of ${number(jobs)} running predictions of ${keys} keys, each on another replica than the next. After ${period / 1_000} s without changes all jobs finish within ${period / 1_000} s. The upstream responds after ${LATENCY} ms. Replicas share a Redis; workers share the port of one gateway without Redis. Upstream, Redis, clients and gateways share the processors. \`npm run bench:cluster -- --write\` writes this section.

${COLUMNS.map(({ title, meaning }) => `- **${title}**: ${meaning}.`).join('\n')}

${clusterTable(rows, plan)}`;
}

const { plan, shapes, isWritten } = readFlags();
console.log(describe(describeMachine()));
const { program, remove } = await build();
try {
  const rows: RowResult[] = [];
  for (const shape of shapes.filter(isSupported)) {
    step(nameOf(shape));
    const row = await measureRow(shape, plan, { program });
    rows.push(row);
    const { opening, steady, changing } = row.gets;
    step(
      `  GETs: ${opening} until all first events, then ${steady}, then ${changing} while jobs finish; ${row.singleGets} of single jobs`,
    );
    const { redis, seconds } = row.steady;
    if (redis) step(`  Redis: ${describeCommands(redis, seconds)}`);
  }
  console.log(`\n${clusterTable(rows, plan)}`);
  const missed = missedTargets(rows, plan);
  console.log(missed.length === 0 ? '\nAll targets are met.' : `\nMissed targets:\n${missed.join('\n')}`);
  if (isWritten) await writeSection(HEADING, textOf(rows, plan));
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await remove();
}
