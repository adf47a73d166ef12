import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { temporaryDirectory } from '../support/program.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

test.each(['json', 'pretty'])(
  'a gateway whose %s log cannot be written serves all requests, and stops',
  async (format) => {
    const port = await freePort();
    // Each write fails with ENOSPC, as on a full disk.
    const output = openSync('/dev/full', 'w');
    const program = spawn(process.execPath, [MAIN], {
      cwd: await temporaryDirectory(),
      env: { PORT: String(port), DRAIN_SECONDS: '0', LOG_FORMAT: format },
      stdio: ['ignore', output, 'pipe'],
    });
    onTestFinished(() => {
      program.kill('SIGKILL');
      closeSync(output);
    });
    const exited = once(program, 'exit');
    const url = `http://127.0.0.1:${port}`;
    const get = (path: string) =>
      fetch(url + path).then(
        ({ status }) => status,
        () => undefined,
      );
    while ((await get('/ready')) !== 200) {
      if (program.exitCode !== null) throw new Error(`The program exited with code ${program.exitCode}.`);
    }

    const statuses: (number | undefined)[] = [];
    for (let count = 0; count < 400; count++) statuses.push(await get('/nowhere'));

    expect(new Set(statuses)).toEqual(new Set([404]));
    program.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  },
  120_000,
);
