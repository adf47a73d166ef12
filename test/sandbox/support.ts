import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { contract as vendorContract } from '../../src/contract/contract.gen.ts';
import type { OperationId, PathOf, Wire } from '../../src/contract/contract.ts';
import { createSandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

/** Parameters, body and headers of a request. */
export interface Sent<Id extends OperationId> {
  path?: PathOf<Id>;
  lastDocId?: string;
  json?: unknown;
  bytes?: Uint8Array<ArrayBuffer>;
  key?: string | null;
  headers?: Record<string, string>;
}

export const ORIGIN = 'http://sandbox.test';

/** Starts a sandbox in memory with a manual clock. */
export function startSandbox(options: SandboxOptions = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const contract = options.contract ?? vendorContract;
  const sandbox = createSandbox({ now: () => clock.now, ...options });

  const send = <Id extends OperationId>(id: Id, sent: Sent<Id> = {}) => {
    const { method, path } = contract.operations[id];
    const parameters = new Map<string, string>(Object.entries(sent.path ?? {}));
    const url = new URL(
      path.replace(/\{(\w+)\}/g, (_, name) => parameters.get(name) ?? ''),
      ORIGIN,
    );
    if (sent.lastDocId !== undefined) url.searchParams.set('lastDocId', sent.lastDocId);
    const headers = new Headers();
    if (sent.key !== null) headers.set('x-api-key', sent.key ?? 'demo');
    if (sent.json !== undefined) headers.set('content-type', 'application/json');
    if (sent.bytes) headers.set('content-type', 'application/octet-stream');
    for (const [name, value] of Object.entries(sent.headers ?? {})) headers.set(name, value);
    const body = sent.json === undefined ? sent.bytes : JSON.stringify(sent.json);
    return sandbox.fetch(new Request(url, { method, headers, ...(body !== undefined && { body }) }));
  };

  const api = {
    createModel: async (displayName = 'Dresses', key = 'demo'): Promise<string> =>
      (await okJson<Wire['CreatedModel']>(send('createModel', { key, json: { displayName } }))).id,
    upload: async (modelId: string, bytes = PNG_START): Promise<string> =>
      (await okJson<Wire['UploadedDataItem']>(send('uploadDataItem', { path: { modelId }, bytes }))).dataId,
    train: async (modelId: string, json: object = { trainingStrength: 5, trainingSpeed: 'fast' }): Promise<string> =>
      (await okJson<Wire['StartedTraining']>(send('startTraining', { path: { modelId }, json }))).trainingId,
    training: (modelId: string, trainingId: string) =>
      okJson<Wire['TrainingDetails']>(send('getTraining', { path: { modelId, trainingId } })),
    predict: async (json: Wire['CreatePrediction']): Promise<string> =>
      (await okJson<Wire['CreatedPrediction']>(send('createPrediction', { json }))).predictionId,
    prediction: (predictionId: string) =>
      okJson<Wire['PredictionDetails']>(send('getPrediction', { path: { predictionId } })),
    /** Creates a model trained on these images, and returns its ids and trigger word. */
    trainedModel: async (...images: Uint8Array<ArrayBuffer>[]) => {
      const modelId = await api.createModel();
      for (const image of images.length ? images : [PNG_START]) await api.upload(modelId, image);
      const trainingId = await api.train(modelId);
      clock.now += 60_000;
      const { triggerWord } = await api.training(modelId, trainingId);
      return { modelId, trainingId, triggerWord: triggerWord ?? '' };
    },
    /** Creates a prediction, waits for it, and returns its images. */
    images: async (json: Wire['CreatePrediction']): Promise<Uint8Array<ArrayBuffer>[]> => {
      const predictionId = await api.predict(json);
      clock.now += 60_000;
      const { images } = await api.prediction(predictionId);
      return Promise.all((images ?? []).map(async (image) => new Uint8Array(await (await open(image)).arrayBuffer())));
    },
  };

  /** Requests an image without a key, like a browser. */
  const open = (image: Wire['ImageReference'] | undefined) => sandbox.fetch(new Request(urlOf(image)));

  return { sandbox, clock, send, open, ...api };
}

export const urlOf = (image: Wire['ImageReference'] | undefined): string => {
  if (typeof image !== 'string') throw new Error(`Expected a URL, got ${JSON.stringify(image)}`);
  return image;
};

/** Returns the JSON of a response. @throws Error if its status is not 200. */
export async function okJson<Body>(pending: Promise<Response>): Promise<Body> {
  const response = await pending;
  if (response.status !== 200) throw new Error(`Expected status 200, got ${response.status}: ${await response.text()}`);
  return JSON.parse(await response.text());
}

/** Returns the status and message of an error response. */
export async function errorOf(pending: Promise<Response>): Promise<{ status: number; message: string }> {
  const response = await pending;
  const { error }: { error?: { message?: string } } = JSON.parse(await response.text());
  return { status: response.status, message: error?.message ?? '' };
}

/** First bytes of each format. */
export const PNG_START = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);
export const JPEG_START = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
export const WEBP_START = new Uint8Array(Buffer.from('RIFF\0\0\0\0WEBPVP8 '));

/** Creates an image of one color. */
export const solidImage = async (color: string) =>
  new Uint8Array(
    await sharp({ create: { width: 64, height: 64, channels: 3, background: color } })
      .png()
      .toBuffer(),
  );

/** Hashes an image, because a failing comparison of whole images would print all bytes. */
export const digest = (image: Uint8Array | ArrayBuffer | undefined) =>
  createHash('sha256')
    .update(new Uint8Array(image ?? []))
    .digest('hex');

/** Returns the means of red, green and blue, each 0 to 255. */
export async function meanColor(image: Uint8Array | undefined): Promise<[number, number, number]> {
  const { channels } = await sharp(image).stats();
  const [red, green, blue] = channels.map(({ mean }) => mean);
  return [red ?? 0, green ?? 0, blue ?? 0];
}
