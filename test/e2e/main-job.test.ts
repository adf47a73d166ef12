import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type Exit, startProgram, temporaryDirectory } from '../support/program.ts';
import { ask, collect, transports, upload } from './client.ts';

/** Long enough for a watcher, which looks every two seconds at a training, to see it begin, go on and end. */
const DURATIONS = { SANDBOX_FAST_SECONDS: '5', SANDBOX_PREDICTION_SECONDS: '2' };

/** Whatever makes up the product, running. */
interface Running {
  url: string;
  stop(): Promise<Exit[]>;
}

/** The ways in which the gateway reaches an upstream. Each keeps all it has in the directory. */
const upstreams: Record<string, (directory: string) => Promise<Running>> = {
  'the embedded sandbox': async (directory) => {
    const gateway = await startProgram({ directory, env: DURATIONS });
    return { url: gateway.url, stop: async () => [await gateway.stop()] };
  },
  'a REST server of its own': async (directory) => {
    const upstream = await startProgram({ entry: 'sandbox', directory, env: DURATIONS });
    const gateway = await startProgram({ directory, env: { FLAIR_API_URL: upstream.url, FLAIR_API_KEY: 'demo' } });
    return { url: gateway.url, stop: async () => [await gateway.stop(), await upstream.stop()] };
  },
};

interface ImageFacts {
  url: string;
  contentType: string;
  width: number;
  height: number;
  byteSize: number;
}

interface JobState {
  id: string;
  status: string;
  isFinished: boolean;
  progress: { fraction: number; isEstimated: boolean };
}

const IMAGE = 'url contentType width height byteSize';
const JOB = 'id status isFinished progress { fraction isEstimated }';

test.each(Object.entries(upstreams))(
  'a model is made, fed, trained, watched and used, and outlives a restart, with %s',
  { timeout: 60_000 },
  async (_, start) => {
    const directory = await temporaryDirectory();
    const { url, stop } = await start(directory);

    const created = await ask<{ createModel: { model: { id: string } } }>(
      url,
      `mutation ($input: CreateModelInput!) {
        createModel(input: $input) { ... on CreateModelSuccess { model { id } } ... on Error { message } }
      }`,
      { input: { displayName: 'Summer dresses' } },
    );
    const modelId = created.data?.createModel.model.id ?? expect.fail(JSON.stringify(created));

    const pictures = [await picture('webp', 'crimson'), await picture('png', 'teal'), await picture('jpeg', 'gold')];
    const uploaded = await upload<{
      uploadDataItems: { outcomes: { error: null; fileName: string; dataItem: { id: string; image: ImageFacts } }[] };
    }>(
      url,
      `mutation ($modelId: ID!, $files: [File!]!) {
        uploadDataItems(input: { modelId: $modelId, files: $files }) {
          ... on UploadDataItemsSuccess {
            outcomes { fileName error { message } dataItem { id image { ${IMAGE} } } }
          }
          ... on Error { message }
        }
      }`,
      { modelId },
      pictures,
    );
    expect(uploaded).toEqual({
      data: {
        uploadDataItems: {
          outcomes: pictures.map(({ name, type, size }) => ({
            fileName: name,
            error: null,
            dataItem: {
              id: expect.any(String),
              image: { url: expect.any(String), contentType: type, width: 96, height: 64, byteSize: size },
            },
          })),
        },
      },
    });
    const dataItems = uploaded.data?.uploadDataItems.outcomes.map(({ dataItem }) => dataItem) ?? [];
    const kept = await Promise.all(dataItems.map(({ image }) => download(image.url)));
    expect(kept.map(digest)).toEqual((await Promise.all(pictures.map(bytesOf))).map(digest));

    const started = await ask<{ startTraining: { training: { id: string; triggerWord: string } } }>(
      url,
      `mutation ($modelId: ID!) {
        startTraining(input: { modelId: $modelId, strength: 5, mode: { fast: { isStyle: true } } }) {
          ... on StartTrainingSuccess { training { id triggerWord } }
          ... on Error { message }
        }
      }`,
      { modelId },
    );
    const training = started.data?.startTraining.training ?? expect.fail(JSON.stringify(started));

    const watched = await Promise.all(
      Object.values(transports).map((subscribe) =>
        collect(
          subscribe<{ trainingUpdated: JobState & { model: { triggerWord: string | null } } }>(
            url,
            `subscription ($id: ID!) { trainingUpdated(id: $id) { ${JOB} model { triggerWord } } }`,
            { id: training.id },
          ),
        ),
      ),
    );
    for (const events of watched) {
      expect(events.flatMap(({ errors }) => errors ?? [])).toEqual([]);
      const states = events.map(({ data }) => data?.trainingUpdated);
      expectLife(states, training.id);
      expect(states.at(-1)?.model.triggerWord).toBe(training.triggerWord);
      // The first look is made at once. One that followed a wait would find the training further on.
      expect(states[0]?.progress.fraction).toBeLessThan(0.2);
    }

    const predicted = await ask<{ createPrediction: { prediction: { id: string }; warnings: string[] } }>(
      url,
      `mutation ($input: CreatePredictionInput!) {
        createPrediction(input: $input) {
          ... on CreatePredictionSuccess { prediction { id } warnings }
          ... on Error { message }
        }
      }`,
      {
        input: {
          models: [{ id: modelId, scale: 1 }],
          prompt: `a dress in the style of ${training.triggerWord}`,
          size: { width: 640, height: 512 },
          imageCount: 2,
        },
      },
    );
    expect(predicted).toMatchObject({ data: { createPrediction: { warnings: [] } } });
    const predictionId = predicted.data?.createPrediction.prediction.id ?? '';

    const predictionEvents = await collect(
      transports.WebSocket<{ predictionUpdated: JobState & { images: ImageFacts[] | null } }>(
        url,
        `subscription ($id: ID!) { predictionUpdated(id: $id) { ${JOB} images { ${IMAGE} } } }`,
        { id: predictionId },
      ),
    );
    const predictionStates = predictionEvents.map(({ data }) => data?.predictionUpdated);
    expectLife(predictionStates, predictionId);
    const images = predictionStates.at(-1)?.images ?? [];
    expect(images).toHaveLength(2);
    const painted = await Promise.all(images.map((image) => download(image.url)));
    for (const [index, bytes] of painted.entries()) {
      expect(await sizeOf(bytes)).toEqual({ width: 640, height: 512 });
      expect(images[index]).toMatchObject({ width: 640, height: 512, byteSize: bytes.byteLength });
    }
    expect(new Set(painted.map(digest)).size).toBe(2);

    const before = await remembered(url, { modelId, trainingId: training.id, predictionId });
    for (const exit of await stop()) expect(exit).toEqual({ code: 0, signal: null });

    const restarted = await start(directory);
    const after = await remembered(restarted.url, { modelId, trainingId: training.id, predictionId });
    expect(withoutAddresses(after)).toEqual(withoutAddresses(before));
    expect(after).toMatchObject({
      data: {
        model: { displayName: 'Summer dresses', triggerWord: training.triggerWord },
        training: { id: training.id, status: 'COMPLETED', triggerWord: training.triggerWord },
        prediction: { id: predictionId, status: 'COMPLETED' },
      },
    });
    const { model, prediction } = after.data ?? {};
    expect(model?.dataItems.nodes.map(({ id }) => id).sort()).toEqual(dataItems.map(({ id }) => id).sort());
    for (const { id, image } of model?.dataItems.nodes ?? []) {
      const bytes = await download(image.url);
      expect(digest(bytes)).toBe(kept.map(digest)[dataItems.findIndex((dataItem) => dataItem.id === id)]);
      expect(await sizeOf(bytes)).toEqual({ width: 96, height: 64 });
    }
    const paintedAgain = await Promise.all((prediction?.images ?? []).map((image) => download(image.url)));
    expect(paintedAgain.map(digest)).toEqual(painted.map(digest));

    // An address that was handed out before the restart is good after it, wherever the program listens now.
    const [earlier] = images.map((image) => new URL(image.url).pathname);
    expect(digest(await download(`${restarted.url}${earlier}`))).toBe(painted.map(digest)[0]);
  },
);

/** All that was made, read again. */
const remembered = (url: string, ids: { modelId: string; trainingId: string; predictionId: string }) =>
  ask<{
    model: {
      displayName: string;
      triggerWord: string;
      dataItems: { nodes: { id: string; image: ImageFacts }[] };
    };
    training: JobState & { triggerWord: string };
    prediction: JobState & { prompt: string; seed: number; images: ImageFacts[] };
  }>(
    url,
    `query ($modelId: ID!, $trainingId: ID!, $predictionId: ID!) {
      model(id: $modelId) { id displayName triggerWord dataItems { nodes { id createdAt image { ${IMAGE} } } } }
      training(id: $trainingId) { ${JOB} triggerWord strength speed isStyle createdAt finishedAt model { id } }
      prediction(id: $predictionId) {
        ${JOB} prompt seed size { width height } imageCount createdAt finishedAt
        models { modelId scale } images { ${IMAGE} }
      }
    }`,
    ids,
  );

/** Addresses name the port, which is another one after a restart. */
const withoutAddresses = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (key, field) => (key === 'url' ? undefined : field)));

/** Checks that a job was seen unfinished, on its way and completed, in this order and with progress that never fell. */
function expectLife(states: readonly (JobState | undefined)[], id: string): void {
  const fractions = states.map((state) => state?.progress.fraction);
  expect(states[0]).toMatchObject({ id, isFinished: false });
  expect(states.map((state) => state?.status)).toContain('PROCESSING');
  expect(states.at(-1)).toMatchObject({ id, status: 'COMPLETED', isFinished: true, progress: { fraction: 1 } });
  expect(new Set(fractions).size).toBeGreaterThanOrEqual(3);
  expect(fractions).toEqual([...fractions].sort((a = 0, b = 0) => a - b));
}

/** A picture from a camera or a designer, as a browser's file input hands it over. */
async function picture(format: 'webp' | 'png' | 'jpeg', background: string): Promise<File> {
  const image = sharp({ create: { width: 96, height: 64, channels: 3, background } });
  const bytes = new Uint8Array(await image.toFormat(format).toBuffer());
  return new File([bytes], `${background}.${format}`, { type: `image/${format}` });
}

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** Fetches an image as `<img src>` does: by its address alone. */
async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^image\/(webp|png|jpeg)$/);
  return new Uint8Array(await response.arrayBuffer());
}

/** Comparing pictures byte by byte would take the test runner seconds. */
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Decodes every pixel, so that half a picture is none. */
async function sizeOf(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height };
}
