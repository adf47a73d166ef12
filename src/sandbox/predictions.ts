import { randomInt } from 'node:crypto';
import type { Wire } from '../contract/contract.ts';
import { notFound } from './api-error.ts';
import { FAIL_MARKER, isoTime, type SandboxContext } from './context.ts';
import type { Database } from './database.ts';
import type { Handlers } from './handler.ts';
import { randomId } from './ids.ts';
import { predictionImagePath } from './image-paths.ts';
import { type JobRecord, stateAt } from './lifecycle.ts';
import { requireModel } from './models.ts';
import { type Collection, readPage } from './page.ts';

const PREDICTIONS: Collection = {
  kind: 'prediction',
  table: 'predictions',
  columns: 'id, request, createdAt, duration, failure, NULL AS cancelRequestedAt',
  scope: 'owner',
  softDelete: true,
};

/** Defaults of `image_size`, in pixels, and `num_images`. */
const DEFAULT_IMAGE_SIZE = { width: 1_024, height: 1_024 };
const DEFAULT_NUM_IMAGES = 1;
/** Exclusive upper bound of generated seeds. */
const SEED_LIMIT = 2 ** 31;

/** A prediction's request with defaults and a seed. */
export type ResolvedPrediction = Wire['CreatePrediction'] &
  Required<Pick<Wire['CreatePrediction'], 'seed' | 'image_size' | 'num_images'>>;

interface PredictionRow extends JobRecord {
  id: string;
  /** A {@link ResolvedPrediction} as JSON. */
  request: string;
}

/** Handlers for predictions. */
export function predictionHandlers({ database, urls, now, pageSize, listDetail, durations }: SandboxContext) {
  const requirePrediction = (owner: string, id: string) => {
    const sql = `SELECT ${PREDICTIONS.columns} FROM predictions WHERE id = ? AND owner = ? AND deletedAt IS NULL`;
    const row = database.get<PredictionRow>(sql, id, owner);
    if (!row) throw notFound('prediction', id);
    return row;
  };

  const details = (row: PredictionRow, origin: string): Wire['PredictionDetails'] => {
    const { status, progress, finishedAt, error } = stateAt(row, now());
    const request: ResolvedPrediction = JSON.parse(row.request);
    const address = (_: unknown, position: number) => urls.sign(origin, predictionImagePath(row.id, position));
    return {
      status,
      ...(status === 'completed' && { images: Array.from({ length: request.num_images }, address) }),
      createdAt: isoTime(row.createdAt),
      finishedAt: finishedAt === null ? null : isoTime(finishedAt),
      progress,
      error,
      scaleConfigs: request.scaleConfigs,
      prompt: request.prompt,
      seed: request.seed,
      image_size: request.image_size,
      num_images: request.num_images,
      guidance_scale: request.guidance_scale ?? null,
      num_inference_steps: request.num_inference_steps ?? null,
    };
  };

  return {
    listPredictions: ({ owner, origin, query }): Wire['PredictionPage'] => {
      const { rows, ...rest } = readPage<PredictionRow>(database, PREDICTIONS, owner, query.lastDocId, pageSize);
      const item = (row: PredictionRow): Wire['Prediction'] =>
        listDetail === 'ids' ? { id: row.id } : { id: row.id, ...details(row, origin) };
      return { predictions: rows.map(item), ...rest };
    },
    createPrediction: ({ owner, body }): Wire['CreatedPrediction'] => {
      for (const model of Object.keys(body.scaleConfigs)) requireModel(database, owner, model);
      const failure = body.prompt.includes(FAIL_MARKER)
        ? `The prediction failed because its prompt contains "${FAIL_MARKER}".`
        : null;
      const predictionId = insertPrediction(database, {
        id: randomId(),
        owner,
        request: body,
        createdAt: now(),
        duration: durations.prediction,
        failure,
      });
      return { predictionId };
    },
    getPrediction: ({ owner, origin, path }): Wire['PredictionDetails'] =>
      details(requirePrediction(owner, path.predictionId), origin),
    deletePrediction: ({ owner, path }) => {
      requirePrediction(owner, path.predictionId);
      database.run('UPDATE predictions SET deletedAt = ? WHERE id = ?', now(), path.predictionId);
      return {};
    },
  } satisfies Partial<Handlers>;
}

/** A new prediction. */
export interface NewPrediction extends Omit<JobRecord, 'cancelRequestedAt'> {
  id: string;
  owner: string;
  request: Wire['CreatePrediction'];
}

/** Stores a prediction with the trainings that its prompt activates, and returns its id. */
export function insertPrediction(database: Database, prediction: NewPrediction): string {
  const { id, owner, request, createdAt, duration, failure } = prediction;
  const resolved: ResolvedPrediction = {
    ...request,
    seed: request.seed ?? randomInt(SEED_LIMIT),
    image_size: request.image_size ?? DEFAULT_IMAGE_SIZE,
    num_images: request.num_images ?? DEFAULT_NUM_IMAGES,
  };
  database.transaction(() => {
    database.run(
      'INSERT INTO predictions (id, owner, request, createdAt, duration, failure) VALUES (?, ?, ?, ?, ?, ?)',
      ...[id, owner, JSON.stringify(resolved), createdAt, duration, failure],
    );
    for (const training of activeTrainings(database, resolved, createdAt)) {
      database.run('INSERT INTO predictionTrainings (prediction, training) VALUES (?, ?)', id, training);
    }
  });
  return id;
}

/**
 * Selects the trainings that a prompt activates: completed ones of its models whose trigger word is a word of the prompt,
 * ignoring case. Soft-deleted trainings count, because only their record was deleted.
 */
function activeTrainings(database: Database, { scaleConfigs, prompt }: ResolvedPrediction, now: number): string[] {
  const words = new Set(prompt.toUpperCase().split(/[^A-Z0-9]+/));
  const sql = 'SELECT id, triggerWord, createdAt, duration, failure, cancelRequestedAt FROM trainings WHERE model = ?';
  return Object.keys(scaleConfigs)
    .flatMap((model) => database.all<JobRecord & { id: string; triggerWord: string }>(sql, model))
    .filter((training) => words.has(training.triggerWord) && stateAt(training, now).status === 'completed')
    .map(({ id }) => id);
}
