import { describe, expect, test } from 'vitest';
import { createCluster } from '../../src/cluster/cluster.ts';
import { createSharedDocuments } from '../../src/persisted-documents/shared-documents.ts';
import { openSocket } from '../e2e/client.ts';
import { hashOf, persisted, ways } from '../persisted-documents/support.ts';
import { settle } from '../support/clock.ts';
import { serverOf } from '../support/subscribe.ts';
import { startHub, startReplicas } from './support.ts';

const QUERY = '{ __typename }';
const both = { query: QUERY, ...persisted(hashOf(QUERY)) };
const hashOnly = persisted(hashOf(QUERY));
const found = { data: { __typename: 'Query' }, error: undefined };
const notFound = { error: { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } } };

async function start() {
  const started = await startReplicas(2);
  const [one, other] = started.replicas;
  if (!one || !other) throw new RangeError('expected two replicas');
  return { ...started, one, other };
}

describe.each(Object.entries(ways))('over %s', (_, send) => {
  test('a document that was registered at one replica is found at the other, and kept there', async () => {
    const { one, other, hub } = await start();
    expect(await send(other, hashOnly)).toMatchObject(notFound);
    await send(one, both);
    await settle();

    expect(await send(other, hashOnly)).toMatchObject(found);
    hub.flush();
    expect(await send(other, hashOnly)).toMatchObject(found);
  });
});

test('over a WebSocket, a document that was registered at one replica is found at the other', async () => {
  const { one, other } = await start();
  await ways.POST(one, both);
  const socket = await openSocket((await serverOf(other)).url);
  socket.send({ type: 'connection_init' });
  await socket.receive();
  socket.send({ type: 'subscribe', id: '1', payload: hashOnly });

  expect(await socket.receive()).toMatchObject({ type: 'next', payload: { data: { __typename: 'Query' } } });
});

test('an invalid document is not stored', async () => {
  const { one, calls } = await start();
  const query = '{ nothing }';
  await ways.POST(one, { query, ...persisted(hashOf(query)) });
  await settle();

  expect(calls.filter((call) => call.startsWith('store'))).toEqual([]);
});

test('while a replica is disconnected, it finds its own documents, and those of others after that', async () => {
  const { one, other } = await start();
  other.broker.disconnect('a fault');
  await ways.POST(one, both);
  await settle();
  expect(await ways.POST(other, hashOnly)).toMatchObject(notFound);
  expect(await ways.POST(one, hashOnly)).toMatchObject(found);
  other.broker.reconnect();

  expect(await ways.POST(other, hashOnly)).toMatchObject(found);
});

test('a document that the store has lost is stored again when a client registers it', async () => {
  const { clock, one, other, hub } = await start();
  await ways.POST(one, both);
  await settle();
  hub.flush();
  await clock.advance(60_000);
  await ways.POST(one, both);
  await settle();

  expect(await ways.POST(other, hashOnly)).toMatchObject(found);
});

test('a stored document with another hash is not found', async () => {
  const { clock, connect, join } = startHub();
  const cluster = join('a');
  const documents = createSharedDocuments(cluster, clock.monotonicNow);
  documents.store(hashOf(QUERY), '{ other: __typename }');
  await settle();
  expect(await documents.find(hashOf(QUERY))).toBeUndefined();

  // Nor is one that another secret has sealed.
  const other = createCluster({ ...clock, broker: connect('b'), secrets: ['another secret that is long enough'] });
  const others = createSharedDocuments(other, clock.monotonicNow);
  documents.store(hashOf('{ a }'), '{ a }');
  await settle();
  expect(await documents.find(hashOf('{ a }'))).toBe('{ a }');
  expect(await others.find(hashOf('{ a }'))).toBeUndefined();
});
