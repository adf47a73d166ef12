import { type AnyVariables, Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { expect, onTestFinished, test, vi } from 'vitest';
import { globalId, readGlobalId } from '../../schema/ids.ts';
import * as documents from '../../src/client/index.ts';
import { type GraphcacheOptions, graphcache } from '../../src/client/urql.ts';
import { FAST_TRAINING, seedModels, seedRunningTraining, startForClients } from '../clients/support.ts';
import { settle, until } from '../support/clock.ts';
import type { StartOptions } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

/** Starts a client that records the queries it sends, and the warnings of the cache. */
async function start(options: Partial<GraphcacheOptions> = graphcache, gateway?: StartOptions) {
  const started = await startForClients(gateway);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const sent: string[] = [];
  const client = new Client({
    url: started.uri,
    preferGetMethod: false,
    fetch: async (input, init) => {
      sent.push(JSON.parse(String(init?.body)).operationName);
      return await fetch(input, init);
    },
    exchanges: [
      cacheExchange(options),
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
  return { ...started, client, sent, warnings: () => warn.mock.calls.flat() };
}

const DETAILS = gql`
  query Details($id: ID!) {
    training(id: $id) { id status strength progress { fraction isEstimated } model { id displayName } }
  }
`;
const EVENTS = gql`
  subscription Events($ids: [ID!]!) {
    jobsUpdated(ids: $ids) { id ... on Job { status progress { fraction } } ... on Prediction { images { url } } }
  }
`;

test('events that select other fields than a query update it, and cause neither a query nor a warning', async () => {
  const started = await start();
  const { client, clock, sent, warnings } = started;
  const id = await seedRunningTraining(started);
  const shown: { training: { status: string } }[] = [];
  const showing = client.query(DETAILS, { id }).subscribe(({ data }) => void shown.push(data));
  await until(() => shown.length === 1);
  let events = 0;
  const watching = client.subscription(EVENTS, { ids: [id] }).subscribe(() => void events++);
  onTestFinished(() => {
    showing.unsubscribe();
    watching.unsubscribe();
  });

  await until(() => events === 1);
  for (let second = 0; second < FAST_TRAINING * 2; second += 2_000) await clock.advance(2_000);
  await until(() => shown.at(-1)?.training.status === 'COMPLETED');
  await settle();

  expect(events).toBeGreaterThan(2);
  expect(sent).toEqual(['Details']);
  expect(warnings()).toEqual([]);
});

test('no typed document of the library causes a warning', async () => {
  const { client, warnings, upstream, clock } = await start();
  const { id: modelId, globalId: model, trainings } = await seedModel(upstream, 'Dresses', { images: 1, trainings: 1 });
  const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) });
  const training = globalId({ kind: 'Training', modelId, id: trainings[0] ?? '' });
  await clock.advance(60_000);
  const { listModels, getModel, listDataItems, listTrainings, listPredictions, listActiveJobs } = documents;
  const reads: [string, AnyVariables][] = [
    [listModels, {}],
    [getModel, { id: model }],
    [listDataItems, { modelId: model }],
    [listTrainings, { modelId: model }],
    [listPredictions, {}],
    [listActiveJobs, {}],
    [documents.getTraining, { id: training }],
    [documents.getPrediction, { id }],
  ];
  for (const [document, variables] of reads) expect((await client.query(document, variables)).error).toBeUndefined();
  const writes: [string, object][] = [
    [documents.createModel, { displayName: 'Hats' }],
    [documents.renameModel, { id: model, displayName: '' }],
    [documents.createUploadTickets, { target: { newInModel: model } }],
    [documents.createWatchToken, { jobIds: [id] }],
    [documents.startTraining, { modelId: model, strength: 1 }],
    [documents.createPrediction, { models: [{ id: model, scale: 1 }], prompt: 'a dress' }],
    [documents.deletePrediction, { id }],
    [documents.deleteModel, { id: model }],
  ];
  for (const [document, input] of writes) expect((await client.mutation(document, { input })).error).toBeUndefined();

  expect(warnings()).toEqual([]);
});

test('without the configuration, the cache warns', async () => {
  const { client, warnings, upstream } = await start({});
  await seedModel(upstream, 'Dresses', { images: 1 });

  await client.query(gql`{ models { nodes { id dataItems { nodes { id image { url } } } } } }`, {});

  expect(warnings().length).toBeGreaterThan(0);
});

test('pages are joined, whether queries select nodes or edges', async () => {
  const started = await start();
  const { client, sent } = started;
  await seedModels(started, ['Coats', 'Hats', 'Shoes']);
  const byEdges = gql`query Edges($after: String) {
    models(first: 2, after: $after) { edges { node { id displayName } } pageInfo { endCursor } }
  }`;
  const edgesOf = async (variables: AnyVariables) => (await client.query(byEdges, variables)).data.models.edges;

  const first = await client.query(documents.listModels, { first: 2 });
  const after = first.data?.models.pageInfo.endCursor ?? '';
  const joined = await client.query(documents.listModels, { first: 2, after });
  expect(joined.data?.models.nodes.map((model) => model?.displayName)).toEqual(['Shoes', 'Hats', 'Coats']);
  expect(joined.data?.models.pageInfo.hasNextPage).toBe(false);

  expect(await edgesOf({})).toHaveLength(2);
  expect(await edgesOf({ after })).toHaveLength(3);
  expect(sent).toEqual(['listModels', 'listModels', 'Edges', 'Edges']);
  expect((await client.query(documents.listModels, { first: 2 })).data?.models.nodes).toHaveLength(3);
  expect(sent).toHaveLength(4);

  // Another page size is another list.
  const single = await client.query(documents.listModels, { first: 1 });
  expect(single.data?.models.nodes).toHaveLength(1);
});

test('an object that a list has brought is found by its id', async () => {
  const started = await start();
  const [id = ''] = await seedModels(started, ['Coats']);
  await started.client.query(documents.listModels, {});

  const { data } = await started.client.query(gql`query Name($id: ID!) { model(id: $id) { id displayName } }`, { id });

  expect(data).toMatchObject({ model: { displayName: 'Coats' } });
  expect(started.sent).toEqual(['listModels']);
});

test('a list is read again after a mutation that adds to it or deletes from it', async () => {
  const started = await start();
  const { client } = started;
  const [id = ''] = await seedModels(started, ['Coats']);
  const namesOf = async () =>
    (await client.query(documents.listModels, {})).data?.models.nodes.map((model) => model?.displayName);
  expect(await namesOf()).toEqual(['Coats']);
  await started.clock.advance(1_000);

  await client.mutation(documents.createModel, { input: { displayName: 'Hats' } });
  expect(await namesOf()).toEqual(['Hats', 'Coats']);

  await client.mutation(documents.deleteModel, { input: { id } });
  expect(await namesOf()).toEqual(['Hats']);

  await client.mutation(documents.deleteModel, { input: { id } });
  expect(started.sent.filter((name) => name === 'listModels')).toHaveLength(3);
});

test('an object that is deleted disappears from joined pages, on whichever page it is, also with many others', async () => {
  const started = await start();
  const { client } = started;
  const ids = await seedModels(started, ['A', 'B', 'C', 'D', 'E', 'F']);
  const namesAfter = async (after?: string) =>
    (await client.query(documents.listModels, { first: 2, after })).data?.models.nodes.map(
      (model) => model?.displayName,
    );
  const cursors: string[] = [];
  for (let page = 0; page < 3; page++) {
    const { data } = await client.query(documents.listModels, { first: 2, after: cursors.at(-1) });
    cursors.push(data?.models.pageInfo.endCursor ?? '');
  }
  expect(await namesAfter(cursors[1])).toEqual(['F', 'E', 'D', 'C', 'B', 'A']);

  await client.mutation(documents.deleteModel, { input: { id: ids[5] ?? '' } });
  expect(await namesAfter(cursors[1])).toEqual(['E', 'D', 'C', 'B', 'A']);

  const deleteModels = gql`mutation Delete($input: DeleteModelsInput!) {
    deleteModels(input: $input) { ... on DeleteModelsSuccess { outcomes { deletedId } } }
  }`;
  await client.mutation(deleteModels, { input: { ids: [ids[4], ids[2]] } });
  expect(await namesAfter(cursors[1])).toEqual(['D', 'B', 'A']);
});

test.each([
  'outcomes { deletedId }',
  'outcomes { error { message } }',
  'outcomes { id deletedId error { __typename } }',
])('an object whose deletion fails stays on the joined pages (%s)', async (selection) => {
  let failing = '';
  const started = await start(graphcache, {
    transport: async (request, upstream) =>
      request.method === 'DELETE' && request.url.endsWith(`/${failing}`)
        ? new Response(null, { status: 403 })
        : await upstream(request),
  });
  const { client } = started;
  const ids = await seedModels(started, ['A', 'B', 'C', 'D']);
  const [a = '', b = '', , d = ''] = ids;
  failing = readGlobalId(d)?.id ?? '';
  const lastPage = async () => {
    const { data } = await client.query(documents.listModels, {
      first: 2,
      after: first.data?.models.pageInfo.endCursor,
    });
    return data?.models.nodes.map((model) => model?.displayName);
  };
  const first = await client.query(documents.listModels, { first: 2 });
  expect(await lastPage()).toEqual(['D', 'C', 'B', 'A']);

  const deleteModels = gql`mutation Delete($input: DeleteModelsInput!) {
    deleteModels(input: $input) { ... on DeleteModelsSuccess { ${selection} } }
  }`;
  await client.mutation(deleteModels, { input: { ids: [d, b] } });
  expect(await lastPage()).toEqual(['D', 'C', 'A']);

  // An object that does not exist any more disappears, too.
  await started.upstream(`/models/${readGlobalId(a)?.id}`, { method: 'DELETE' });
  await client.mutation(deleteModels, { input: { ids: [d, a] } });
  expect(await lastPage()).toEqual(selection.includes('error') ? ['D', 'C'] : ['D', 'C', 'A']);
});
