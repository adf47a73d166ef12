import type { Wire } from '../contract/contract.ts';
import { notFound } from './api-error.ts';
import type { SandboxContext } from './context.ts';
import type { Database } from './database.ts';
import type { Handlers } from './handler.ts';
import { randomId } from './ids.ts';
import { type Collection, readPage } from './page.ts';

/** Default of `customModelType`. */
export const DEFAULT_MODEL_TYPE = 'Custom';

const MODELS: Collection = {
  kind: 'model',
  table: 'models',
  columns: 'id, displayName, customModelType',
  scope: 'owner',
  softDelete: true,
};

interface ModelRow {
  id: string;
  displayName: string;
  customModelType: string;
}

/** Handlers for models. */
export function modelHandlers({ database, now, pageSize, listDetail }: SandboxContext) {
  const item = ({ id, displayName, customModelType }: ModelRow): Wire['Model'] =>
    listDetail === 'ids' ? { id } : { id, displayName, customModelType };

  return {
    listModels: ({ owner, query }): Wire['ModelPage'] => {
      const { rows, ...rest } = readPage<ModelRow>(database, MODELS, owner, query.lastDocId, pageSize);
      return { models: rows.map(item), ...rest };
    },
    createModel: ({ owner, body: { displayName, customModelType } }): Wire['CreatedModel'] => {
      const id = randomId();
      database.run(
        'INSERT INTO models (id, owner, displayName, customModelType, createdAt) VALUES (?, ?, ?, ?, ?)',
        id,
        owner,
        displayName,
        customModelType ?? DEFAULT_MODEL_TYPE,
        now(),
      );
      return { id, displayName };
    },
    getModel: ({ owner, path }): Wire['ModelDetails'] => {
      const { displayName } = requireModel(database, owner, path.modelId);
      return { displayName };
    },
    updateModel: ({ owner, path, body }) => {
      requireModel(database, owner, path.modelId);
      database.run('UPDATE models SET displayName = ? WHERE id = ?', body.updatedDisplayName, path.modelId);
      return {};
    },
    deleteModel: ({ owner, path }) => {
      requireModel(database, owner, path.modelId);
      database.run('UPDATE models SET deletedAt = ? WHERE id = ?', now(), path.modelId);
      return {};
    },
  } satisfies Partial<Handlers>;
}

/**
 * Reads a model of an owner.
 *
 * @throws ApiError 404 if it does not exist, was deleted, or belongs to another owner.
 */
export function requireModel(database: Database, owner: string, id: string): { displayName: string } {
  const sql = 'SELECT displayName FROM models WHERE id = ? AND owner = ? AND deletedAt IS NULL';
  const model = database.get<{ displayName: string }>(sql, id, owner);
  if (!model) throw notFound('model', id);
  return model;
}
