import {
  type AnyVariables,
  Client,
  fetchExchange,
  gql,
  subscriptionExchange,
  type TypedDocumentNode,
} from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { FAST_TRAINING, seedModels, seedRunningTraining, startForClients } from './support.ts';

interface Page {
  models: {
    edges: { node: { displayName: string } }[];
    pageInfo: { endCursor: string; hasNextPage: boolean };
  };
}

const PAGE: TypedDocumentNode<Page, { after?: string }> = gql`
  query UrqlPage($after: String) {
    models(first: 2, after: $after) {
      edges { node { id displayName } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;

const RENAME = gql`
  mutation UrqlRename($input: RenameModelInput!) {
    renameModel(input: $input) { ... on RenameModelSuccess { model { id displayName } } }
  }
`;

interface Uploaded {
  uploadDataItem: { dataItem: { image: { width: number; contentType: string } } };
}

const UPLOAD: TypedDocumentNode<Uploaded, AnyVariables> = gql`
  mutation UrqlUpload($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) { ... on UploadDataItemSuccess { dataItem { id image { width contentType } } } }
  }
`;

const WATCH: TypedDocumentNode<{ trainingUpdated: { status: string } }, AnyVariables> = gql`
  subscription UrqlWatch($id: ID!) { trainingUpdated(id: $id) { id status } }
`;

async function start() {
  const started = await startForClients();
  const client = new Client({
    url: started.uri,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({ resolvers: { Query: { models: relayPagination() } }, keys: { Image: () => null } }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: ({ next, error, complete }) => ({
            unsubscribe: started.sockets.subscribe(
              { query, variables: { ...variables } },
              { next: ({ data = null, errors }) => next({ data, ...(errors && { errors }) }), error, complete },
            ),
          }),
        }),
      }),
    ],
  });
  return { ...started, client };
}

const namesOf = (page: Page | undefined) => page?.models.edges.map(({ node }) => node.displayName);

test('urql pages through models, and its cache merges the pages', async () => {
  const started = await start();
  const { client, takeRequests } = started;
  await seedModels(started, ['Coats', 'Hats', 'Shoes']);

  const first = await client.query(PAGE, {});
  expect(namesOf(first.data)).toEqual(['Shoes', 'Hats']);
  await client.query(PAGE, { after: first.data?.models.pageInfo.endCursor ?? '' });
  takeRequests();

  const merged = await client.query(PAGE, {});
  expect(namesOf(merged.data)).toEqual(['Shoes', 'Hats', 'Coats']);
  expect(merged.data?.models.pageInfo.hasNextPage).toBe(false);
  expect(takeRequests()).toEqual([]);
});

test('urql updates cached lists after a mutation', async () => {
  const started = await start();
  const { client, takeRequests } = started;
  const [id = ''] = await seedModels(started, ['Coats']);
  await client.query(PAGE, {});

  await client.mutation(RENAME, { input: { id, displayName: 'Winter coats' } });
  takeRequests();

  expect(namesOf((await client.query(PAGE, {})).data)).toEqual(['Winter coats']);
  expect(takeRequests()).toEqual([]);
});

test('urql uploads a file', async () => {
  const { client, upstream } = await start();
  const { globalId: modelId } = await seedModel(upstream, 'Coats');
  const file = new File([await smallImage({ width: 12 })], 'coat.png');

  const { data, error } = await client.mutation(UPLOAD, { input: { modelId, file } });

  expect(error).toBeUndefined();
  expect(data?.uploadDataItem.dataItem.image).toMatchObject({ width: 12, contentType: 'image/png' });
});

test.each([
  ['over graphql-ws', (started: Awaited<ReturnType<typeof start>>) => started.client],
  [
    'over server-sent events',
    ({ uri }: Awaited<ReturnType<typeof start>>) =>
      new Client({ url: uri, preferGetMethod: false, fetchSubscriptions: true, exchanges: [fetchExchange] }),
  ],
])('urql receives all updates of a training %s', async (_, clientOf) => {
  const started = await start();
  const { clock, gateway } = started;
  const id = await seedRunningTraining(started);
  const seen: (string | undefined)[] = [];

  const subscription = clientOf(started)
    .subscription(WATCH, { id })
    .subscribe(({ data, error }) => void seen.push(error?.message ?? data?.trainingUpdated.status));
  onTestFinished(() => subscription.unsubscribe());
  await until(() => seen.length === 1);
  await clock.advance(FAST_TRAINING * 2);
  await until(() => seen.at(-1) === 'COMPLETED');

  expect(seen[0]).toBe('QUEUED');
  await until(() => gateway.watchedJobs === 0);
});

test('urql reports the code of an error', async () => {
  const { client } = await start();

  const { error } = await client.query(gql`query UrqlBroken { models(first: 1000) { edges { node { id } } } }`, {});

  expect(error?.graphQLErrors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});
