import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { translateIds } from '../../schema/translate-ids.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { createPrediction, startTraining } from '../support/operations.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const everything = graphql(`
  query UpstreamIds($model: ID!, $training: ID!, $prediction: ID!) {
    model(id: $model) { upstreamId dataItems { nodes { upstreamId } } trainings { nodes { id upstreamId } } }
    node(id: $training) { ... on Job { upstreamId } }
    prediction(id: $prediction) { upstreamId }
  }
`);
const lookups = graphql(`
  query ByUpstreamIds($model: String!, $training: String!, $prediction: String!) {
    modelByUpstreamId(id: $model) { id displayName }
    trainingByUpstreamId(modelId: $model, id: $training) { id status }
    predictionByUpstreamId(id: $prediction) { id status }
  }
`);

async function start() {
  const started = startGateway();
  const { id: model, trainings, dataItems } = await seedModel(started.upstream, 'Dresses', { trainings: 1 });
  const [training = '', item = ''] = [...trainings, ...dataItems];
  const prediction = await seedPrediction(started.upstream, [model]);
  started.takeRequests();
  const ids = {
    model: globalId({ kind: 'Model', id: model }),
    training: globalId({ kind: 'Training', modelId: model, id: training }),
    prediction: globalId({ kind: 'Prediction', id: prediction }),
  };
  return { ...started, upstreamIds: { model, training, prediction }, item, ids };
}

test('every node has its upstream id', async () => {
  const { query, upstreamIds, item, ids } = await start();

  const { data } = await query(everything, ids);

  expect(data).toEqual({
    model: {
      upstreamId: upstreamIds.model,
      dataItems: { nodes: [{ upstreamId: item }] },
      trainings: { nodes: [{ id: ids.training, upstreamId: upstreamIds.training }] },
    },
    node: { upstreamId: upstreamIds.training },
    prediction: { upstreamId: upstreamIds.prediction },
  });
});

test('objects are found by their upstream ids, and share reads with lookups by global ids', async () => {
  const { query, upstreamIds, ids, takeRequests } = await start();

  const { data } = await query(lookups, upstreamIds);
  const requests = takeRequests();
  const both = `{ modelByUpstreamId(id: "${upstreamIds.model}") { id } model(id: "${ids.model}") { id } }`;
  await query(both);

  expect(data).toEqual({
    modelByUpstreamId: { id: ids.model, displayName: 'Dresses' },
    trainingByUpstreamId: { id: ids.training, status: 'QUEUED' },
    predictionByUpstreamId: { id: ids.prediction, status: 'QUEUED' },
  });
  expect(requests.toSorted()).toEqual(['getModel', 'getPrediction', 'getTraining']);
  expect(takeRequests()).toEqual(['getModel']);
});

test('an object that does not exist is null, without an error', async () => {
  const { query, upstreamIds } = await start();

  const { data, errors } = await query(lookups, { model: upstreamIds.model, training: 'none', prediction: 'none' });

  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ trainingByUpstreamId: null, predictionByUpstreamId: null });
});

test.each([
  ['../models', 'modelByUpstreamId(id: "../models")', /`id` must be the upstream id of a Model: 1 to 128 letters/],
  ['TW9kZWw6YWJj', 'modelByUpstreamId(id: "TW9kZWw6YWJj")', /`id` .* but is the global id of a Model/],
  ['a model id', 'trainingByUpstreamId(modelId: "a b", id: "c")', /`modelId` must be the upstream id of a Model/],
  ['é', 'predictionByUpstreamId(id: "é")', /`id` must be the upstream id of a Prediction/],
])('a text that is no upstream id is not sent, and a hint explains why: %s', async (_, field, hint) => {
  const { fetch, takeRequests } = await start();

  const response = await fetch(`/graphql?query=${encodeURIComponent(`{ ${field} { id } }`)}`);
  const { data, extensions } = (await response.json()) as { data: object; extensions: { hints: string[] } };

  expect(Object.values(data)).toEqual([null]);
  expect(extensions.hints).toEqual([expect.stringMatching(hint)]);
  expect(takeRequests()).toEqual([]);
});

describe('a message of the upstream', () => {
  test('names a missing model by its global id', async () => {
    const { query, upstreamIds, ids } = await start();
    const gone = globalId({ kind: 'Model', id: 'gone1' });

    const created = await query(createPrediction, {
      input: { prompt: 'a dress', models: [ids.model, gone].map((id) => ({ id, scale: 1 })) },
    });
    const started = await query(startTraining, { input: { modelId: gone, strength: 1 } });

    for (const result of [created.data?.createPrediction, started.data?.startTraining]) {
      expect(result).toEqual({ __typename: 'NotFoundError', message: expect.stringContaining(`"${gone}"`) });
      expect(JSON.stringify(result)).not.toMatch(new RegExp(`gone1|${upstreamIds.model}`));
    }
  });

  const path = { modelId: 'm1', trainingId: 't1' };
  const [m1, t1] = [globalId({ kind: 'Model', id: 'm1' }), globalId({ kind: 'Training', modelId: 'm1', id: 't1' })];

  test.each([
    ['There is no training t1.', `There is no training ${t1}.`],
    ['m1/t1: not found', `${m1}/${t1}: not found`],
    [`no "m1" or 't1' or \`m1\``, `no "${m1}" or '${t1}' or \`${m1}\``],
    ['m12 t1x xm1 m1-2', 'm12 t1x xm1 m1-2'],
    ['', ''],
  ])('has global ids in place of upstream ids: %s', (message, translated) => {
    expect(translateIds(message, { path })).toBe(translated);
  });

  test('keeps words that an id equals, except in quotes', () => {
    const id = globalId({ kind: 'Prediction', id: 'no' });

    expect(translateIds('There is no prediction "no".', { path: { predictionId: 'no' } })).toBe(
      `There is no prediction "${id}".`,
    );
  });

  test('has global ids of data items and of the models in a body', () => {
    const item = globalId({ kind: 'DataItem', modelId: 'm1', id: 'd1' });

    expect(translateIds('d1', { path: { modelId: 'm1', dataId: 'd1' } })).toBe(item);
    expect(translateIds('m1 m2', { path: {}, json: { scaleConfigs: { m1: 1 } } })).toBe(`${m1} m2`);
  });
});
