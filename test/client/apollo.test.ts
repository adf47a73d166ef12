import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { filter, firstValueFrom } from 'rxjs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { parseDocument, possibleTypes, typePolicies } from '../../src/client/apollo.ts';
import { getModel, listModels } from '../../src/client/index.ts';
import { FAST_TRAINING, seedModels, seedRunningTraining, startForClients } from '../clients/support.ts';
import { settle, until } from '../support/clock.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

/** Starts a client that counts the queries it sends. */
async function start(policies = typePolicies) {
  const started = await startForClients();
  const sent: (string | undefined)[] = [];
  const count = new ApolloLink((operation, forward) => {
    if (operation.operationType === OperationTypeNode.QUERY) sent.push(operation.operationName);
    return forward(operation);
  });
  const client = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes, typePolicies: policies }),
    link: ApolloLink.from([
      count,
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(started.sockets),
        new HttpLink({ uri: started.uri }),
      ),
    ]),
  });
  onTestFinished(() => client.stop());
  return { ...started, client, sent };
}

type Started = Awaited<ReturnType<typeof start>>;

const DETAILS = gql`
  query Details($id: ID!) {
    training(id: $id) { id status strength progress { fraction isEstimated estimatedCompletionAt } model { displayName } }
  }
`;
const EVENTS = gql`
  subscription Events($id: ID!) { trainingUpdated(id: $id) { id status progress { fraction } } }
`;
const OTHER_EVENTS = gql`
  subscription OtherEvents($ids: [ID!]!) {
    jobsUpdated(ids: $ids) { id ... on Job { status progress { isEstimated } } ... on Prediction { images { url } models { scale } } }
  }
`;

/** Shows a query and watches a training to its end. Returns the last state that was shown. */
async function watchShown({ client, clock }: Started, id: string, subscription = EVENTS) {
  const shown: unknown[] = [];
  const query = client.watchQuery({ query: DETAILS, variables: { id } });
  const showing = query
    .pipe(filter(({ dataState }) => dataState === 'complete'))
    .subscribe(({ data }) => shown.push(data));
  onTestFinished(() => showing.unsubscribe());
  await until(() => shown.length === 1);
  let events = 0;
  const isOver = new Promise<void>((complete, error) => {
    client.subscribe({ query: subscription, variables: { id, ids: [id] } }).subscribe({
      next: () => void events++,
      complete,
      error,
    });
  });
  await until(() => events === 1);
  for (let second = 0; second < FAST_TRAINING * 2; second += 2_000) await clock.advance(2_000);
  await isOver;
  await settle();
  return { events, last: shown.at(-1) };
}

test.each([
  ['trainingUpdated', EVENTS],
  ['jobsUpdated', OTHER_EVENTS],
])('events of %s that select other fields than a query update it, and cause no query', async (_, subscription) => {
  const started = await start();
  const id = await seedRunningTraining(started);

  const { events, last } = await watchShown(started, id, subscription);

  expect(events).toBeGreaterThan(2);
  expect(started.sent).toEqual(['Details']);
  expect(last).toMatchObject({ training: { status: 'COMPLETED', progress: { isEstimated: false } } });
});

test('without the policies, each event causes a query', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => {
    warn.mockRestore();
    error.mockRestore();
  });
  const started = await start({});
  const id = await seedRunningTraining(started);

  const { events } = await watchShown(started, id);

  expect(started.sent.length).toBeGreaterThan(events / 2);
});

test('an event keeps the other fields of images and models in the cache', async () => {
  const started = await start();
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [modelId]) });
  await started.clock.advance(60_000);
  const query = gql`query Images($id: ID!) {
    prediction(id: $id) { id images { url small: url(width: 64) } models { modelId model { displayName } } }
  }`;
  await started.client.query({ query, variables: { id } });

  await firstValueFrom(started.client.subscribe({ query: OTHER_EVENTS, variables: { ids: [id] } }));
  await started.client.query({ query, variables: { id } });

  expect(started.sent).toEqual(['Images']);
});

test('pages are joined, whether queries select nodes or edges', async () => {
  const started = await start();
  const { client, sent } = started;
  await seedModels(started, ['Coats', 'Hats', 'Shoes']);
  const byNodes = parseDocument(listModels);
  const byEdges = gql`query Edges($after: String) {
    models(first: 2, after: $after) { edges { node { id displayName } } pageInfo { endCursor } }
  }`;

  const { data } = await client.query({ query: byNodes, variables: { first: 2 } });
  await client.query({ query: byEdges });
  const after = data?.models.pageInfo.endCursor ?? '';
  const fetchPolicy = 'network-only';
  await client.query({ query: byNodes, variables: { first: 2, after }, fetchPolicy });
  await client.query({ query: byEdges, variables: { after }, fetchPolicy });
  sent.length = 0;

  const nodes = client.readQuery({ query: byNodes, variables: { first: 2 } });
  expect(nodes?.models.nodes.map((model) => model?.displayName)).toEqual(['Shoes', 'Hats', 'Coats']);
  expect(nodes?.models.pageInfo.hasNextPage).toBe(false);
  expect(client.readQuery<{ models: { edges: unknown[] } }>({ query: byEdges })?.models.edges).toHaveLength(3);
  // Another page size is another list.
  expect(client.readQuery({ query: byNodes, variables: { first: 1 } })).toBeNull();
});

test('an object that a list has brought is found by its id', async () => {
  const started = await start();
  const [id = ''] = await seedModels(started, ['Coats']);
  await started.client.query({ query: parseDocument(listModels) });

  const query = gql`query Name($id: ID!) { model(id: $id) { id displayName } }`;
  const { data } = await started.client.query({ query, variables: { id } });
  await started.client.query({ query: parseDocument(getModel), variables: { id } });

  expect(data).toMatchObject({ model: { displayName: 'Coats' } });
  // The trigger word was in no list.
  expect(started.sent).toEqual(['listModels', 'getModel']);
});
