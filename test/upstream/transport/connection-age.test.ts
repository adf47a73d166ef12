import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { createDownload } from '../../../src/upstream/images/download.ts';
import { createConnector } from '../../../src/upstream/transport/connector.ts';
import { openNetwork } from '../../../src/upstream/transport/network.ts';
import { startUpstream } from '../../support/upstream.ts';

/** A server at a local address, whose responses contain that address. */
async function startServer(host: string, port = 0) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: 'm', displayName: host }));
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A host name that resolves to the first of two servers, and after `move` to the second. */
async function startMovingName() {
  const port = await startServer('127.0.0.1');
  await startServer('127.0.0.2', port);
  let address = '127.0.0.1';
  const lookup: LookupFunction = (_hostname, { all }, callback) => {
    if (all) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };
  return {
    port,
    lookup,
    move: () => {
      address = '127.0.0.2';
    },
  };
}

test('reads and writes resolve the host name again once their connections reach the maximum age', async () => {
  const { port, lookup, move } = await startMovingName();
  let time = 0;
  const baseUrl = `http://upstream.test:${port}`;
  const network = openNetwork(baseUrl, {
    connect: createConnector({ lookup }),
    maxAge: 60_000,
    monotonicNow: () => time,
  });
  onTestFinished(() => network.destroy());
  const { upstream } = await startUpstream('fetch', [], { baseUrl, transport: network, pool: network.reads });
  const read = async () => (await upstream.models.get('m')).displayName;
  const write = async () => (await upstream.models.create({ displayName: 'x' })).displayName;

  expect([await read(), await write()]).toEqual(['127.0.0.1', '127.0.0.1']);
  move();
  time = 59_999;
  expect([await read(), await write()]).toEqual(['127.0.0.1', '127.0.0.1']);
  time = 60_000;

  expect([await read(), await write()]).toEqual(['127.0.0.2', '127.0.0.2']);
});

test('downloads open new connections once the old ones reach the maximum age', async () => {
  const port = await startServer('127.0.0.1');
  let time = 0;
  const agents: Agent[] = [];
  const connector = createConnector({
    lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const download = createDownload({
    upstreamOrigin: 'https://api.example',
    maxConnectionAge: 1_000,
    monotonicNow: () => time,
    connect: () => {
      const agent = new Agent({
        connect: (options, callback) => connector({ ...options, protocol: 'http:', port: String(port) }, callback),
      });
      agents.push(agent);
      return agent;
    },
  });
  onTestFinished(async () => void (await Promise.all(agents.map((agent) => agent.destroy()))));
  const get = async () => {
    const { body } = await download('https://cdn.example/a.png', new AbortController().signal, () =>
      Promise.reject(new Error('not the upstream')),
    );
    await new Response(body).arrayBuffer();
  };

  await get();
  time = 999;
  await get();
  expect(agents).toHaveLength(1);
  time = 1_000;
  await get();
  time = 1_999;
  await get();

  expect(agents).toHaveLength(2);
  expect(agents.map(({ closed }) => closed)).toEqual([true, false]);
});
