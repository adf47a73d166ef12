import type { Wire } from '../contract/contract.ts';
import { ApiError, notFound } from './api-error.ts';
import { FAIL_MARKER, isoTime, type SandboxContext } from './context.ts';
import type { Database } from './database.ts';
import type { Handlers } from './handler.ts';
import { randomId, randomTriggerWord } from './ids.ts';
import { isFinished, type JobRecord, stateAt } from './lifecycle.ts';
import { requireModel } from './models.ts';
import { type Collection, readPage } from './page.ts';

const TRAININGS: Collection = {
  kind: 'training',
  table: 'trainings',
  columns: 'id, triggerWord, request, createdAt, duration, failure, cancelRequestedAt',
  scope: 'model',
  softDelete: true,
};

interface TrainingRow extends JobRecord {
  id: string;
  triggerWord: string;
  /** The request's body as JSON. */
  request: string;
}

/** Handlers for trainings. */
export function trainingHandlers({ database, now, pageSize, listDetail, durations }: SandboxContext) {
  const requireTraining = (owner: string, { modelId, trainingId }: { modelId: string; trainingId: string }) => {
    requireModel(database, owner, modelId);
    const sql = `SELECT ${TRAININGS.columns} FROM trainings WHERE id = ? AND model = ? AND deletedAt IS NULL`;
    const row = database.get<TrainingRow>(sql, trainingId, modelId);
    if (!row) throw notFound('training', trainingId);
    return row;
  };

  return {
    listTrainings: ({ owner, path, query }): Wire['TrainingPage'] => {
      requireModel(database, owner, path.modelId);
      const { rows, ...rest } = readPage<TrainingRow>(database, TRAININGS, path.modelId, query.lastDocId, pageSize);
      const item = (row: TrainingRow): Wire['Training'] =>
        listDetail === 'ids' ? { id: row.id } : { id: row.id, ...detailsAt(row, now()) };
      return { trainings: rows.map(item), ...rest };
    },
    startTraining: ({ owner, path, body }): Wire['StartedTraining'] => {
      const { displayName } = requireModel(database, owner, path.modelId);
      const request: Wire['StartTraining'] = { ...body, trainingSpeed: body.trainingSpeed ?? 'high_quality' };
      const failure = displayName.includes(FAIL_MARKER)
        ? `The training failed because the model's name contains "${FAIL_MARKER}".`
        : null;
      const trainingId = insertTraining(database, {
        id: randomId(),
        triggerWord: unusedTriggerWord(database),
        model: path.modelId,
        request,
        createdAt: now(),
        duration: durations[request.trainingSpeed ?? 'high_quality'],
        failure,
        cancelRequestedAt: null,
      });
      return { trainingId };
    },
    getTraining: ({ owner, path }): Wire['TrainingDetails'] => detailsAt(requireTraining(owner, path), now()),
    cancelTraining: ({ owner, path }) => {
      const training = requireTraining(owner, path);
      const state = stateAt(training, now());
      if (isFinished(state)) {
        throw new ApiError(
          409,
          `The training "${training.id}" is ${state.status}: only a queued or running training can be canceled.`,
        );
      }
      const sql = 'UPDATE trainings SET cancelRequestedAt = ? WHERE id = ?';
      database.run(sql, now(), training.id);
      return {};
    },
    deleteTraining: ({ owner, path }) => {
      requireTraining(owner, path);
      database.run('UPDATE trainings SET deletedAt = ? WHERE id = ?', now(), path.trainingId);
      return {};
    },
  } satisfies Partial<Handlers>;
}

/** A new training. */
export interface NewTraining extends JobRecord {
  id: string;
  triggerWord: string;
  model: string;
  request: Wire['StartTraining'];
}

/**
 * Stores a training with the current images of its model, and returns its id.
 *
 * @throws ApiError 409 if the model has no data items.
 */
export function insertTraining(database: Database, training: NewTraining): string {
  const { id, triggerWord, model, request, createdAt, duration, failure, cancelRequestedAt } = training;
  database.transaction(() => {
    database.run(
      `INSERT INTO trainings (id, model, triggerWord, request, createdAt, duration, failure, cancelRequestedAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, model, triggerWord, JSON.stringify(request), createdAt, duration, failure, cancelRequestedAt],
    );
    const images = database.run(
      `INSERT INTO trainingPictures (training, position, picture)
       SELECT ?, sequence, picture FROM dataItems WHERE model = ?`,
      id,
      model,
    );
    if (images === 0)
      throw new ApiError(409, `The model "${model}" has no data items. Upload at least one image first.`);
  });
  return id;
}

function unusedTriggerWord(database: Database): string {
  const word = randomTriggerWord();
  return database.get('SELECT 1 FROM trainings WHERE triggerWord = ?', word) ? unusedTriggerWord(database) : word;
}

function detailsAt(row: TrainingRow, now: number): Wire['TrainingDetails'] {
  const { status, progress, finishedAt, error } = stateAt(row, now);
  const request: Wire['StartTraining'] = JSON.parse(row.request);
  return {
    status,
    triggerWord: row.triggerWord,
    createdAt: isoTime(row.createdAt),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
    progress,
    error,
    trainingStrength: request.trainingStrength,
    trainingSpeed: request.trainingSpeed ?? null,
    trainingStyle: request.trainingStyle ?? null,
    isStyle: request.isStyle ?? null,
    isInputFormatAlreadyPreprocessed: request.isInputFormatAlreadyPreprocessed ?? null,
  };
}
