import { publicError } from '../errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { WatchScope } from './watch-token.ts';

/** For what a watch token does not show. */
export const outOfScope = () =>
  publicError('FORBIDDEN', 'A watch token shows its own jobs and their images, and nothing else.');

/**
 * The upstream as far as a watch token reaches: its jobs can be read one by one. Whatever a field wants to read besides,
 * today or once it is written, fails here.
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
