import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Grown, STEEPEST, summaryTable } from '../growth/report.ts';
import { pathOf } from '../processes.ts';
import { describe, type Machine } from './built.ts';
import { COLUMNS, doubtsAbout } from './figures.ts';
import { QUERIES } from './queries.ts';
import { absoluteTable, processorTable, proof, ratioTable, readsTable } from './report.ts';
import type { Findings, Plan } from './run.ts';

/** What was measured, when and where, as it is kept. */
export interface Results extends Findings {
  date: string;
  commit: string;
  machine: Machine;
  plan: Plan;
}

export interface GrowthResults extends Pick<Results, 'date' | 'commit' | 'machine'> {
  grown: Record<string, Grown>;
}

export const GROWTH_RESULTS = pathOf('results/growth.json');
const PAGE = pathOf('../../docs/performance.md');

/** Writes the page about performance from the last results. @param file Of `npm run bench`. */
export async function writePage(file: string): Promise<void> {
  if (!existsSync(file)) throw new Error(`There are no results in ${file}. Run the bench without --write first.`);
  const results: Results = JSON.parse(readFileSync(file, 'utf8'));
  const growth: GrowthResults | undefined = existsSync(GROWTH_RESULTS)
    ? JSON.parse(readFileSync(GROWTH_RESULTS, 'utf8'))
    : undefined;
  await writeFile(PAGE, pageOf(results, growth));
  console.log(`Wrote ${PAGE}.`);
}

const listOf = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const madeOf = ({ date, commit, machine }: Pick<Results, 'date' | 'commit' | 'machine'>): string =>
  `Measured on ${date.slice(0, 10)} at commit ${commit}: ${describe(machine)}.`;

function pageOf(results: Results, growth: GrowthResults | undefined): string {
  const { servers, missing, plan } = results;
  const peers = Object.entries(servers).map(
    ([name, { title, packages }]) => `\`${name}\`: ${title}${packages.length > 0 ? ` (${packages.join(', ')})` : ''}`,
  );
  const absent = Object.entries(missing).map(([name, why]) => `\`${name}\` is missing: ${why}`);
  const doubts = doubtsAbout(results).map((doubt) => `Doubtful: ${doubt}.`);
  return `# Performance

Made by \`npm run bench -- --write\` from the last run; edit [page.ts](../test/bench/speed/page.ts) instead. Absolute figures move with the machine; what counts are the ratios of one run.

## How near the gateway is to a bare server

${madeOf(results)} Each figure is the median of ${plan.rounds} rounds, with the least and the most in brackets.

${ratioTable(results)}

${listOf(COLUMNS.map(({ title, meaning }) => `**${title}**: ${meaning}.`))}

32 clients ask at once, each with an API key of its own, and each waits for its answer before it asks again; \`added\` has one client. All servers take turns, each is alone on one processor, and all answer the same data. Logs are written, limits are on, and their rates are raised so far that they are not reached.

${absoluteTable(results)}

By processor time instead of answers a second, which stays true on a machine that others use too:

${processorTable(results)}

${readsTable(results)}

${[proof(results), ...doubts].join(' ')}

### What is asked

${listOf(Object.entries(QUERIES).map(([name, query]) => `**${name}**: \`${query}\``))}

### Who is asked

${listOf([...peers, ...absent])}

The bare servers are asked by path and know nothing of GraphQL. The others are set up as their documentation says for production, in [test/bench/peers/](../test/bench/peers/).

## What grows

${growth ? growthPart(growth) : '`npm run bench:growth` has not been run.'}

## How to run it

\`\`\`sh
npm run bench -- --quick                      # everybody, in less than three minutes
npm run bench -- --only bare,product          # the gateway alone, beside the yardstick
npm run bench -- --against before/main.js     # beside another build of it
npm run bench -- --write                      # writes this page from the last results
npm run bench:growth
npm run bench:profile -- --query Q2           # where the time goes
\`\`\`

With nginx, \`taskset\` and two processors that nobody else uses. Without nginx the upstream is a Node.js server; without the others nobody has a processor alone, and the figures say less.
`;
}

const growthPart = (
  growth: GrowthResults,
): string => `${madeOf(growth)} The work is doubled again and again. The power says how the gateway’s processor time grows: 1 is linear, 2 is four times the time for twice the work. \`npm run bench:growth\` fails above ${STEEPEST}.

${summaryTable(growth.grown)}`;
