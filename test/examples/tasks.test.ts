import { expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { readText } from '../support/readme.ts';
import { programs, startExample } from './support.ts';

/** The demo data has a training that runs. */
const ENV = { SANDBOX_FAST_SECONDS: '1', SANDBOX_PREDICTION_SECONDS: '1' };
const TASKS = ['list', 'upload', 'train', 'predict', 'dashboard', 'cancel'];

test.each(['client', 'fetch'])('the six tasks run with: %s', { timeout: 60_000 }, async (variant) => {
  const gateway = await startProgram({ env: ENV });
  const example = await startExample(`${programs}tasks.mjs`, `${gateway.url}/graphql`, [variant]);

  const { code, output } = await example.ended;

  expect(output.trim().split('\n')).toEqual([
    'List: Summer Collection Style Model',
    'Upload: stored, rejected',
    expect.stringMatching(/^Train: \w+$/),
    'Predict: http:',
    'Dashboard: a running job',
    'Cancel: requested',
  ]);
  expect(code).toBe(0);
});

test('the cookbook counts the lines of the tasks', () => {
  const text = readText('examples/clients/tasks.mjs');
  /** Lines within the functions of an object. */
  const linesIn = (name: string, functions?: readonly string[]) => {
    const object = new RegExp(`^const ${name} = \\{\\n(.*?)^\\};`, 'ms').exec(text)?.[1] ?? '';
    const all = [...object.matchAll(/^ {2}async \*?(\w+)\(.*?\) \{\n(.*?)^ {2}\},/gms)];
    const counts = new Map(all.map(([, task = '', body = '']) => [task, body.trimEnd().split('\n').length]));
    return (functions ?? [...counts.keys()]).map((task) => counts.get(task) ?? expect.fail(`${task} is missing`));
  };
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const [client, byFetch, shared] = [linesIn('withClient', TASKS), linesIn('withFetch', TASKS), linesIn('shared')];
  const rows = TASKS.map((task, index) => `| ${task} | ${client[index]} | ${byFetch[index]} |`);

  const page = readText('docs/clients/README.md');
  for (const row of [
    ...rows,
    `| shared | | ${sum(shared)} |`,
    `| all | ${sum(client)} | ${sum(byFetch) + sum(shared)} |`,
  ])
    expect(page).toContain(row);
});
