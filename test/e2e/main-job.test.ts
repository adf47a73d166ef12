import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type Exit, startProgram, temporaryDirectory } from '../support/program.ts';
import { collect, execute, transports, upload } from './client.ts';

/** Long enough for polls every two seconds to observe a training before, during and after its execution. */
const DURATIONS = { SANDBOX_FAST_SECONDS: '5', SANDBOX_PREDICTION_SECONDS: '2' };

/** The processes of a running gateway, and of its upstream. */
interface Running {
  url: string;
  stop(): Promise<Exit[]>;
}

/** Starts a gateway with each kind of upstream, whose data is stored in the directory. */
const upstreams: Record<string, (directory: string) => Promise<Running>> = {
  'the embedded sandbox': async (directory) => {
    const gateway = await startProgram({ directory, env: DURATIONS });
    return { url: gateway.url, stop: async () => [await gateway.stop()] };
  },
  'a separate REST server': async (directory) => {
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
  'a model is created, filled with images, trained, watched and used, and survives a restart, with %s',
  { timeout: 60_000 },
  async (_, start) => {
    const directory = await temporaryDirectory();
    const { url, stop } = await start(directory);

    const created = await execute<{ createModel: { model: { id: string } } }>(
      url,
      `mutation ($input: CreateModelInput!) {
        createModel(input: $input) { ... on CreateModelSuccess { model { id } } ... on Error { message } }
      }`,
      { input: { displayName: 'Summer dresses' } },
    );
    const modelId = created.data?.createModel.model.id ?? expect.fail(JSON.stringify(created));

    const files = [await imageFile('webp', 'crimson'), await imageFile('png', 'teal'), await imageFile('jpeg', 'gold')];
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
      files,
    );
    expect(uploaded).toEqual({
      data: {
        uploadDataItems: {
          outcomes: files.map(({ name, type, size }) => ({
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
    const stored = await Promise.all(dataItems.map(({ image }) => download(image.url)));
    expect(stored.map(digest)).toEqual((await Promise.all(files.map(bytesOf))).map(digest));

    const started = await execute<{ startTraining: { training: { id: string; triggerWord: string } } }>(
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
      expectLifecycle(states, training.id);
      expect(states.at(-1)?.model.triggerWord).toBe(training.triggerWord);
      // The first poll is made at once. After a delay, the training would have progressed further.
      expect(states[0]?.progress.fraction).toBeLessThan(0.2);
    }

    const predicted = await execute<{ createPrediction: { prediction: { id: string }; warnings: string[] } }>(
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
    expectLifecycle(predictionStates, predictionId);
    const images = predictionStates.at(-1)?.images ?? [];
    expect(images).toHaveLength(2);
    const painted = await Promise.all(images.map((image) => download(image.url)));
    for (const [index, bytes] of painted.entries()) {
      expect(await sizeOf(bytes)).toEqual({ width: 640, height: 512 });
      expect(images[index]).toMatchObject({ width: 640, height: 512, byteSize: bytes.byteLength });
    }
    expect(new Set(painted.map(digest)).size).toBe(2);

    const before = await readAll(url, { modelId, trainingId: training.id, predictionId });
    for (const exit of await stop()) expect(exit).toEqual({ code: 0, signal: null });

    const restarted = await start(directory);
    const after = await readAll(restarted.url, { modelId, trainingId: training.id, predictionId });
    expect(withoutUrls(after)).toEqual(withoutUrls(before));
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
      expect(digest(bytes)).toBe(stored.map(digest)[dataItems.findIndex((dataItem) => dataItem.id === id)]);
      expect(await sizeOf(bytes)).toEqual({ width: 96, height: 64 });
    }
    const paintedAgain = await Promise.all((prediction?.images ?? []).map((image) => download(image.url)));
    expect(paintedAgain.map(digest)).toEqual(painted.map(digest));

    // The path of an image URL from before the restart is still valid.
    const [earlier] = images.map((image) => new URL(image.url).pathname);
    expect(digest(await download(`${restarted.url}${earlier}`))).toBe(painted.map(digest)[0]);
  },
);

/** Reads everything that was created. */
const readAll = (url: string, ids: { modelId: string; trainingId: string; predictionId: string }) =>
  execute<{
    model: {
      displayName: string;
      triggerWord: string;
      dataItems: { nodes: { id: string; image: ImageFacts }[] };
    };
    training: JobState & { triggerWord: string };
    prediction: JobState & { prompt: string; settings: { seed: number }; images: ImageFacts[] };
  }>(
    url,
    `query ($modelId: ID!, $trainingId: ID!, $predictionId: ID!) {
      model(id: $modelId) { id displayName triggerWord dataItems { nodes { id createdAt image { ${IMAGE} } } } }
      training(id: $trainingId) { ${JOB} triggerWord strength mode { ... on FastTraining { isStyle } } createdAt finishedAt model { id } }
      prediction(id: $predictionId) {
        ${JOB} prompt settings { seed size { width height } imageCount } createdAt finishedAt
        models { modelId scale } images { ${IMAGE} }
      }
    }`,
    ids,
  );

/** Removes URLs, which contain the port, and so differ after a restart. */
const withoutUrls = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (key, field) => (key === 'url' ? undefined : field)));

/**
 * Expects the states of a job to be unfinished, processing and completed, in this order and with increasing progress.
 */
function expectLifecycle(states: readonly (JobState | undefined)[], id: string): void {
  const fractions = states.map((state) => state?.progress.fraction);
  expect(states[0]).toMatchObject({ id, isFinished: false });
  expect(states.map((state) => state?.status)).toContain('PROCESSING');
  expect(states.at(-1)).toMatchObject({ id, status: 'COMPLETED', isFinished: true, progress: { fraction: 1 } });
  expect(new Set(fractions).size).toBeGreaterThanOrEqual(3);
  expect(fractions).toEqual([...fractions].sort((a = 0, b = 0) => a - b));
}

/** An image file, as from a browser's file input. */
async function imageFile(format: 'webp' | 'png' | 'jpeg', background: string): Promise<File> {
  const image = sharp({ create: { width: 96, height: 64, channels: 3, background } });
  const bytes = new Uint8Array(await image.toFormat(format).toBuffer());
  return new File([bytes], `${background}.${format}`, { type: `image/${format}` });
}

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** Fetches an image as `<img src>` does: by its URL alone. */
async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^image\/(webp|png|jpeg)$/);
  return new Uint8Array(await response.arrayBuffer());
}

/** Hash of an image, because the test runner needs seconds to compare images byte by byte. */
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Size of an image. Decodes every pixel, so that an incomplete image fails. */
async function sizeOf(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height };
}
