import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareSocket } from '../../src/process/socket-file.ts';
import { temporaryDirectory } from '../support/program.ts';

/** Creates a socket on which no process listens, as a killed process leaves it. */
const leaveSocket = (path: string) =>
  spawnSync(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);

test('a socket without a listener is removed', async () => {
  const path = join(await temporaryDirectory(), 's');
  leaveSocket(path);
  expect(existsSync(path)).toBe(true);

  await prepareSocket(path);

  expect(existsSync(path)).toBe(false);
});

test('a socket on which another process listens is kept', async () => {
  const path = join(await temporaryDirectory(), 's');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  await expect(prepareSocket(path)).rejects.toThrow(/on which another process listens\. Stop that process/);

  expect(existsSync(path)).toBe(true);
});

test('a file, a missing directory and a directory that permits nothing are explained', async () => {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, 'file'), 'content');
  await symlink(join(folder, 'elsewhere'), join(folder, 'link'));

  await expect(prepareSocket(join(folder, 'file'))).rejects.toThrow(/which exists, but is no socket/);
  await expect(prepareSocket(join(folder, 'link'))).rejects.toThrow(/which exists, but is no socket/);
  await expect(prepareSocket(join(folder, 'missing/s'))).rejects.toThrow(
    /but there is no directory .*missing\. Create it/,
  );
  await expect(prepareSocket('/proc/s')).rejects.toThrow(/no permission to create a socket in \/proc/);
});
