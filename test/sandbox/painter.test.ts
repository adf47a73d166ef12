import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { digest, meanColor, okJson, PNG_START, solidImage, startSandbox } from './support.ts';

const SMALL = { width: 512, height: 512 };
const RED = [200, 30, 30] as const;
const BLUE = [30, 30, 200] as const;
const css = (color: readonly number[]) => `rgb(${color.join(',')})`;
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));

/** A model trained on red, one trained on blue, and the mean color of their common predictions. */
async function redAndBlue() {
  const started = startSandbox();
  const red = await started.trainedModel(await solidImage(css(RED)), await solidImage(css(RED)));
  const blue = await started.trainedModel(await solidImage(css(BLUE)));
  const predicted = async (scales: { red: number; blue: number }, more: Partial<Wire['CreatePrediction']> = {}) => {
    const [image] = await started.images({
      scaleConfigs: { [red.modelId]: scales.red, [blue.modelId]: scales.blue },
      prompt: `${red.triggerWord} meets ${blue.triggerWord}`,
      seed: 1,
      image_size: SMALL,
      ...more,
    });
    return meanColor(image);
  };
  return { ...started, red, blue, predicted };
}

describe('predicted images', () => {
  test.each([
    [undefined, 1_024, 1_024],
    [{ width: 512, height: 1_536 }, 512, 1_536],
    [{ width: 777, height: 513 }, 777, 513],
  ])('an image of size %o is a PNG of %d by %d pixels', async (image_size, width, height) => {
    const { trainedModel, images } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(await solidImage('teal'));
    const [image] = await images({
      scaleConfigs: { [modelId]: 1 },
      prompt: triggerWord,
      ...(image_size && { image_size }),
    });

    expect(await sharp(image).metadata()).toMatchObject({ format: 'png', width, height, channels: 3 });
  });

  test('an image depends only on seed, prompt and position', async () => {
    const { trainedModel, images } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(await solidImage('teal'));
    const request = { scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, seed: 5, num_images: 2, image_size: SMALL };

    const digests = async (changes = {}) => (await images({ ...request, ...changes })).map(digest);
    const [first, second] = await digests();
    expect(await digests()).toEqual([first, second]);
    expect(second).not.toBe(first);
    expect((await digests({ seed: 6 }))[0]).not.toBe(first);
    expect((await digests({ prompt: `${triggerWord}!` }))[0]).not.toBe(first);
  });

  test('an image without an active model has more than one color', async () => {
    const { images, createModel } = startSandbox();
    const [plain] = await images({ scaleConfigs: { [await createModel()]: 1 }, prompt: 'x', image_size: SMALL });
    const { channels } = await sharp(plain).stats();

    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
  });

  test('the mean color is closer to the training images of the model with the larger scale', async () => {
    const { predicted } = await redAndBlue();
    const [warm, cold] = [await predicted({ red: 0.8, blue: 0.3 }), await predicted({ red: 0.3, blue: 0.8 })];

    expect(distance(warm, RED)).toBeLessThan(distance(warm, BLUE));
    expect(distance(cold, BLUE)).toBeLessThan(distance(cold, RED));
  });

  test('the mean color approaches that of a model steadily as its scale increases', async () => {
    const { predicted } = await redAndBlue();
    const means = [];
    for (const red of [0, 0.1, 0.25, 0.5, 1, 2]) means.push(await predicted({ red, blue: 0.5 }));

    for (const [index, [red, , blue]] of means.slice(1).entries()) {
      expect(red).toBeGreaterThan((means[index]?.[0] ?? 0) + 2);
      expect(blue).toBeLessThan((means[index]?.[2] ?? 0) - 2);
    }
  });

  test('a model whose trigger word is not in the prompt has no effect', async () => {
    const { red, blue, predicted, images } = await redAndBlue();
    const alone = { scaleConfigs: { [red.modelId]: 1 }, prompt: red.triggerWord, seed: 1, image_size: SMALL };
    const [withRed] = await images(alone);
    const [withBoth] = await images({ ...alone, scaleConfigs: { ...alone.scaleConfigs, [blue.modelId]: 1 } });

    expect(digest(withBoth)).toBe(digest(withRed));
    const [r, g, b] = await predicted({ red: 1, blue: 1 }, { prompt: `not${red.triggerWord} nor${blue.triggerWord}` });
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(30);
  });

  test('a trigger word is case-insensitive, and only active after its training has completed', async () => {
    const { clock, images, createModel, upload, train, training } = startSandbox({ fastSeconds: 1_000 });
    const modelId = await createModel();
    await upload(modelId, await solidImage(css(RED)));
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
    expect(distance(await meanColor(untrained), RED)).toBeGreaterThan(100);
    expect(distance(await meanColor(trained), RED)).toBeLessThan(40);
  });

  test('a model stays active if its training record was deleted while it ran', async () => {
    const { clock, send, images, createModel, upload, train, training } = startSandbox({ fastSeconds: 20 });
    const modelId = await createModel();
    await upload(modelId, await solidImage(css(RED)));
    const trainingId = await train(modelId);
    const { triggerWord } = await training(modelId, trainingId);
    await send('deleteTraining', { path: { modelId, trainingId } });
    clock.now += 20_000;

    const [image] = await images({ scaleConfigs: { [modelId]: 1 }, prompt: triggerWord ?? '', image_size: SMALL });
    expect(distance(await meanColor(image), RED)).toBeLessThan(40);
  });

  test('an image uses the training images at the start of the training, even if they were deleted', async () => {
    const { clock, send, open, trainedModel, predict, prediction, upload } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(await solidImage(css(RED)));
    const request = { scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, seed: 1, image_size: SMALL };
    const [id, again] = [await predict(request), await predict(request)];
    clock.now += 60_000;
    const image = async (predictionId: string) =>
      digest(await (await open((await prediction(predictionId)).images?.[0])).arrayBuffer());

    const before = await image(id);
    const { data } = await okJson<Wire['DataItemPage']>(send('listDataItems', { path: { modelId } }));
    await send('deleteDataItem', { path: { modelId, dataId: data[0]?.id ?? '' } });
    await upload(modelId, await solidImage(css(BLUE)));
    expect(await image(again)).toBe(before);
  });

  test('undecodable training images are skipped', async () => {
    const { trainedModel, images } = startSandbox();
    const { modelId, triggerWord } = await trainedModel(PNG_START, await solidImage(css(RED)));
    const [image] = await images({ scaleConfigs: { [modelId]: 1 }, prompt: triggerWord, image_size: SMALL });

    expect(distance(await meanColor(image), RED)).toBeLessThan(40);
  });
});
