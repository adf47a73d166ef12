import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { contract as vendorContract } from '../../src/contract/contract.gen.ts';
import type { OperationId, PathOf, Wire } from '../../src/contract/contract.ts';
import { createSandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

/** What a request carries. */
export interface Sent<Id extends OperationId> {
  path?: PathOf<Id>;
  lastDocId?: string;
  json?: unknown;
  bytes?: Uint8Array<ArrayBuffer>;
  key?: string | null;
  headers?: Record<string, string>;
}

export const ORIGIN = 'http://sandbox.test';

/** Its own sandbox in memory, with a clock that stands still until it is moved. */
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
    /** A model that was trained on these pictures, with its trigger word. */
    trainedModel: async (...pictures: Uint8Array<ArrayBuffer>[]) => {
      const modelId = await api.createModel();
      for (const picture of pictures.length ? pictures : [PNG_START]) await api.upload(modelId, picture);
      const trainingId = await api.train(modelId);
      clock.now += 60_000;
      const { triggerWord } = await api.training(modelId, trainingId);
      return { modelId, trainingId, triggerWord: triggerWord ?? '' };
    },
    /** The images of a prediction that is waited for. */
    images: async (json: Wire['CreatePrediction']): Promise<Uint8Array<ArrayBuffer>[]> => {
      const predictionId = await api.predict(json);
      clock.now += 60_000;
      const { images } = await api.prediction(predictionId);
      return Promise.all((images ?? []).map(async (image) => new Uint8Array(await (await open(image)).arrayBuffer())));
    },
  };

  /** Opens an image as a browser would: without a key. */
  const open = (image: Wire['ImageReference'] | undefined) => sandbox.fetch(new Request(addressOf(image)));

  return { sandbox, clock, send, open, ...api };
}

export const addressOf = (image: Wire['ImageReference'] | undefined): string => {
  if (typeof image !== 'string') throw new Error(`Expected an address, got ${JSON.stringify(image)}.`);
  return image;
};

/** The JSON of an answer that must be a 200. */
export async function okJson<Body>(pending: Promise<Response>): Promise<Body> {
  const response = await pending;
  if (response.status !== 200) throw new Error(`Answered ${response.status}: ${await response.text()}`);
  return JSON.parse(await response.text());
}

/** The status and message of a refusal. */
export async function refusal(pending: Promise<Response>): Promise<{ status: number; message: string }> {
  const response = await pending;
  const { error }: { error?: { message?: string } } = JSON.parse(await response.text());
  return { status: response.status, message: error?.message ?? '' };
}

/** What the first bytes of each format look like. */
export const PNG_START = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);
export const JPEG_START = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
export const WEBP_START = new Uint8Array(Buffer.from('RIFF\0\0\0\0WEBPVP8 '));

/** A picture of one colour. */
export const flat = async (colour: string) =>
  new Uint8Array(
    await sharp({ create: { width: 64, height: 64, channels: 3, background: colour } })
      .png()
      .toBuffer(),
  );

/** Names an image by its content: a failing comparison of whole images would print all their bytes. */
export const digest = (image: Uint8Array | ArrayBuffer | undefined) =>
  createHash('sha256')
    .update(new Uint8Array(image ?? []))
    .digest('hex');

/** The mean of red, green and blue, each 0 to 255. */
export async function meanColour(image: Uint8Array | undefined): Promise<[number, number, number]> {
  const { channels } = await sharp(image).stats();
  const [red, green, blue] = channels.map(({ mean }) => mean);
  return [red ?? 0, green ?? 0, blue ?? 0];
}
