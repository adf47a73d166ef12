import { publicError } from '../errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { WatchScope } from './watch-token.ts';

/** The error for a read outside the scope of a watch token. */
export const outOfScope = () =>
  publicError('FORBIDDEN', 'A watch token gives access to its own jobs and their images only.');

/**
 * Restricts an upstream to the jobs of a watch token, which can be read one by one. Every other operation is rejected
 * here, so that a new field cannot exceed the scope either.
 */
export function restrict(upstream: Upstream, scope: WatchScope): Upstream {
  const forbid = () => Promise.reject(outOfScope());
  return {
    models: { list: forbid, get: forbid, create: forbid, rename: forbid, delete: forbid },
    dataItems: { list: forbid, get: forbid, image: forbid, upload: forbid, replace: forbid, delete: forbid },
    trainings: {
      list: forbid,
      get: (key, options) =>
        scope.includes({ kind: 'Training', modelId: key.modelId, id: key.id })
          ? upstream.trainings.get(key, options)
          : forbid(),
      start: forbid,
      cancel: forbid,
      delete: forbid,
    },
    predictions: {
      list: forbid,
      get: (id, options) =>
        scope.includes({ kind: 'Prediction', id }) ? upstream.predictions.get(id, options) : forbid(),
      create: forbid,
      delete: forbid,
    },
    fetchOwn: forbid,
    get generation() {
      return upstream.generation;
    },
  };
}
