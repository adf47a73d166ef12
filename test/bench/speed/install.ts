import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PEERS_FOLDER } from './others.ts';

/** Installs the packages of the other servers if they are missing or older than their lock file. */
export async function installPeers(step: (what: string) => void): Promise<void> {
  const [installed, locked] = ['node_modules/.package-lock.json', 'package-lock.json'].map(changedAt);
  if (installed !== undefined && locked !== undefined && installed >= locked) return;
  step('installing the other servers, which takes a minute the first time');
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--prefix', PEERS_FOLDER]);
}

/** Modification time of a file in the peers folder, or undefined if it does not exist. */
const changedAt = (file: string): number | undefined =>
  statSync(join(PEERS_FOLDER, file), { throwIfNoEntry: false })?.mtimeMs;

interface Manifest {
  dependencies: Readonly<Record<string, string>>;
  optionalDependencies: Readonly<Record<string, string>>;
}

/** Version of a package in the peers folder. */
export function versionOf(name: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(join(PEERS_FOLDER, 'package.json'), 'utf8'));
  return manifest.dependencies[name] ?? manifest.optionalDependencies[name] ?? 'unknown';
}
