import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { addressOf, ORIGIN, okJson, refusal, startSandbox } from './support.ts';

const SMALL = { width: 512, height: 512 };

describe('predictions', () => {
  test('tell what was asked for, with a seed and defaults where nothing was said', async () => {
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

  test('keep every setting that was sent', async () => {
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

  test('are completed after their time, with as many images as were asked for', async () => {
    const { clock, createModel, predict, prediction, send } = startSandbox({ predictionSeconds: 6 });
    const id = await predict({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'x', num_images: 4 });

    clock.now += 5_999;
    expect(await prediction(id)).toMatchObject({ status: 'processing' });
    expect(await prediction(id)).not.toHaveProperty('images');
    clock.now += 1;
    const details = await prediction(id);
    expect(details).toMatchObject({ status: 'completed', progress: 1, finishedAt: '2026-01-01T00:00:06.000Z' });
    expect(new Set(details.images).size).toBe(4);
    expect(addressOf(details.images?.[0])).toContain(`${ORIGIN}/`);
    expect(await okJson(send('listPredictions'))).toMatchObject({ predictions: [{ id, ...details }] });
  });

  test('whose prompt holds [fail] fail with a reason and no image', async () => {
    const { clock, createModel, predict, prediction } = startSandbox();
    const id = await predict({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'a [fail]' });

    clock.now += 60_000;
    expect(await prediction(id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('[fail]'),
    });
  });

  test('of a model that is unknown or deleted are refused', async () => {
    const { send, createModel } = startSandbox();
    const modelId = await createModel();
    await send('deleteModel', { path: { modelId } });

    for (const id of [modelId, 'nobody']) {
      const json = { scaleConfigs: { [id]: 1 }, prompt: 'x' };
      expect(await refusal(send('createPrediction', { json }))).toEqual({
        status: 404,
        message: `There is no model "${id}".`,
      });
    }
  });

  test('that are deleted leave the list and are not found', async () => {
    const { send, createModel, predict } = startSandbox();
    const predictionId = await predict({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'x' });
    await okJson(send('deletePrediction', { path: { predictionId } }));

    expect(await okJson<Wire['PredictionPage']>(send('listPredictions'))).toMatchObject({ predictions: [] });
    expect(await refusal(send('getPrediction', { path: { predictionId } }))).toMatchObject({ status: 404 });
    expect(await refusal(send('deletePrediction', { path: { predictionId } }))).toMatchObject({ status: 404 });
  });
});

describe('the address of an image', () => {
  const withImage = async (options = {}) => {
    const started = startSandbox({ imageUrlSeconds: 3_600, ...options });
    const request = { scaleConfigs: { [await started.createModel()]: 1 }, prompt: 'x', image_size: SMALL };
    const id = await started.predict(request);
    started.clock.now += 60_000;
    const read = async () => addressOf((await started.prediction(id)).images?.[0]);
    return { ...started, id, read, address: await read() };
  };

  test('needs no key and says type and length', async () => {
    const { open, address } = await withImage();
    const response = await open(address);
    const bytes = await response.arrayBuffer();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('content-length')).toBe(String(bytes.byteLength));
  });

  test('works for an hour; the prediction then has a fresh one', async () => {
    const { open, address, read, clock } = await withImage();
    clock.now += 3_599_000;
    expect((await open(address)).status).toBe(200);
    clock.now += 1_000;

    expect(await refusal(open(address))).toMatchObject({ status: 403, message: expect.stringContaining('expired') });
    expect((await open(await read())).status).toBe(200);
  });

  test('works for nothing but what it was made for', async () => {
    const { open, address, id } = await withImage();
    const later = new URL(address);
    later.searchParams.set('expires', '9999999999');

    for (const changed of [
      later.href,
      address.replace(`${id}/0`, `${id}/1`),
      address.slice(0, -1),
      address.split('?')[0] ?? '',
    ]) {
      expect(await refusal(open(changed))).toMatchObject({ status: 403 });
    }
  });

  test('lies under the public address where one is given', async () => {
    const { address } = await withImage({ publicUrl: 'https://images.test/flair/' });
    expect(address).toMatch(/^https:\/\/images\.test\/flair\/_sandbox\//);
  });

  test('still opens after the prediction or its training images are deleted', async () => {
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
