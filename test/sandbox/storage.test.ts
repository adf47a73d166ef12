import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { digest, JPEG_START, okJson, solidImage, startSandbox, urlOf } from './support.ts';

const test = base.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that a fixture needs from this pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

test('a restart loses nothing, and running jobs continue', async ({ folder }) => {
  const storage = join(folder, 'deep', 'sandbox.sqlite');
  const before = startSandbox({ storage });
  const { modelId, trainingId, triggerWord } = await before.trainedModel(await solidImage('tomato'));
  const dataId = await before.upload(modelId, JPEG_START);
  const running = await before.train(modelId);
  const predictionId = await before.predict({
    scaleConfigs: { [modelId]: 1 },
    prompt: triggerWord,
    image_size: { width: 512, height: 512 },
  });
  before.clock.now += 8_000;
  const { images } = await before.prediction(predictionId);
  const painted = digest(await (await before.open(images?.[0])).arrayBuffer());
  const halfway = await before.training(modelId, running);
  before.sandbox.close();

  const after = startSandbox({ storage, fastSeconds: 9_999 });
  after.clock.now = before.clock.now;
  expect(await okJson(after.send('listModels'))).toMatchObject({ models: [{ id: modelId, displayName: 'Dresses' }] });
  expect(await after.training(modelId, trainingId)).toMatchObject({ status: 'completed', triggerWord });
  expect(halfway).toMatchObject({ status: 'processing' });
  expect(await after.training(modelId, running)).toEqual(halfway);
  const image = await after.send('getDataItem', { path: { modelId, dataId } });
  expect(new Uint8Array(await image.arrayBuffer())).toEqual(JPEG_START);
  expect(digest(await (await after.open(images?.[0])).arrayBuffer())).toBe(painted);
  after.sandbox.close();
});

test('acknowledged writes are in the file while the sandbox still runs', async ({ folder }) => {
  const storage = join(folder, 'sandbox.sqlite');
  const running = startSandbox({ storage });
  const modelId = await running.createModel();
  const dataId = await running.upload(modelId, JPEG_START);

  // Another process reads the current file, as after a kill.
  const other = startSandbox({ storage });
  const response = await other.send('getDataItem', { path: { modelId, dataId } });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(JPEG_START);
});

test('concurrent requests for an image return the same image', async () => {
  const { open, clock, createModel, predict, prediction } = startSandbox();
  const id = await predict({
    scaleConfigs: { [await createModel()]: 1 },
    prompt: 'x',
    image_size: { width: 512, height: 512 },
  });
  clock.now += 60_000;
  const { images } = await prediction(id);
  const responses = await Promise.all([open(images?.[0]), open(images?.[0]), open(images?.[0])]);

  const digests = await Promise.all(responses.map(async (response) => digest(await response.arrayBuffer())));
  expect(new Set(digests).size).toBe(1);
});

test('API keys are not written to disk', async ({ folder }) => {
  const storage = join(folder, 'sandbox.sqlite');
  const key = 'a-key-that-would-be-seen';
  const { sandbox, createModel } = startSandbox({ storage, keys: [key] });
  await createModel('Named in the clear', key);

  // Read while the store is open, because closing it deletes some of the files.
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
  sandbox.close();

  expect(files.join('')).toContain('Named in the clear');
  expect(files.join('')).not.toContain(key);
});

test('a signed URL of one store is rejected by another', async () => {
  const [one, other] = [startSandbox(), startSandbox()];
  const id = await one.predict({ scaleConfigs: { [await one.createModel()]: 1 }, prompt: 'x' });
  one.clock.now += 60_000;
  const details: Wire['PredictionDetails'] = await one.prediction(id);

  expect((await other.open(urlOf(details.images?.[0]))).status).toBe(403);
});
