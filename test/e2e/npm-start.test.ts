import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { UNUSED } from '../../packaging/unused-packages.ts';
import { temporaryDirectory } from '../support/program.ts';
import { root } from '../support/readme.ts';
import { descendantsOf, stillRunning } from '../support/workers.ts';
import { execute } from './client.ts';

const run = promisify(execFile);
const ENVIRONMENT = { ...process.env, PORT: '0', DRAIN_SECONDS: '0', SANDBOX_STORAGE: 'memory' };

/** Starts a command, and waits until the gateway has printed its URL. Its processes are killed at the end of the test. */
async function start(command: string, args: readonly string[], directory: string, env = {}) {
  const child = spawn(command, args, { cwd: directory, env: { ...ENVIRONMENT, ...env }, detached: true });
  const exited = once(child, 'exit');
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text;
      const [found] = /http:\/\/\S+:\d+(?=\/graphql)/.exec(output) ?? [];
      if (found) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`The command ended without a URL: ${output}`)));
  });
  return { pid: child.pid ?? 0, url, exited };
}

/** A directory with the build, and with the dependencies of this one. */
async function builtDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  await copyFile(join(root, 'package.json'), join(directory, 'package.json'));
  for (const name of ['dist', 'node_modules']) await symlink(join(root, name), join(directory, name));
  return directory;
}

test.each<[name: string, command: string, args: string[], env: Record<string, string>]>([
  ['npm start', 'npm', ['start'], {}],
  ['npm start from a shell script', 'sh', ['-c', 'exec npm start'], {}],
  ['npm start with several workers', 'npm', ['start'], { WORKERS: '2' }],
])('%s forwards SIGTERM, and leaves no process', { timeout: 120_000 }, async (_, command, args, env) => {
  const { pid, exited } = await start(command, args, await builtDirectory(), env);
  const processes = await descendantsOf(pid);
  expect(processes.length).toBeGreaterThan(0);

  process.kill(pid, 'SIGTERM');

  expect(await exited).toEqual([0, null]);
  expect(await stillRunning(processes)).toEqual([]);
});

test('Ctrl-C in a terminal with npm start stops gracefully, although npm forwards it once more', {
  timeout: 120_000,
}, async () => {
  const { pid, exited } = await start('npm', ['start'], await builtDirectory());

  process.kill(-pid, 'SIGINT');

  expect(await exited).toEqual([0, null]);
});

test('after npm prune --omit=dev, npm start runs the build without building', { timeout: 240_000 }, async () => {
  const directory = await temporaryDirectory();
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await copyFile(join(root, name), join(directory, name));
  await cp(join(root, 'dist'), join(directory, 'dist'), { recursive: true });
  // Hard links: npm replaces files, and never writes into them.
  await run('cp', ['-al', join(root, 'node_modules'), join(directory, 'node_modules')]);

  await run('npm', ['prune', '--omit=dev', '--offline', '--ignore-scripts', '--no-audit'], { cwd: directory });
  const { url } = await start('npm', ['start'], directory, { WORKERS: '1' });

  expect(await readdir(join(directory, 'node_modules'))).not.toContain('esbuild');
  expect(await execute(url, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  await rm(join(directory, 'dist'), { recursive: true });
  await expect(start('npm', ['start'], directory)).rejects.toThrow('Run: npm ci && npm run build');
});

test('the build imports only dependencies that remain after npm prune --omit=dev', async () => {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const all = (await readdir(join(root, 'dist'), { recursive: true })).filter((file) => file.endsWith('.js'));
  // The client library is imported by programs that have its peers.
  const files = all.filter((file) => !file.startsWith('client/'));
  const imported = new Set<string>();
  for (const file of files) {
    const text = await readFile(join(root, 'dist', file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:import|export) (?:[^"';]*? from )?"([^".][^"]*)";$/gm))
      imported.add(name);
    for (const [, name = ''] of text.matchAll(/\bimport\("([^".][^"]*)"\)/g)) imported.add(name);
  }
  const packages = [...imported]
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));

  const remaining = { ...dependencies, ...optionalDependencies };
  expect(packages).toEqual(expect.arrayContaining(['libsql', 'sharp']));
  expect(packages.filter((name) => remaining[name] === undefined && !UNUSED.includes(name))).toEqual([]);
});
