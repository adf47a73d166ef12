import { notFound } from './api-error.ts';
import type { Database } from './database.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { stateAt } from './lifecycle.ts';
import { type PaintedModel, paint } from './painter.ts';
import type { ResolvedPrediction } from './predictions.ts';
import { seededRandom } from './random.ts';

/** Reads an image of a prediction; it is generated on the first read, and stored. */
export type ReadPredictionImage = (predictionId: string, position: number) => Promise<StoredImage>;

const CONTENT_TYPE = 'image/png';
/** Maximum number of training images used from one model. */
const IMAGES_PER_MODEL = 4;
/** Default of `guidance_scale`. */
const DEFAULT_GUIDANCE_SCALE = 5;

/** Creates the reader. It throws ApiError 404 for an image that does not exist or is not finished. */
export function createPredictionImages(database: Database, images: ImageStore, now: () => number): ReadPredictionImage {
  const painting = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  const paintAndStore = async (id: string, position: number, request: ResolvedPrediction) => {
    const seed = `${request.seed}/${position}`;
    const bytes = await paint({
      ...request.image_size,
      seed,
      prompt: request.prompt,
      models: await activeModels(database, images, id, request, seed),
      guidanceScale: request.guidance_scale ?? DEFAULT_GUIDANCE_SCALE,
    });
    const sql = 'INSERT OR IGNORE INTO predictionImages (prediction, position, bytes) VALUES (?, ?, ?)';
    database.run(sql, id, position, bytes);
    return bytes;
  };

  return async (id, position) => {
    const kept = 'SELECT bytes FROM predictionImages WHERE prediction = ? AND position = ?';
    const image = database.get<{ bytes: Uint8Array }>(kept, id, position);
    if (image) return { contentType: CONTENT_TYPE, bytes: new Uint8Array(image.bytes) };

    const sql = 'SELECT request, createdAt, duration, failure FROM predictions WHERE id = ?';
    const row = database.get<{ request: string; createdAt: number; duration: number; failure: string | null }>(sql, id);
    const request: ResolvedPrediction | undefined = row && JSON.parse(row.request);
    const completed = row && stateAt({ ...row, cancelRequestedAt: null }, now()).status === 'completed';
    if (!completed || !request || position >= request.num_images) throw notFound('image', `${id}/${position}`);

    // Concurrent reads share one generation.
    const key = `${id}/${position}`;
    const begun = painting.get(key) ?? paintAndStore(id, position, request).finally(() => painting.delete(key));
    painting.set(key, begun);
    return { contentType: CONTENT_TYPE, bytes: await begun };
  };
}

async function activeModels(
  database: Database,
  images: ImageStore,
  id: string,
  { scaleConfigs }: ResolvedPrediction,
  seed: string,
): Promise<PaintedModel[]> {
  const rows = database.all<{ model: string; imageId: string }>(
    `SELECT trainings.model AS model, trainingPictures.picture AS imageId FROM predictionTrainings
     JOIN trainings ON trainings.id = predictionTrainings.training
     JOIN trainingPictures ON trainingPictures.training = trainings.id
     WHERE predictionTrainings.prediction = ? GROUP BY model, imageId ORDER BY model, min(position)`,
    id,
  );
  const byModel = new Map<string, string[]>();
  for (const { model, imageId } of rows) byModel.set(model, [...(byModel.get(model) ?? []), imageId]);

  const models = [...byModel].map(async ([model, ids]) => {
    const from = Math.floor(seededRandom(`${seed}/${model}`)() * ids.length);
    const chosen = [...ids.slice(from), ...ids.slice(0, from)].slice(0, IMAGES_PER_MODEL);
    const read = await Promise.all(chosen.map((imageId) => images.read(imageId)));
    return { scale: scaleConfigs[model] ?? 0, images: read.map(({ bytes }) => bytes) };
  });
  return Promise.all(models);
}
