import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClientAddress } from '../../src/http/client-address.ts';
import { temporaryDirectory } from '../support/program.ts';

/** A request as far as it matters here. */
const requestFrom = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

const CLIENT = '203.0.113.7';
const SPOOFED = '198.51.100.1';

test.each<[trust: number | string[], peer: string, forwarded: string | undefined, client: string]>([
  [0, '10.0.0.1', CLIENT, '10.0.0.1'],
  [1, '10.0.0.1', undefined, '10.0.0.1'],
  [1, '10.0.0.1', `${SPOOFED}, ${CLIENT}`, CLIENT],
  [2, '10.0.0.1', `${SPOOFED}, ${CLIENT}, 10.0.0.2`, CLIENT],
  [2, '10.0.0.1', CLIENT, CLIENT],
  [3, '10.0.0.1', `${SPOOFED}, ${CLIENT}, 10.0.0.3,10.0.0.2`, CLIENT],
  [1, '10.0.0.1', `${SPOOFED},`, '10.0.0.1'],
  [['10.0.0.0/8'], '10.0.0.1', `${SPOOFED}, ${CLIENT}`, CLIENT],
  [['10.0.0.0/8'], '10.0.0.1', `${SPOOFED}, ${CLIENT}, 10.9.9.9, 10.1.1.1`, CLIENT],
  [['10.0.0.0/8'], CLIENT, SPOOFED, CLIENT],
  [['10.0.0.0/8'], '10.0.0.1', `${SPOOFED}, 10.0.0.9, ${CLIENT}, 10.0.0.2`, CLIENT],
  [['10.0.0.0/8'], '::ffff:10.0.0.1', CLIENT, CLIENT],
  [['loopback'], '127.0.0.1', CLIENT, CLIENT],
  [['loopback'], '::1', `${SPOOFED}, 2001:db8::1`, '2001:db8::1'],
  [['loopback', 'uniquelocal'], '127.0.0.1', `${CLIENT}, 192.168.1.1, fd00::1, 172.16.0.9`, CLIENT],
  [['192.0.2.1'], '192.0.2.1', CLIENT, CLIENT],
  [['192.0.2.1'], '192.0.2.2', CLIENT, '192.0.2.2'],
  [['10.0.0.0/8'], '10.0.0.1', '10.0.0.7, 10.0.0.8', '10.0.0.7'],
  [['10.0.0.0/8'], '10.0.0.1', `${SPOOFED}, unknown`, 'unknown'],
  [['10.0.0.0/8'], '10.0.0.1', `${SPOOFED}, ${CLIENT}:4711, 10.0.0.2:80`, CLIENT],
  [['loopback'], '127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
])('with %j, a request from %s for %s is from %s', (trust, peer, forwarded, client) => {
  expect(createClientAddress(trust)(requestFrom(peer, forwarded))).toBe(client);
});

test('a closed connection has no address, so its header is not trusted as that of a network', () => {
  expect(createClientAddress(['10.0.0.0/8'])(requestFrom(undefined, CLIENT))).toBeUndefined();
});

test.each<[trust: number | string[], forwarded: string | undefined, client: string]>([
  [0, CLIENT, 'unix socket'],
  [1, undefined, 'unix socket'],
  [1, `${SPOOFED}, ${CLIENT}`, CLIENT],
  [2, `${SPOOFED}, ${CLIENT}, 10.0.0.2`, CLIENT],
  [['10.0.0.0/8'], `${SPOOFED}, ${CLIENT}, 10.0.0.2`, CLIENT],
  [['10.0.0.0/8'], `${SPOOFED}, ${CLIENT}`, CLIENT],
])('over a Unix socket, whose peer is a proxy, %j trusts %s as %s', async (trust, forwarded, client) => {
  const path = join(await temporaryDirectory(), 'socket');
  const clientOf = createClientAddress(trust, true);
  const server = createServer((received, response) => response.end(clientOf(received)));
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const sent = request({ socketPath: path, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];

  expect((await response.setEncoding('utf8').toArray()).join('')).toBe(client);
});

test('several headers count as one list', async () => {
  const clientOf = createClientAddress(2);
  const server = createServer((received, response) => response.end(clientOf(received)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;

  const sent = request({
    port,
    host: '127.0.0.1',
    headers: { 'x-forwarded-for': [`${SPOOFED}, ${CLIENT}`, '10.0.0.2'] },
  });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];

  expect((await response.setEncoding('utf8').toArray()).join('')).toBe(CLIENT);
});
