import { once } from 'node:events';
import { lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { ConfigError } from '../util/environment.ts';

/**
 * Checks that a process can listen on a Unix socket, and removes the file of a process that has ended without removing it.
 *
 * @throws ConfigError if that is not possible, for example because another process listens on it.
 */
export async function prepareSocket(path: string): Promise<void> {
  const fail = (text: string) => new ConfigError([`\`LISTEN_SOCKET\` is ${path}, ${text}.`]);
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw fail(`but there is no directory ${folder}. Create it, or choose another path`);
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isSocket()) throw fail('which exists, but is no socket. Move it away, or choose another path');
  try {
    if (found) {
      if (await hasListener(path)) {
        throw fail('on which another process listens. Stop that process, or choose another path');
      }
      unlinkSync(path);
    }
    await listenOnce(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      throw fail(
        `but this user has no permission to create a socket in ${folder} (${code}). Change its owner, or choose another path`,
      );
    }
    throw fail(`on which this process cannot listen (${code}). Choose another path`);
  }
}

async function hasListener(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT'))
      return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

/** Listens for a moment, so that the error of a primary process is not that of each worker. */
async function listenOnce(path: string): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  const closed = once(server, 'close');
  server.close();
  await closed;
}
