import { ApolloClient, ApolloLink, gql as apolloGql, InMemoryCache } from '@apollo/client/core';
import { HttpLink } from '@apollo/client/link/http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { print } from 'graphql';
import { firstValueFrom } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { connectSocket } from '../e2e/client.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { hashOf } from './support.ts';

const KIND = 'query Kind { __typename }';
const RENAME = `mutation Rename($input: RenameModelInput!) {
  renameModel(input: $input) { ... on RenameModelSuccess { model { displayName } } }
}`;
/** Contains `__typename`, because Apollo Client and its manifest tools add it. */
const WATCH = 'subscription Watch($id: ID!) { trainingUpdated(id: $id) { status __typename } }';

/** A request sent by a client. */
interface Sent {
  method: string;
  hasHash: boolean;
  hasText: boolean;
  status: number;
}

/** Starts a listening gateway with a training, and records the requests of clients over HTTP. */
async function start(options: StartOptions = {}) {
  const started = startGateway(options);
  const { id: modelId, globalId: model } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const training = globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) });
  const { url } = await serverOf(started);
  const sent: Sent[] = [];
  const recordingFetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const content = `${request.url} ${await request.clone().text()}`;
    const response = await fetch(request);
    const { method } = request;
    const { status } = response;
    sent.push({
      method,
      hasHash: content.includes('sha256Hash'),
      hasText: /"query":"|[?&]query=/.test(content),
      status,
    });
    return response;
  };
  return { uri: `${url}/graphql`, fetch: recordingFetch, sockets: connectSocket(url), sent, model, training };
}

type Started = Awaited<ReturnType<typeof start>>;

function apollo({ uri, fetch, sockets }: Started, useGETForHashedQueries = false) {
  const overHttp = new HttpLink({ uri, fetch });
  const overSocket = new GraphQLWsLink(sockets);
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    defaultOptions: { query: { fetchPolicy: 'no-cache' } },
    link: new PersistedQueryLink({ sha256: hashOf, useGETForHashedQueries }).concat(
      ApolloLink.split(({ operationType }) => operationType === 'subscription', overSocket, overHttp),
    ),
  });
  onTestFinished(() => client.stop());
  return client;
}

const urql = ({ uri, fetch, sockets }: Started, preferGetForPersistedQueries = false) =>
  createClient({
    url: uri,
    fetch,
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [
      persistedExchange({ preferGetForPersistedQueries, enableForMutation: true, enableForSubscriptions: true }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {}, ...rest }) => ({
          subscribe: (sink) => ({
            unsubscribe: sockets.subscribe(
              { query, variables, ...(rest.extensions && { extensions: rest.extensions }) },
              { ...sink, next: (result) => sink.next(result as Parameters<typeof sink.next>[0]) },
            ),
          }),
        }),
      }),
    ],
  });

const hash = (method: string, status = 200) => ({ method, hasHash: true, hasText: false, status });
const both = { method: 'POST', hasHash: true, hasText: true, status: 200 };

test.each([
  ['POST', false],
  ['GET', true],
])('Apollo Client registers a document once, and then sends its hash by %s', async (method, byGet) => {
  const started = await start();
  const client = apollo(started, byGet);
  const query = apolloGql(KIND);

  const results = [await client.query({ query }), await client.query({ query })];

  expect(results).toMatchObject([{ data: { __typename: 'Query' } }, { data: { __typename: 'Query' } }]);
  expect(started.sent).toEqual([hash(method, 404), { ...both, method: expect.any(String) }, hash(method)]);
});

test('Apollo Client sends mutations and subscriptions by hash', async () => {
  const started = await start();
  const client = apollo(started);
  const input = { id: started.model, displayName: 'Coats' };

  const changed = await client.mutate({ mutation: apolloGql(RENAME), variables: { input } });
  const watch = { query: apolloGql(WATCH), variables: { id: started.training } };
  const shown = await firstValueFrom(client.subscribe(watch));

  expect(changed).toMatchObject({ data: { renameModel: { model: { displayName: 'Coats' } } } });
  expect(shown).toMatchObject({ data: { trainingUpdated: { status: 'QUEUED' } } });
});

test('Apollo Client stops sending hashes after the gateway has reported that they are not supported', async () => {
  const started = await start({ documents: { automatic: false } });
  const client = apollo(started);
  const query = apolloGql(KIND);

  await client.query({ query });
  const second = await client.query({ query });

  expect(second).toMatchObject({ data: { __typename: 'Query' } });
  expect(started.sent).toEqual([hash('POST', 400), ...Array(2).fill({ ...both, hasHash: false })]);
});

test('Apollo Client executes the documents of a manifest, over HTTP and WebSockets', async () => {
  const documents = new Map([KIND, WATCH].map((text) => [hashOf(print(apolloGql(text))), text]));
  const started = await start({ documents: { manifest: { documents, mistakes: [] } } });
  const client = apollo(started);

  const result = await client.query({ query: apolloGql(KIND) });
  const shown = await firstValueFrom(
    client.subscribe({ query: apolloGql(WATCH), variables: { id: started.training } }),
  );

  expect(result).toMatchObject({ data: { __typename: 'Query' } });
  expect(shown).toMatchObject({ data: { trainingUpdated: { status: 'QUEUED' } } });
  expect(started.sent).toEqual([hash('POST')]);
});

test('Apollo Client reports that a document is not in the manifest', async () => {
  const manifest = { documents: new Map([['kind', KIND]]), mistakes: [] };
  const client = apollo(await start({ documents: { manifest } }));

  const result = client.query({ query: apolloGql(KIND) });

  await expect(result).rejects.toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
});

test.each([
  ['POST', false],
  ['GET', true],
])('urql registers a document once, and then sends its hash by %s', async (method, byGet) => {
  const started = await start();
  const client = urql(started, byGet);

  const results = [await client.query(gql(KIND), {}), await client.query(gql(KIND), {})];

  expect(results.map(({ data, error }) => data ?? error)).toEqual(Array(2).fill({ __typename: 'Query' }));
  expect(started.sent).toEqual([hash(method, 404), { ...both, method: expect.any(String) }, hash(method)]);
});

test('urql sends mutations by hash', async () => {
  const started = await start();
  const client = urql(started);
  const input = { id: started.model, displayName: 'Coats' };

  const { data } = await client.mutation(gql(RENAME), { input });

  expect(data).toMatchObject({ renameModel: { model: { displayName: 'Coats' } } });
  expect(started.sent).toEqual([hash('POST', 404), both]);
});

test('urql sends subscriptions by hash', async () => {
  const started = await start();
  /** Resolves with the first event of a new client. */
  const watch = () =>
    new Promise<unknown>((resolve, reject) => {
      const shown = urql(started).subscription(gql(WATCH), { id: started.training });
      const { unsubscribe } = shown.subscribe(({ data, error }) => (error ? reject(error) : resolve(data)));
      onTestFinished(unsubscribe);
    });

  const events = [await watch(), await watch()];

  expect(events).toMatchObject(Array(2).fill({ trainingUpdated: { status: 'QUEUED' } }));
  expect(started.sent).toEqual([]);
});

test('urql stops sending hashes after the gateway has reported that they are not supported', async () => {
  const started = await start({ documents: { automatic: false } });
  const client = urql(started);

  await client.query(gql(KIND), {});
  const second = await client.query(gql(KIND), {});

  expect(second.data).toEqual({ __typename: 'Query' });
  expect(started.sent).toEqual([hash('POST', 400), ...Array(2).fill({ ...both, hasHash: false })]);
});
