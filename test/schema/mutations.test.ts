import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { createModel, createPrediction, startTraining } from '../support/operations.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';

const renameModel = graphql(`
  mutation RenameModel($input: RenameModelInput!) {
    renameModel(input: $input) {
      __typename
      ... on RenameModelSuccess { model { id displayName customModelType } }
      ... on NotFoundError { id message }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);
const deleteModel = graphql(`
  mutation DeleteModel($input: DeleteModelInput!) {
    deleteModel(input: $input) { __typename ... on DeleteModelSuccess { deletedId } ... on NotFoundError { id } }
  }
`);
const cancelTraining = graphql(`
  mutation CancelTraining($input: CancelTrainingInput!) {
    cancelTraining(input: $input) {
      __typename
      ... on CancelTrainingSuccess { training { id status } }
      ... on Error { message }
      ... on NotFoundError { id }
    }
  }
`);
const deleteTraining = graphql(`
  mutation DeleteTraining($input: DeleteTrainingInput!) {
    deleteTraining(input: $input) { __typename ... on DeleteTrainingSuccess { deletedId } ... on NotFoundError { id } }
  }
`);
const deletePrediction = graphql(`
  mutation DeletePrediction($input: DeletePredictionInput!) {
    deletePrediction(input: $input) { __typename ... on DeletePredictionSuccess { deletedId } ... on NotFoundError { id } }
  }
`);
const deleteDataItem = graphql(`
  mutation DeleteDataItem($input: DeleteDataItemInput!) {
    deleteDataItem(input: $input) { __typename ... on DeleteDataItemSuccess { deletedId } ... on NotFoundError { id } }
  }
`);
const exists = graphql(`query Exists($id: ID!) { node(id: $id) { __typename id } }`);

const nowhere = globalId({ kind: 'Model', id: 'nowhere' });

describe('mutations of models', () => {
  test('a model is created, renamed and deleted', async () => {
    const { query } = startGateway();

    const created = await query(createModel, { input: { displayName: 'Dresses' } });
    expect(created.data?.createModel).toEqual({
      __typename: 'CreateModelSuccess',
      model: { id: expect.any(String), displayName: 'Dresses', customModelType: null },
    });
    const id = created.data?.createModel.__typename === 'CreateModelSuccess' ? created.data.createModel.model.id : '';

    const renamed = await query(renameModel, { input: { id, displayName: 'Summer dresses' } });
    expect(renamed.data?.renameModel).toMatchObject({ model: { id, displayName: 'Summer dresses' } });

    const deleted = await query(deleteModel, { input: { id } });
    expect(deleted.data?.deleteModel).toEqual({ __typename: 'DeleteModelSuccess', deletedId: id });
    expect((await query(exists, { id })).data?.node).toBeNull();
  });

  test('the upstream request uses the field names of the contract, without omitted fields', async () => {
    const bodies: unknown[] = [];
    const { query } = startGateway({
      transport: async (request, upstream) => {
        if (request.method !== 'GET') bodies.push(await request.clone().json());
        return upstream(request);
      },
    });

    const { data } = await query(createModel, { input: { displayName: 'Dresses', customModelType: null } });
    const id = data?.createModel.__typename === 'CreateModelSuccess' ? data.createModel.model.id : '';
    await query(renameModel, { input: { id, displayName: 'Shoes' } });

    expect(bodies).toEqual([{ displayName: 'Dresses' }, { updatedDisplayName: 'Shoes' }]);
  });
});

describe('invalid and unknown ids', () => {
  const foreign = globalId({ kind: 'Prediction', id: 'abc' });

  test.each([
    ['of another type', foreign],
    ['that is not a global id', 'nonsense'],
    ['that contains a path', globalId({ kind: 'Model', id: '..' })],
    ['that is empty', ''],
  ])('an id %s is a NotFoundError, and nothing is sent', async (_, id) => {
    const { query, takeRequests } = startGateway();

    const { data } = await query(renameModel, { input: { id, displayName: 'x' } });

    expect(data?.renameModel).toMatchObject({ __typename: 'NotFoundError', id });
    expect(takeRequests()).toEqual([]);
  });

  test('an id unknown to the upstream is a NotFoundError', async () => {
    const { query } = startGateway();
    const training = globalId({ kind: 'Training', modelId: 'nowhere', id: 'nothing' });
    const prediction = globalId({ kind: 'Prediction', id: 'nothing' });
    const dataItem = globalId({ kind: 'DataItem', modelId: 'nowhere', id: 'nothing' });

    expect((await query(renameModel, { input: { id: nowhere, displayName: 'x' } })).data?.renameModel).toMatchObject({
      __typename: 'NotFoundError',
      id: nowhere,
    });
    expect((await query(deleteModel, { input: { id: nowhere } })).data?.deleteModel).toEqual({
      __typename: 'NotFoundError',
      id: nowhere,
    });
    expect((await query(cancelTraining, { input: { id: training } })).data?.cancelTraining).toMatchObject({
      __typename: 'NotFoundError',
      id: training,
    });
    expect((await query(deleteTraining, { input: { id: training } })).data?.deleteTraining).toEqual({
      __typename: 'NotFoundError',
      id: training,
    });
    expect((await query(deletePrediction, { input: { id: prediction } })).data?.deletePrediction).toEqual({
      __typename: 'NotFoundError',
      id: prediction,
    });
    expect((await query(deleteDataItem, { input: { id: dataItem } })).data?.deleteDataItem).toEqual({
      __typename: 'NotFoundError',
      id: dataItem,
    });
    expect(
      (await query(startTraining, { input: { modelId: nowhere, strength: 5 } })).data?.startTraining.__typename,
    ).toBe('NotFoundError');
    expect(
      (await query(createPrediction, { input: { models: [{ id: nowhere, scale: 1 }], prompt: 'x' } })).data
        ?.createPrediction.__typename,
    ).toBe('NotFoundError');
  });

  test('a lookup by an invalid id returns null, and nothing is sent', async () => {
    const { query, takeRequests } = startGateway();
    const document = graphql(`
      query Lookups($model: ID!, $training: ID!, $prediction: ID!, $any: ID!) {
        model(id: $model) { id }
        training(id: $training) { id }
        prediction(id: $prediction) { id }
        node(id: $any) { id }
        nodes(ids: [$any, $any]) { id }
      }
    `);

    const { data, errors } = await query(document, {
      model: foreign,
      training: 'x',
      prediction: nowhere,
      any: globalId({ kind: 'Model', id: '..' }),
    });

    expect(errors).toBeUndefined();
    expect(data).toEqual({ model: null, training: null, prediction: null, node: null, nodes: [null, null] });
    expect(takeRequests()).toEqual([]);
  });
});

describe('mutations of trainings', () => {
  test('a training is started with the settings of the input', async () => {
    const bodies: unknown[] = [];
    const { query, upstream } = startGateway({
      transport: async (request, upstreamOf) => {
        if (request.method === 'POST') bodies.push(await request.clone().json());
        return upstreamOf(request);
      },
    });
    const { globalId: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });

    const plain = await query(startTraining, { input: { modelId, strength: 0 } });
    const fast = await query(startTraining, { input: { modelId, strength: 10, mode: { fast: { isStyle: true } } } });
    const slow = await query(startTraining, {
      input: { modelId, strength: 7, mode: { highQuality: { style: 'BALANCED' } } },
    });

    expect(bodies).toEqual([
      { trainingStrength: 0 },
      { trainingStrength: 10, trainingSpeed: 'fast', isStyle: true },
      { trainingStrength: 7, trainingSpeed: 'high_quality', trainingStyle: 'balanced' },
    ]);
    expect(plain.data?.startTraining).toMatchObject({
      training: { status: 'QUEUED', strength: 0, mode: { __typename: 'HighQualityTraining' } },
    });
    expect(fast.data?.startTraining).toMatchObject({
      training: { strength: 10, mode: { __typename: 'FastTraining', isStyle: true } },
    });
    expect(slow.data?.startTraining).toMatchObject({
      training: { mode: { __typename: 'HighQualityTraining', style: 'BALANCED' } },
    });
  });

  test.each([-1, 11])(
    'a strength of %i is an InvalidInputError with its path, and nothing is sent',
    async (strength) => {
      const { query, takeRequests } = startGateway();

      const { data } = await query(startTraining, { input: { modelId: nowhere, strength } });

      expect(data?.startTraining).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: ['input', 'strength'], message: 'Expected a strength from 0 to 10.' }],
      });
      expect(takeRequests()).toEqual([]);
    },
  );

  test.each([{}, { fast: {}, highQuality: {} }])('a training requires exactly one mode, not %j', async (mode) => {
    const { query } = startGateway();

    const { errors } = await query(startTraining, { input: { modelId: nowhere, strength: 5, mode } as never });

    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
  });

  test('a training of a model without images is a ConflictError with the upstream’s message', async () => {
    const { query, upstream } = startGateway();
    const { globalId: modelId } = await seedModel(upstream, 'Empty');

    const { data } = await query(startTraining, { input: { modelId, strength: 5 } });

    expect(data?.startTraining).toEqual({
      __typename: 'ConflictError',
      message: expect.stringMatching(/image|data item/i),
    });
  });

  test('a running training can be canceled, a finished one cannot', async () => {
    const { query, upstream, clock } = startGateway();
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const running = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
    const finished = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });

    expect((await query(cancelTraining, { input: { id: running } })).data?.cancelTraining).toEqual({
      __typename: 'CancelTrainingSuccess',
      training: { id: running, status: 'CANCELED' },
    });
    await clock.advance(60_000);
    expect((await query(cancelTraining, { input: { id: finished } })).data?.cancelTraining).toMatchObject({
      __typename: 'ConflictError',
    });
  });

  test('the id of a new training is returned even if reading its status fails', async () => {
    const { query, upstream } = startGateway({
      transport: async (request, upstreamOf) =>
        request.method === 'GET' ? new Response(null, { status: 503 }) : upstreamOf(request),
    });
    const { globalId: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });

    const { data } = await query(startTraining, { input: { modelId, strength: 5 } });

    expect(data?.startTraining).toMatchObject({ training: { id: expect.any(String), status: 'UNKNOWN', strength: 5 } });
  });
});

describe('mutations of predictions', () => {
  test('the upstream request of a prediction uses the field names of the contract', async () => {
    const bodies: unknown[] = [];
    const { query, upstream } = startGateway({
      transport: async (request, upstreamOf) => {
        if (request.method === 'POST') bodies.push(await request.clone().json());
        return upstreamOf(request);
      },
    });
    const { id, globalId: model } = await seedModel(upstream, 'Dresses');

    const { data } = await query(createPrediction, {
      input: {
        models: [{ id: model, scale: 0.8 }],
        prompt: 'a dress',
        seed: 9_007_199_254_740_991,
        size: { width: 512, height: 1536 },
        imageCount: 4,
        guidanceScale: 7.5,
        inferenceSteps: 50,
      },
    });

    expect(bodies).toEqual([
      {
        scaleConfigs: { [id]: 0.8 },
        prompt: 'a dress',
        seed: 9_007_199_254_740_991,
        image_size: { width: 512, height: 1536 },
        num_images: 4,
        guidance_scale: 7.5,
        num_inference_steps: 50,
      },
    ]);
    expect(data?.createPrediction).toMatchObject({
      prediction: {
        status: 'QUEUED',
        prompt: 'a dress',
        settings: { imageCount: 4, size: { width: 512, height: 1536 } },
      },
    });
  });

  test('all invalid values of an input are reported together, each with its path, and nothing is sent', async () => {
    const { query, takeRequests } = startGateway();

    const { data } = await query(createPrediction, {
      input: {
        models: [
          { id: nowhere, scale: 1 },
          { id: nowhere, scale: 2 },
        ],
        prompt: '  ',
        size: { width: 511, height: 1537 },
        imageCount: 5,
        guidanceScale: 10.1,
        inferenceSteps: 0,
      },
    });

    expect(data?.createPrediction.__typename).toBe('InvalidInputError');
    const issues = data?.createPrediction.__typename === 'InvalidInputError' ? data.createPrediction.issues : [];
    expect(issues.map(({ path }) => path.join('.')).sort()).toEqual([
      'input.guidanceScale',
      'input.imageCount',
      'input.inferenceSteps',
      'input.models',
      'input.prompt',
      'input.size.height',
      'input.size.width',
    ]);
    expect(takeRequests()).toEqual([]);
  });

  test('a prediction requires at least one model', async () => {
    const { query } = startGateway();

    const { data } = await query(createPrediction, { input: { models: [], prompt: 'x' } });

    expect(data?.createPrediction).toMatchObject({
      issues: [{ path: ['input', 'models'], message: 'Expected at least one model.' }],
    });
  });

  test('a warning is returned if the prompt does not include the trigger word of a model', async () => {
    const { query, upstream, clock } = startGateway();
    const dresses = await seedModel(upstream, 'Dresses', { trainings: 1 });
    const untrained = await seedModel(upstream, 'Untrained');
    await clock.advance(60_000);
    const word = await triggerWordOf(query, dresses.globalId);
    const models = [{ id: dresses.globalId, scale: 1 }];
    const warnings = async (prompt: string, ids = models) => {
      const { data } = await query(createPrediction, { input: { models: ids, prompt } });
      return data?.createPrediction.__typename === 'CreatePredictionSuccess'
        ? data.createPrediction.warnings
        : undefined;
    };

    expect(await warnings(`a dress in style of ${word}`)).toEqual([]);
    expect(await warnings('a dress')).toEqual([expect.stringContaining(`does not include ${word}`)]);
    expect(await warnings(`${word}`, [...models, { id: untrained.globalId, scale: 1 }])).toEqual([
      expect.stringContaining('no completed training'),
    ]);
  });

  test('the id of a new prediction is returned even if nothing else can be read', async () => {
    const { query, upstream } = startGateway({
      transport: async (request, upstreamOf) =>
        request.method === 'GET' ? new Response(null, { status: 503 }) : upstreamOf(request),
    });
    const { globalId: id } = await seedModel(upstream, 'Dresses');

    const { data, errors } = await query(createPrediction, { input: { models: [{ id, scale: 1 }], prompt: 'x' } });

    expect(errors?.map(({ path }) => path?.at(-1))).toEqual(['imageCount', 'size']);
    expect(data?.createPrediction).toMatchObject({
      prediction: { id: expect.any(String), status: 'UNKNOWN' },
      warnings: [expect.stringContaining('could not be read')],
    });
  });

  test('a prediction is deleted', async () => {
    const { query, upstream } = startGateway();
    const { id: model } = await seedModel(upstream, 'Dresses');
    const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [model]) });

    const { data } = await query(deletePrediction, { input: { id } });

    expect(data?.deletePrediction).toEqual({ __typename: 'DeletePredictionSuccess', deletedId: id });
    expect((await query(exists, { id })).data?.node).toBeNull();
  });
});

test('a data item is deleted permanently', async () => {
  const { query, upstream } = startGateway();
  const { id: modelId, dataItems } = await seedModel(upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'DataItem', modelId, id: dataItems[0] ?? '' });
  expect((await query(exists, { id })).data?.node).toEqual({ __typename: 'DataItem', id });

  const { data } = await query(deleteDataItem, { input: { id } });

  expect(data?.deleteDataItem).toEqual({ __typename: 'DeleteDataItemSuccess', deletedId: id });
  expect((await query(exists, { id })).data?.node).toBeNull();
});

test('reads after a write in the same operation are not served from the cache', async () => {
  const { query, upstream } = startGateway();
  const { globalId: id } = await seedModel(upstream, 'Before');
  const document = graphql(`
    mutation RenameTwice($id: ID!) {
      first: renameModel(input: { id: $id, displayName: "First" }) { ... on RenameModelSuccess { model { displayName customModelType } } }
      second: renameModel(input: { id: $id, displayName: "Second" }) { ... on RenameModelSuccess { model { displayName } } }
      deleteModel(input: { id: $id }) { __typename }
      again: deleteModel(input: { id: $id }) { __typename }
    }
  `);

  const { data } = await query(document, { id });

  expect(data).toMatchObject({
    first: { model: { displayName: 'First' } },
    second: { model: { displayName: 'Second' } },
    deleteModel: { __typename: 'DeleteModelSuccess' },
    again: { __typename: 'NotFoundError' },
  });
});

const triggerWordOf = async (query: ReturnType<typeof startGateway>['query'], id: string) => {
  const { data } = await query(graphql(`query TriggerWord($id: ID!) { model(id: $id) { triggerWord } }`), { id });
  return data?.model?.triggerWord ?? '';
};
