import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { meanColor, okJson, startSandbox } from './support.ts';

/** All documents of the demo key. */
async function demo() {
  const started = startSandbox({ seed: true, keys: ['other'] });
  const { models } = await okJson<Wire['ModelPage']>(started.send('listModels'));
  const trainings = [];
  const data = [];
  for (const { id: modelId } of models) {
    const path = { modelId };
    trainings.push(...(await okJson<Wire['TrainingPage']>(started.send('listTrainings', { path }))).trainings);
    const page = await okJson<Wire['DataItemPage']>(started.send('listDataItems', { path }));
    data.push(...page.data.map((item) => ({ modelId, item })));
  }
  const { predictions } = await okJson<Wire['PredictionPage']>(started.send('listPredictions'));
  return { ...started, models, trainings, data, predictions };
}

describe('demo data', () => {
  test('the demo data contain several models and trainings in every state', async () => {
    const { models, trainings } = await demo();
    expect(models.length).toBeGreaterThanOrEqual(4);
    expect(new Set(trainings.map(({ status }) => status))).toEqual(
      new Set(['queued', 'processing', 'completed', 'failed', 'canceled']),
    );
  });

  test('the demo data are in the past, and running jobs finish', async () => {
    const { clock, trainings, predictions, send, models } = await demo();
    for (const { createdAt } of [...trainings, ...predictions])
      expect(Date.parse(String(createdAt))).toBeLessThanOrEqual(clock.now);

    clock.now += 3_600_000;
    for (const { id: modelId } of models) {
      const later = await okJson<Wire['TrainingPage']>(send('listTrainings', { path: { modelId } }));
      for (const { status } of later.trainings) expect(status).toMatch(/completed|failed|canceled/);
    }
  });

  test('the demo images are valid, in every format', async () => {
    const { data, send } = await demo();
    const formats = new Set<string | undefined>();
    for (const { modelId, item } of data) {
      const response = await send('getDataItem', { path: { modelId, dataId: item.id } });
      const { format, width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect(response.headers.get('content-type')).toBe(item.contentType);
      expect({ type: `image/${format}`, width }).toEqual({ type: item.contentType, width: 512 });
      formats.add(format);
    }
    expect(formats).toEqual(new Set(['png', 'jpeg', 'webp']));
  });

  test('the demo predictions have readable images, one of them uses two models', async () => {
    const { predictions, open } = await demo();
    expect(predictions.some(({ scaleConfigs }) => Object.keys(scaleConfigs ?? {}).length === 2)).toBe(true);
    const finished = predictions.filter(({ status }) => status === 'completed');
    const means = [];
    for (const { images } of finished) {
      const response = await open(images?.[0]);
      expect(response.status).toBe(200);
      means.push(String(await meanColor(new Uint8Array(await response.arrayBuffer()))));
    }
    expect(new Set(means).size).toBe(finished.length);
  });

  test('the demo data belong only to the demo key', async () => {
    const { send } = await demo();
    expect(await okJson(send('listModels', { key: 'other' }))).toMatchObject({ models: [] });
    expect(await okJson(send('listPredictions', { key: 'other' }))).toMatchObject({ predictions: [] });
  });

  test('the demo data have the same ids in every store', async () => {
    const [one, other] = [await demo(), await demo()];
    expect(other.models).toEqual(one.models);
    expect(other.trainings.map(({ id }) => id)).toEqual(one.trainings.map(({ id }) => id));
    expect(other.predictions.map(({ id }) => id)).toEqual(one.predictions.map(({ id }) => id));
  });

  test('the demo data are only added if enabled, and only to an empty store', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const storage = join(folder, 'sandbox.sqlite');
    const empty = startSandbox({ storage });
    expect(await okJson(empty.send('listModels'))).toMatchObject({ models: [] });
    const modelId = await empty.createModel();
    await empty.send('deleteModel', { path: { modelId } });
    empty.sandbox.close();

    const again = startSandbox({ storage, seed: true });
    expect(await okJson(again.send('listModels'))).toMatchObject({ models: [] });
    again.sandbox.close();
    await rm(folder, { recursive: true });
  });
});
