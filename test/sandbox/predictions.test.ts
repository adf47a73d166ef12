import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { errorOf, ORIGIN, okJson, startSandbox, urlOf } from './support.ts';

const SMALL = { width: 512, height: 512 };

describe('predictions', () => {
  test('a prediction contains the settings of its request, with defaults and a seed', async () => {
    const { trainedModel, predict, prediction } = startSandbox();
    const { modelId } = await trainedModel();
    const id = await predict({ scaleConfigs: { [modelId]: 0.8 }, prompt: 'a dress' });

    const details = await prediction(id);
    expect(details).toMatchObject({
      status: 'queued',
      scaleConfigs: { [modelId]: 0.8 },
      prompt: 'a dress',
      image_size: { width: 1_024, height: 1_024 },
      num_images: 1,
      guidance_scale: null,
      num_inference_steps: null,
    });
    expect(Number.isInteger(details.seed)).toBe(true);
    expect((await prediction(id)).seed).toBe(details.seed);
  });

  test('a prediction contains every setting that was sent', async () => {
    const { createModel, predict, prediction } = startSandbox();
    const sent = {
      scaleConfigs: { [await createModel()]: -0.5 },
      prompt: 'x',
      seed: -3,
      image_size: { width: 600, height: 900 },
      num_images: 3,
      guidance_scale: 7.5,
      num_inference_steps: 50,
    };

    expect(await prediction(await predict(sent))).toMatchObject(sent);
  });

  test('a prediction completes after its duration with the requested number of images', async () => {
    const { clock, createModel, predict, prediction, send } = startSandbox({ predictionSeconds: 6 });
    const id = await predict({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'x', num_images: 4 });

    clock.now += 5_999;
    expect(await prediction(id)).toMatchObject({ status: 'processing' });
    expect(await prediction(id)).not.toHaveProperty('images');
    clock.now += 1;
    const details = await prediction(id);
    expect(details).toMatchObject({ status: 'completed', progress: 1, finishedAt: '2026-01-01T00:00:06.000Z' });
    expect(new Set(details.images).size).toBe(4);
    expect(urlOf(details.images?.[0])).toContain(`${ORIGIN}/`);
    expect(await okJson(send('listPredictions'))).toMatchObject({ predictions: [{ id, ...details }] });
  });

  test('a prediction with [fail] in its prompt fails with an error and without images', async () => {
    const { clock, createModel, predict, prediction } = startSandbox();
    const id = await predict({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'a [fail]' });

    clock.now += 60_000;
    expect(await prediction(id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('[fail]'),
    });
  });

  test('a prediction of an unknown or deleted model is rejected', async () => {
    const { send, createModel } = startSandbox();
    const modelId = await createModel();
    await send('deleteModel', { path: { modelId } });

    for (const id of [modelId, 'unknown']) {
      const json = { scaleConfigs: { [id]: 1 }, prompt: 'x' };
      expect(await errorOf(send('createPrediction', { json }))).toEqual({
        status: 404,
        message: `There is no model "${id}".`,
      });
    }
  });

  test('a deleted prediction is not in the list and is not found', async () => {
    const { send, createModel, predict } = startSandbox();
    const predictionId = await predict({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'x' });
    await okJson(send('deletePrediction', { path: { predictionId } }));

    expect(await okJson<Wire['PredictionPage']>(send('listPredictions'))).toMatchObject({ predictions: [] });
    expect(await errorOf(send('getPrediction', { path: { predictionId } }))).toMatchObject({ status: 404 });
    expect(await errorOf(send('deletePrediction', { path: { predictionId } }))).toMatchObject({ status: 404 });
  });
});

describe('image URLs', () => {
  const withImage = async (options = {}) => {
    const started = startSandbox({ imageUrlSeconds: 3_600, ...options });
    const request = { scaleConfigs: { [await started.createModel()]: 1 }, prompt: 'x', image_size: SMALL };
    const id = await started.predict(request);
    started.clock.now += 60_000;
    const read = async () => urlOf((await started.prediction(id)).images?.[0]);
    return { ...started, id, read, address: await read() };
  };

  test('an image URL needs no key, and its response has a type and a length', async () => {
    const { open, address } = await withImage();
    const response = await open(address);
    const bytes = await response.arrayBuffer();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('content-length')).toBe(String(bytes.byteLength));
  });

  test('an image URL expires after an hour; the prediction then contains a new one', async () => {
    const { open, address, read, clock } = await withImage();
    clock.now += 3_599_000;
    expect((await open(address)).status).toBe(200);
    clock.now += 1_000;

    expect(await errorOf(open(address))).toMatchObject({ status: 403, message: expect.stringContaining('expired') });
    expect((await open(await read())).status).toBe(200);
  });

  test('a changed image URL is rejected', async () => {
    const { open, address, id } = await withImage();
    const later = new URL(address);
    later.searchParams.set('expires', '9999999999');

    for (const changed of [
      later.href,
      address.replace(`${id}/0`, `${id}/1`),
      address.slice(0, -1),
      address.split('?')[0] ?? '',
    ]) {
      expect(await errorOf(open(changed))).toMatchObject({ status: 403 });
    }
  });

  test('an image URL starts with the configured public URL', async () => {
    const { address } = await withImage({ publicUrl: 'https://images.test/flair/' });
    expect(address).toMatch(/^https:\/\/images\.test\/flair\/_sandbox\//);
  });

  test('an image URL stays valid after the prediction or its training images are deleted', async () => {
    const { open, send, clock, trainedModel, predict, prediction } = startSandbox();
    const { modelId, triggerWord } = await trainedModel();
    const predictionId = await predict({ scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, image_size: SMALL });
    clock.now += 60_000;
    const { images } = await prediction(predictionId);
    const { data } = await okJson<Wire['DataItemPage']>(send('listDataItems', { path: { modelId } }));
    for (const { id } of data) await okJson(send('deleteDataItem', { path: { modelId, dataId: id } }));
    await okJson(send('deletePrediction', { path: { predictionId } }));

    expect((await open(images?.[0])).status).toBe(200);
  });
});
