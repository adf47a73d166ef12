import sharp from 'sharp';
import { globalId } from '../../schema/ids.ts';
import { contract } from '../../src/contract/contract.gen.ts';

/** Creates data in a sandbox through its REST API. */

type Upstream = (path: string, init?: RequestInit) => Promise<Response>;

async function send(
  upstream: Upstream,
  path: string,
  body: object | Uint8Array<ArrayBuffer>,
): Promise<Record<string, string>> {
  const isBytes = body instanceof Uint8Array;
  const response = await upstream(path, {
    method: 'POST',
    headers: { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' },
    body: isBytes ? body : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path} returned status ${response.status}: ${await response.text()}`);
  return await response.json();
}

/** Creates a model with images and fast trainings that have just started. */
export async function seedModel(
  upstream: Upstream,
  displayName: string,
  { images = 0, trainings = 0 }: { images?: number; trainings?: number } = {},
) {
  const { id = '' } = await send(upstream, '/models', { displayName });
  const dataItems: string[] = [];
  for (let index = 0; index < Math.max(images, trainings > 0 ? 1 : 0); index++) {
    dataItems.push(await seedDataItem(upstream, id, await smallImage({ hue: index * 40 })));
  }
  const trainingIds: string[] = [];
  for (let index = 0; index < trainings; index++) trainingIds.push(await seedTraining(upstream, id));
  return { id, globalId: globalId({ kind: 'Model', id }), dataItems, trainings: trainingIds };
}

async function seedDataItem(upstream: Upstream, modelId: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await send(upstream, `/models/${modelId}/data`, bytes)).dataId ?? '';
}

export async function seedTraining(upstream: Upstream, modelId: string, body: object = {}): Promise<string> {
  const request = { trainingStrength: 5, trainingSpeed: 'fast', ...body };
  return (await send(upstream, `/models/${modelId}/trainings`, request)).trainingId ?? '';
}

export async function seedPrediction(
  upstream: Upstream,
  modelIds: readonly string[],
  body: object = {},
): Promise<string> {
  const scaleConfigs = Object.fromEntries(modelIds.map((id) => [id, 1]));
  return (await send(upstream, '/predictions', { scaleConfigs, prompt: 'a dress', ...body })).predictionId ?? '';
}

/** Creates a small image of one color. */
export async function smallImage({
  hue = 0,
  format = 'png',
  width = 8,
  height = 8,
}: {
  hue?: number;
  format?: 'png' | 'webp' | 'jpeg';
  width?: number;
  height?: number;
} = {}) {
  const channel = (offset: number) => Math.round(127 + 127 * Math.cos(((hue + offset) * Math.PI) / 180));
  const background = { r: channel(0), g: channel(240), b: channel(120) };
  return new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background } })
      .toFormat(format)
      .toBuffer(),
  );
}

/** Maximum size of an image, in bytes. */
export const MAX_IMAGE_BYTES = (contract.schemas.ImageBytes as { maxLength: number }).maxLength;
