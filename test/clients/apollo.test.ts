import { ApolloClient, ApolloLink, gql, InMemoryCache, type TypedDocumentNode } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { OperationTypeNode } from 'graphql';
import { filter, firstValueFrom } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { FAST_TRAINING, seedModels, seedRunningTraining, startForClients } from './support.ts';

interface Page {
  models: {
    edges: { node: { id: string; displayName: string } }[];
    pageInfo: { endCursor: string; hasNextPage: boolean };
  };
}

const PAGE: TypedDocumentNode<Page, { after?: string }> = gql`
  query ApolloPage($after: String) {
    models(first: 2, after: $after) {
      edges { node { id displayName } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;

const RENAME: TypedDocumentNode<unknown, { input: { id: string; displayName: string } }> = gql`
  mutation ApolloRename($input: RenameModelInput!) {
    renameModel(input: $input) { ... on RenameModelSuccess { model { id displayName } } }
  }
`;

interface Uploaded {
  uploadDataItem: { dataItem: { image: { width: number; contentType: string } } };
}

const UPLOAD: TypedDocumentNode<Uploaded, { input: { modelId: string; file: File } }> = gql`
  mutation ApolloUpload($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) { ... on UploadDataItemSuccess { dataItem { id image { width contentType } } } }
  }
`;

const WATCH: TypedDocumentNode<{ trainingUpdated: { status: string } }, { id: string }> = gql`
  subscription ApolloWatch($id: ID!) { trainingUpdated(id: $id) { id status } }
`;

async function start() {
  const started = await startForClients();
  const client = new ApolloClient({
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { models: relayStylePagination() } } } }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(started.sockets),
      new UploadHttpLink({ uri: started.uri }),
    ),
  });
  onTestFinished(() => client.stop());
  return { ...started, client };
}

const namesOf = ({ models }: Page) => models.edges.map(({ node }) => node.displayName);

test('Apollo Client pages through models, and its cache merges the pages', async () => {
  const started = await start();
  const { client, takeRequests } = started;
  await seedModels(started, ['Coats', 'Hats', 'Shoes']);
  const query = client.watchQuery({ query: PAGE });
  const subscription = query.subscribe(() => {});
  onTestFinished(() => subscription.unsubscribe());

  const { data } = await firstValueFrom(query.pipe(filter(({ dataState }) => dataState === 'complete')));
  await query.fetchMore({ variables: { after: data?.models?.pageInfo?.endCursor ?? '' } });
  takeRequests();

  const merged = await client.query({ query: PAGE });
  expect(merged.data && namesOf(merged.data)).toEqual(['Shoes', 'Hats', 'Coats']);
  expect(merged.data?.models.pageInfo.hasNextPage).toBe(false);
  expect(takeRequests()).toEqual([]);
});

test('Apollo Client updates cached lists after a mutation', async () => {
  const started = await start();
  const { client } = started;
  const [id = ''] = await seedModels(started, ['Coats']);
  await client.query({ query: PAGE });

  await client.mutate({ mutation: RENAME, variables: { input: { id, displayName: 'Winter coats' } } });

  const page = client.readQuery({ query: PAGE });
  expect(page && namesOf(page)).toEqual(['Winter coats']);
});

test('Apollo Client uploads a file with apollo-upload-client', async () => {
  const { client, upstream } = await start();
  const { globalId: modelId } = await seedModel(upstream, 'Coats');
  const file = new File([await smallImage({ width: 12 })], 'coat.png');

  const { data } = await client.mutate({ mutation: UPLOAD, variables: { input: { modelId, file } } });

  expect(data?.uploadDataItem.dataItem.image).toMatchObject({ width: 12, contentType: 'image/png' });
});

test('Apollo Client receives all updates of a training over graphql-ws', async () => {
  const started = await start();
  const { client, clock, gateway } = started;
  const id = await seedRunningTraining(started);
  const seen: (string | undefined)[] = [];

  const completed = new Promise<void>((complete, error) => {
    const next = ({ data }: { data?: { trainingUpdated: { status: string } } | null | undefined }) =>
      void seen.push(data?.trainingUpdated.status);
    client.subscribe({ query: WATCH, variables: { id } }).subscribe({ next, complete, error });
  });
  await until(() => seen.length === 1);
  await clock.advance(FAST_TRAINING * 2);
  await completed;

  expect([seen.at(0), seen.at(-1)]).toEqual(['QUEUED', 'COMPLETED']);
  expect(gateway.watchedJobs).toBe(0);
});

test('Apollo Client reports the code of an error', async () => {
  const { client } = await start();

  const request = client.query({ query: gql`query ApolloBroken { models(first: 1000) { nodes { id } } }` });

  await expect(request).rejects.toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});
