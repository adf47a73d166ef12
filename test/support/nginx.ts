import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './clock.ts';

/** Path of nginx; undefined if it is not installed. */
export const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/**
 * Runs nginx until the test has finished.
 *
 * @param configuration Contents of the `http` block.
 * @returns Folder of its files.
 */
export async function startNginx(configuration: (folder: string) => string, port: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const text = `
    daemon off;
    master_process off;
    pid ${folder}/pid;
    error_log ${folder}/error.log warn;
    events { worker_connections 1024; }
    http {
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      ${configuration(folder)}
    }
  `;
  await writeFile(join(folder, 'nginx.conf'), text);
  const child = spawn(nginx ?? 'nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let problem = '';
  child.stderr.on('data', (chunk) => {
    problem += chunk;
  });
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    await rm(folder, { recursive: true, force: true });
  });
  let isUp = false;
  const waitForHealth = async () => {
    while (!isUp && child.exitCode === null)
      isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
        () => true,
        () => false,
      );
  };
  void waitForHealth();
  await until(() => isUp || child.exitCode !== null);
  if (!isUp) throw new Error(`nginx did not start: ${problem}`);
  return folder;
}
