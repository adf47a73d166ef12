import { once } from 'node:events';
import { connect } from 'node:net';
import pino from 'pino';
import { expect, test } from 'vitest';
import { serve } from '../../src/http/server.ts';
import { until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { root } from '../support/readme.ts';

/** Sends requests one after the other, and returns their log lines. */
async function logOf(requests: readonly string[], trustProxy = 0): Promise<{ path: string; client: string }[]> {
  const lines: { msg: string; path: string; client: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const server = await serve(startGateway().gateway, { host: '127.0.0.1', port: 0, trustProxy, log });
  for (const [index, request] of requests.entries()) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.resume();
    socket.write(`${request}\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    await once(socket, 'close');
    await until(() => lines.length > index);
  }
  await server.close();
  return lines;
}

test('sealed tokens are never logged, however their path is written', async () => {
  const token = `canary${'0a-_'.repeat(40)}`;
  const paths = [
    `/images/${token}`,
    `/uploads/${token}`,
    `/Images/${token}`,
    `//images/${token}`,
    `/%69mages/${token}`,
    `/%2569mages/${token}`,
    `/images%2F${token}`,
    `/image/${token}`,
    `/graphql/images/${token}`,
    `/x/../images;v=1/${token}`,
    `/${token}`,
    `/${token}/images/a`,
    `/api/v1/a/b/c/d/e/f/g/h/${token}`,
    `/nowhere?url=/images/${token}`,
    '/images/canary',
    '//localhost/images/canary',
    '/%55ploads/canary',
    '/images%2fcanary',
  ];

  const lines = await logOf(paths.map((path) => `GET ${path} HTTP/1.1`));

  expect(lines).toHaveLength(paths.length);
  expect(JSON.stringify(lines)).not.toContain('canary');
});

test('known paths are logged unchanged, and long ones are shortened', async () => {
  const lines = await logOf([
    'GET /health HTTP/1.1',
    'GET /other?query={__typename} HTTP/1.1',
    'GET /api/graphql HTTP/1.1',
    `GET /${'a/'.repeat(4_000)} HTTP/1.1`,
  ]);

  expect(lines.slice(0, 3).map(({ path }) => path)).toEqual(['/health', '/other', '/api/graphql']);
  expect(JSON.stringify(lines[3]).length).toBeLessThan(400);
});

test('a forged client address is shortened in the log', async () => {
  const [line] = await logOf([`GET /health HTTP/1.1\r\nx-forwarded-for: ${'1'.repeat(9_000)}`], 1);

  expect(line?.client).toHaveLength(100);
});

test('long error messages are shortened in the log', async () => {
  const { execFileSync } = await import('node:child_process');
  const program = `import { createLog } from './src/telemetry/log.ts';
    createLog('info').error({ err: new Error('start ' + 'x'.repeat(1_000_000) + ' end') }, 'failed');`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];

  const line = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

  expect(line.length).toBeLessThan(20_000);
  expect(JSON.parse(line).err).toMatchObject({ type: 'Error', message: expect.stringMatching(/^start x+….* end$/) });
});
