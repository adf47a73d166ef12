import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { digest, flat, meanColour, okJson, PNG_START, startSandbox } from './support.ts';

const SMALL = { width: 512, height: 512 };
const RED = [200, 30, 30] as const;
const BLUE = [30, 30, 200] as const;
const css = (colour: readonly number[]) => `rgb(${colour.join(',')})`;
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));

/** A model that learned red, one that learned blue, and the mean colour of what they predict together. */
async function redAndBlue() {
  const started = startSandbox();
  const red = await started.trainedModel(await flat(css(RED)), await flat(css(RED)));
  const blue = await started.trainedModel(await flat(css(BLUE)));
  const predicted = async (scales: { red: number; blue: number }, more: Partial<Wire['CreatePrediction']> = {}) => {
    const [image] = await started.images({
      scaleConfigs: { [red.modelId]: scales.red, [blue.modelId]: scales.blue },
      prompt: `${red.triggerWord} meets ${blue.triggerWord}`,
      seed: 1,
      image_size: SMALL,
      ...more,
    });
    return meanColour(image);
  };
  return { ...started, red, blue, predicted };
}

describe('a predicted image', () => {
  test.each([
    [undefined, 1_024, 1_024],
    [{ width: 512, height: 1_536 }, 512, 1_536],
    [{ width: 777, height: 513 }, 777, 513],
  ])('of size %o is a PNG of %d by %d pixels', async (image_size, width, height) => {
    const { trainedModel, images } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(await flat('teal'));
    const [image] = await images({
      scaleConfigs: { [modelId]: 1 },
      prompt: triggerWord,
      ...(image_size && { image_size }),
    });

    expect(await sharp(image).metadata()).toMatchObject({ format: 'png', width, height, channels: 3 });
  });

  test('is the same for the same seed, and another for another seed, prompt or position', async () => {
    const { trainedModel, images } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(await flat('teal'));
    const request = { scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, seed: 5, num_images: 2, image_size: SMALL };

    const digests = async (changes = {}) => (await images({ ...request, ...changes })).map(digest);
    const [first, second] = await digests();
    expect(await digests()).toEqual([first, second]);
    expect(second).not.toBe(first);
    expect((await digests({ seed: 6 }))[0]).not.toBe(first);
    expect((await digests({ prompt: `${triggerWord}!` }))[0]).not.toBe(first);
  });

  test('is more than one flat colour', async () => {
    const { images, createModel } = startSandbox();
    const [plain] = await images({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'x', image_size: SMALL });
    const { channels } = await sharp(plain).stats();

    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
  });

  test('lies nearer to the pictures of the heavier model', async () => {
    const { predicted } = await redAndBlue();
    const [warm, cold] = [await predicted({ red: 0.8, blue: 0.3 }), await predicted({ red: 0.3, blue: 0.8 })];

    expect(distance(warm, RED)).toBeLessThan(distance(warm, BLUE));
    expect(distance(cold, BLUE)).toBeLessThan(distance(cold, RED));
  });

  test('moves steadily towards a model as its scale rises', async () => {
    const { predicted } = await redAndBlue();
    const means = [];
    for (const red of [0, 0.1, 0.25, 0.5, 1, 2]) means.push(await predicted({ red, blue: 0.5 }));

    for (const [index, [red, , blue]] of means.slice(1).entries()) {
      expect(red).toBeGreaterThan((means[index]?.[0] ?? 0) + 2);
      expect(blue).toBeLessThan((means[index]?.[2] ?? 0) - 2);
    }
  });

  test('ignores a model whose trigger word is not in the prompt', async () => {
    const { red, blue, predicted, images } = await redAndBlue();
    const alone = { scaleConfigs: { [red.modelId]: 1 }, prompt: red.triggerWord, seed: 1, image_size: SMALL };
    const [withRed] = await images(alone);
    const [withBoth] = await images({ ...alone, scaleConfigs: { ...alone.scaleConfigs, [blue.modelId]: 1 } });

    expect(digest(withBoth)).toBe(digest(withRed));
    const [r, g, b] = await predicted({ red: 1, blue: 1 }, { prompt: `not${red.triggerWord} nor${blue.triggerWord}` });
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(30);
  });

  test('knows a trigger word in any case, and only that of a completed training', async () => {
    const { clock, images, createModel, upload, train, training } = startSandbox({ fastSeconds: 1_000 });
    const modelId = await createModel();
    await upload(modelId, await flat(css(RED)));
    const { triggerWord } = await training(modelId, await train(modelId));
    const request = {
      scaleConfigs: { [modelId]: 1 },
      prompt: `(${triggerWord?.toLowerCase()})`,
      seed: 1,
      image_size: SMALL,
    };

    const [untrained] = await images(request);
    clock.now += 1_000_000;
    const [trained] = await images(request);
    expect(distance(await meanColour(untrained), RED)).toBeGreaterThan(100);
    expect(distance(await meanColour(trained), RED)).toBeLessThan(40);
  });

  test('still knows a model whose training record was deleted while it ran', async () => {
    const { clock, send, images, createModel, upload, train, training } = startSandbox({ fastSeconds: 20 });
    const modelId = await createModel();
    await upload(modelId, await flat(css(RED)));
    const trainingId = await train(modelId);
    const { triggerWord } = await training(modelId, trainingId);
    await send('deleteTraining', { path: { modelId, trainingId } });
    clock.now += 20_000;

    const [image] = await images({ scaleConfigs: { [modelId]: 1 }, prompt: triggerWord ?? '', image_size: SMALL });
    expect(distance(await meanColour(image), RED)).toBeLessThan(40);
  });

  test('shows the pictures that the training was started with, whatever became of them', async () => {
    const { clock, send, open, trainedModel, predict, prediction, upload } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(await flat(css(RED)));
    const request = { scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, seed: 1, image_size: SMALL };
    const [id, again] = [await predict(request), await predict(request)];
    clock.now += 60_000;
    const image = async (predictionId: string) =>
      digest(await (await open((await prediction(predictionId)).images?.[0])).arrayBuffer());

    const before = await image(id);
    const { data } = await okJson<Wire['DataItemPage']>(send('listDataItems', { path: { modelId } }));
    await send('deleteDataItem', { path: { modelId, dataId: data[0]?.id ?? '' } });
    await upload(modelId, await flat(css(BLUE)));
    expect(await image(again)).toBe(before);
  });

  test('leaves out training images that cannot be read', async () => {
    const { trainedModel, images } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(PNG_START, await flat(css(RED)));
    const [image] = await images({ scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, image_size: SMALL });

    expect(distance(await meanColour(image), RED)).toBeLessThan(40);
  });
});
