import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/program.ts';
import { readText, root } from '../support/readme.ts';
import { longestStop, settingNames } from './files.ts';

const NAME = 'flair-graphql-gateway.service';
const unit = readText(`deploy/${NAME}`);
const valuesOf = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

const isInstalled = !spawnSync('systemd-analyze', ['--version']).error;
if (!isInstalled) console.log('systemd is not installed, so the unit is not verified with it.');

describe.runIf(isInstalled)('systemd', () => {
  /** Runs systemd-analyze on the unit, installed where the built program and Node.js are here. */
  const analyze = async (command: string, ...options: string[]) => {
    const file = join(await temporaryDirectory(), NAME);
    await writeFile(file, unit.replace('/usr/bin/node', process.execPath).replace('/opt/flair-graphql-gateway/', root));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [command, ...options, file], { encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };

  test('accepts the unit', async () => {
    expect(await analyze('verify', '--man=no')).toEqual({ status: 0, output: '' });
  });

  test('rates the exposure of the unit as 1.5 of 10 or less', async () => {
    const { status, output } = await analyze('security', '--offline=true', '--threshold=15', '--no-pager');
    expect(status, output).toBe(0);
  });
});

test('the unit starts the built program, and names only settings', () => {
  expect(valuesOf('ExecStart')).toEqual(['/usr/bin/node /opt/flair-graphql-gateway/dist/main.js']);
  const names = valuesOf('Environment').map((pair) => pair.split('=')[0] ?? '');
  expect(names.filter((name) => !settingNames.has(name))).toEqual([]);
});

test('`.data` is in the directory that the unit may write', () => {
  expect(valuesOf('WorkingDirectory')).toEqual([`%S/${valuesOf('StateDirectory')}`]);
});

test('the socket that the unit suggests is in a directory that it may write, and that a proxy may enter', () => {
  const [, directory, name] = /LISTEN_SOCKET=\/run\/([\w-]+)\/([\w-]+\.sock)\b/.exec(unit) ?? [];
  expect(name).toBe('gateway.sock');
  expect(valuesOf('RuntimeDirectory')).toEqual([directory]);
  expect(valuesOf('RuntimeDirectoryMode')).toEqual(['0755']);
});

test('the gateway has more time to stop than it needs', () => {
  expect(Number(valuesOf('TimeoutStopSec'))).toBeGreaterThan(longestStop);
});
