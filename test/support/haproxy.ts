import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './workers.ts';

/** Path of HAProxy; undefined if it is not installed. */
export const haproxy = ['/usr/sbin/haproxy', '/usr/bin/haproxy', '/usr/local/sbin/haproxy'].find((path) =>
  existsSync(path),
);

/**
 * Runs HAProxy with a configuration until the test has finished.
 *
 * @param url URL at which it then responds.
 * @returns Its log so far.
 */
export async function startHaproxy(configuration: string, url: string): Promise<() => string> {
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, configuration);
  const check = spawnSync(haproxy ?? 'haproxy', ['-c', '-f', file], { encoding: 'utf8' });
  if (check.status !== 0) throw new Error(`HAProxy rejects the configuration: ${check.stderr}`);
  const child = spawn(haproxy ?? 'haproxy', ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  const exit = once(child, 'exit');
  let problem = '';
  child.stderr.on('data', (chunk) => {
    problem += chunk;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    await rm(folder, { recursive: true, force: true });
  });
  const isUp = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(async () => child.exitCode !== null || (await isUp()));
  if (child.exitCode !== null) throw new Error(`HAProxy did not start: ${problem}`);
  return () => log;
}
