import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { errorOf, okJson, startSandbox } from './support.ts';

const withTraining = async (json?: object, displayName?: string) => {
  const started = startSandbox({ fastSeconds: 20, highQualitySeconds: 60 });
  const modelId = await started.createModel(displayName);
  await started.upload(modelId);
  const trainingId = await started.train(modelId, json);
  return { ...started, path: { modelId, trainingId }, read: () => started.training(modelId, trainingId) };
};

describe('trainings', () => {
  test('a training changes from queued to processing to completed in the duration of its speed', async () => {
    const { clock, read } = await withTraining({ trainingStrength: 5, trainingSpeed: 'fast' });

    expect(await read()).toMatchObject({ status: 'queued', progress: 0, finishedAt: null });
    clock.now += 11_000;
    expect(await read()).toMatchObject({ status: 'processing', progress: 0.5 });
    clock.now += 9_000;
    expect(await read()).toMatchObject({
      status: 'completed',
      progress: 1,
      finishedAt: '2026-01-01T00:00:20.000Z',
      error: null,
    });
  });

  test('a training has high quality by default, which takes longer', async () => {
    const { clock, read } = await withTraining({ trainingStrength: 0 });

    clock.now += 59_999;
    expect(await read()).toMatchObject({ status: 'processing', trainingSpeed: 'high_quality' });
    clock.now += 1;
    expect(await read()).toMatchObject({ status: 'completed' });
  });

  test('a training contains a trigger word, its creation time and its settings', async () => {
    const settings = {
      trainingStrength: 10,
      trainingSpeed: 'fast',
      isStyle: true,
      isInputFormatAlreadyPreprocessed: false,
    };
    const { send, read, path } = await withTraining(settings);
    const details = await read();

    expect(details).toMatchObject({ ...settings, trainingStyle: null, createdAt: '2026-01-01T00:00:00.000Z' });
    expect(details.triggerWord).toMatch(/^[A-Z]{3}\d{2}[A-Z]{2}$/);
    const { trainings } = await okJson<Wire['TrainingPage']>(send('listTrainings', { path }));
    expect(trainings).toEqual([{ id: path.trainingId, ...details }]);
  });

  test('a training of a model without data items is rejected and not stored', async () => {
    const { send, createModel } = startSandbox();
    const modelId = await createModel();

    expect(await errorOf(send('startTraining', { path: { modelId }, json: { trainingStrength: 5 } }))).toEqual({
      status: 409,
      message: `The model "${modelId}" has no data items. Upload at least one image first.`,
    });
    expect(await okJson(send('listTrainings', { path: { modelId } }))).toMatchObject({ trainings: [] });
  });

  test('a training of a model with [fail] in its name fails with an error', async () => {
    const { clock, read } = await withTraining(undefined, 'Dresses [fail]');

    clock.now += 20_000;
    expect(await read()).toMatchObject({ status: 'failed', error: expect.stringContaining('[fail]') });
  });

  test('a training of another model is not found', async () => {
    const { send, createModel, path } = await withTraining();
    const modelId = await createModel();

    expect(await errorOf(send('getTraining', { path: { ...path, modelId } }))).toMatchObject({ status: 404 });
  });
});

describe('canceling a training', () => {
  test('canceling a training ends it with its current progress', async () => {
    const { clock, send, read, path } = await withTraining();
    clock.now += 11_000;
    await okJson(send('cancelTraining', { path }));

    clock.now += 60_000;
    expect(await read()).toMatchObject({ status: 'canceled', progress: 0.5, finishedAt: '2026-01-01T00:00:11.000Z' });
  });

  test('canceling a training in its last tenth is accepted without effect', async () => {
    const { clock, send, read, path } = await withTraining();
    clock.now += 19_000;
    await okJson(send('cancelTraining', { path }));
    expect(await read()).toMatchObject({ status: 'processing' });

    clock.now += 1_000;
    expect(await read()).toMatchObject({ status: 'completed' });
  });

  test('canceling a finished training is rejected', async () => {
    const { clock, send, path } = await withTraining();
    clock.now += 1_000;
    await okJson(send('cancelTraining', { path }));
    expect(await errorOf(send('cancelTraining', { path }))).toMatchObject({
      status: 409,
      message: expect.stringContaining('is canceled'),
    });

    const other = await withTraining();
    other.clock.now += 20_000;
    expect(await errorOf(other.send('cancelTraining', { path: other.path }))).toMatchObject({
      status: 409,
      message: expect.stringContaining('is completed'),
    });
  });
});

describe('deleting a training', () => {
  test('a deleted training is not in the list and not found, but remains a valid cursor', async () => {
    const { send, path } = await withTraining();
    await okJson(send('deleteTraining', { path }));

    expect(await okJson(send('listTrainings', { path }))).toMatchObject({ trainings: [] });
    for (const operation of ['getTraining', 'cancelTraining', 'deleteTraining'] as const) {
      expect(await errorOf(send(operation, { path }))).toMatchObject({ status: 404 });
    }
    expect(await okJson(send('listTrainings', { path, lastDocId: path.trainingId }))).toMatchObject({ trainings: [] });
  });
});
