import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const predictionsWithModels = graphql(`
  query PredictionsWithModels {
    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }
  }
`);

const modelsWithTrainings = graphql(`
  query ModelsWithTrainings {
    models(first: 20) {
      nodes {
        displayName
        triggerWord
        latestTraining { id }
        trainings(first: 5) { nodes { id status model { displayName } } }
      }
    }
  }
`);

const sameModel = graphql(`
  query SameModel($id: ID!) {
    model(id: $id) { displayName }
    again: model(id: $id) { id displayName }
    node(id: $id) { ... on Model { displayName } }
    nodes(ids: [$id, $id]) { ... on Model { displayName } }
  }
`);

test('twenty predictions of three models cost one list and one read per model', async () => {
  const { query, upstream, takeRequests } = startGateway();
  const models = await Promise.all(['Dresses', 'Shoes', 'Hats'].map((name) => seedModel(upstream, name)));
  for (let index = 0; index < 20; index++) {
    const { [index % 3]: model } = models;
    await seedPrediction(upstream, [model?.id ?? '']);
  }
  takeRequests();

  const { data } = await query(predictionsWithModels);

  expect(data?.predictions.nodes).toHaveLength(20);
  expect(new Set(data?.predictions.nodes.map((node) => node?.models?.[0]?.model?.displayName))).toEqual(
    new Set(['Dresses', 'Shoes', 'Hats']),
  );
  expect(takeRequests().sort()).toEqual(['getModel', 'getModel', 'getModel', 'listPredictions']);
});

test('a page of models with their trainings costs one read and one per model, none twice', async () => {
  const { query, upstream, takeRequests } = startGateway();
  for (let index = 0; index < 5; index++) await seedModel(upstream, `Model ${index}`, { trainings: 2 });
  takeRequests();

  const { data, errors } = await query(modelsWithTrainings);

  expect(errors).toBeUndefined();
  expect(data?.models.nodes.map((node) => node?.trainings.nodes.length)).toEqual([2, 2, 2, 2, 2]);
  expect(takeRequests().sort()).toEqual(['listModels', ...Array(5).fill('listTrainings')]);
});

test('model, node, nodes and aliases that select the same object cost one read', async () => {
  const { query, upstream, takeRequests } = startGateway();
  const { globalId } = await seedModel(upstream, 'Dresses');
  takeRequests();

  const { data } = await query(sameModel, { id: globalId });

  expect(data).toEqual({
    model: { displayName: 'Dresses' },
    again: { id: globalId, displayName: 'Dresses' },
    node: { displayName: 'Dresses' },
    nodes: [{ displayName: 'Dresses' }, { displayName: 'Dresses' }],
  });
  expect(takeRequests()).toEqual(['getModel']);
});

test('list items that contain only an id are completed by one read per id', async () => {
  const { query, upstream, takeRequests } = startGateway({ sandbox: { listDetail: 'ids' } });
  for (let index = 0; index < 3; index++) await seedModel(upstream, `Model ${index}`, { trainings: 1 });
  takeRequests();

  const { data, errors } = await query(modelsWithTrainings);

  expect(errors).toBeUndefined();
  expect(data?.models.nodes.map((node) => node?.displayName).sort()).toEqual(['Model 0', 'Model 1', 'Model 2']);
  expect(takeRequests().sort()).toEqual([
    ...Array(3).fill('getModel'),
    ...Array(3).fill('getTraining'),
    'listModels',
    ...Array(3).fill('listTrainings'),
  ]);
});

test('a read by id does not erase fields that a list returned', async () => {
  const document = graphql(`
    query ListAndRead($id: ID!) {
      models { nodes { customModelType } }
      model(id: $id) { displayName }
      prediction(id: "") { id }
    }
  `);
  const { query, upstream } = startGateway();
  const { globalId } = await seedModel(upstream, 'Dresses');

  const { data } = await query(document, { id: globalId });

  expect(data?.models.nodes).toEqual([{ customModelType: 'Custom' }]);
});

test('two sequential operations do not share reads', async () => {
  const { query, upstream, takeRequests } = startGateway();
  const { globalId } = await seedModel(upstream, 'Dresses');
  takeRequests();

  await query(sameModel, { id: globalId });
  await query(sameModel, { id: globalId });

  expect(takeRequests()).toEqual(['getModel', 'getModel']);
});
