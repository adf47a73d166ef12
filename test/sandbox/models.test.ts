import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { errorOf, okJson, startSandbox } from './support.ts';

describe('models', () => {
  test('creating a model returns id and name; reading it by id returns only the name', async () => {
    const { send } = startSandbox();
    const created = await okJson<Wire['CreatedModel']>(send('createModel', { json: { displayName: 'Dresses' } }));

    expect(created).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9]{20}$/), displayName: 'Dresses' });
    expect(await okJson(send('getModel', { path: { modelId: created.id } }))).toEqual({ displayName: 'Dresses' });
  });

  test('a list of models contains the type of each, by default Custom', async () => {
    const { send, createModel } = startSandbox();
    const plain = await createModel('Plain');
    const { id } = await okJson<Wire['CreatedModel']>(
      send('createModel', { json: { displayName: 'Typed', customModelType: 'Product' } }),
    );

    expect(await okJson(send('listModels'))).toEqual({
      models: [
        { id, displayName: 'Typed', customModelType: 'Product' },
        { id: plain, displayName: 'Plain', customModelType: 'Custom' },
      ],
      nextPageCursor: null,
      hasMore: false,
    });
  });

  test('updating a model changes its name', async () => {
    const { send, createModel } = startSandbox();
    const modelId = await createModel();
    await okJson(send('updateModel', { path: { modelId }, json: { updatedDisplayName: 'Summer' } }));

    expect(await okJson(send('getModel', { path: { modelId } }))).toEqual({ displayName: 'Summer' });
  });

  test('a deleted model is not found, nor are its data items and trainings', async () => {
    const { send, createModel } = startSandbox();
    const modelId = await createModel();
    await okJson(send('deleteModel', { path: { modelId } }));

    expect(await okJson(send('listModels'))).toMatchObject({ models: [] });
    for (const operation of ['getModel', 'deleteModel', 'listDataItems', 'listTrainings'] as const) {
      expect(await errorOf(send(operation, { path: { modelId } }))).toEqual({
        status: 404,
        message: `There is no model "${modelId}".`,
      });
    }
  });
});

describe('pages', () => {
  const names = async (pending: Promise<Response>) => {
    const { models, ...rest } = await okJson<Wire['ModelPage']>(pending);
    return { names: models.map(({ displayName }) => displayName), ...rest };
  };

  test('pages are ordered from newest to oldest, and each continues from a cursor', async () => {
    const { send, createModel } = startSandbox({ pageSize: 2 });
    const [, second, third] = [
      await createModel('1'),
      await createModel('2'),
      await createModel('3'),
      await createModel('4'),
    ];

    const first = await names(send('listModels'));
    expect(first).toEqual({ names: ['4', '3'], nextPageCursor: third, hasMore: true });
    expect(await names(send('listModels', { lastDocId: third ?? '' }))).toEqual({
      names: ['2', '1'],
      nextPageCursor: null,
      hasMore: false,
    });
    expect(await names(send('listModels', { lastDocId: second ?? '' }))).toMatchObject({ names: ['1'] });
  });

  test('a page continues after a document that was deleted', async () => {
    const { send, createModel } = startSandbox({ pageSize: 1 });
    await createModel('old');
    const modelId = await createModel('new');
    await send('deleteModel', { path: { modelId } });

    expect(await names(send('listModels', { lastDocId: modelId }))).toMatchObject({ names: ['old'] });
  });

  test('a document created between two pages does not shift the second', async () => {
    const { send, createModel } = startSandbox({ pageSize: 1 });
    await createModel('old');
    const lastDocId = await createModel('new');
    await createModel('newest');

    expect(await names(send('listModels', { lastDocId }))).toMatchObject({ names: ['old'] });
  });

  test('a cursor that is not a document of the list is rejected', async () => {
    const { send, createModel } = startSandbox({ keys: ['other'] });
    const foreign = await createModel('foreign', 'other');

    expect(await errorOf(send('listModels', { lastDocId: 'unknown' }))).toEqual({
      status: 400,
      message: '`lastDocId` must be the id of a model of this list, but is "unknown".',
    });
    expect(await errorOf(send('listModels', { lastDocId: foreign }))).toMatchObject({ status: 400 });
  });

  test('list items contain only ids with listDetail ids', async () => {
    const { send, createModel, trainedModel, predict } = startSandbox({ listDetail: 'ids' });
    const id = await createModel();
    expect(await okJson(send('listModels'))).toMatchObject({ models: [{ id }] });
    expect(Object.keys((await okJson<Wire['ModelPage']>(send('listModels'))).models[0] ?? {})).toEqual(['id']);

    const { modelId, trainingId } = await trainedModel();
    const predictionId = await predict({ scaleConfigs: { [modelId]: 1 }, prompt: 'x' });
    expect((await okJson<Wire['TrainingPage']>(send('listTrainings', { path: { modelId } }))).trainings).toEqual([
      { id: trainingId },
    ]);
    expect((await okJson<Wire['PredictionPage']>(send('listPredictions'))).predictions).toEqual([{ id: predictionId }]);
    expect(
      Object.keys((await okJson<Wire['DataItemPage']>(send('listDataItems', { path: { modelId } }))).data[0] ?? {}),
    ).toEqual(['id']);
  });
});
