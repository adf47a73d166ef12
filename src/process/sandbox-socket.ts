import { mkdtempSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SandboxOptions } from '../sandbox/options.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { serveSandbox } from '../sandbox/server.ts';

/** An embedded sandbox that the processes of this machine share. */
export interface SandboxSocket {
  /** Path of its socket, which only the user of this process can open. */
  readonly path: string;
  close(): Promise<void>;
}

/** Serves an embedded sandbox to other processes of the same user. */
export async function openSandboxSocket(options: SandboxOptions): Promise<SandboxSocket> {
  const sandbox = createSandbox(options);
  const path = createPath();
  const server = await serveSandbox(sandbox, { path });
  return {
    path,
    async close() {
      await server.close();
      sandbox.close();
    },
  };
}

/** Path of a new socket. The directory is readable for its owner only, and removed at the exit of this process. */
function createPath(): string {
  if (platform() === 'win32') return `\\\\.\\pipe\\flair-sandbox-${crypto.randomUUID()}`;
  const path = join(mkdtempSync(join(tmpdir(), 'flair-sandbox-')), 'socket');
  process.once('exit', () => rmSync(dirname(path), { recursive: true, force: true }));
  return path;
}
