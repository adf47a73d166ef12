import { publicError } from '../errors.ts';
import type { Start } from '../upstream/client.ts';
import type { JobKey } from '../upstream/jobs.ts';
import type { Upstream, UpstreamOf } from '../upstream/upstream.ts';
import type { Caller } from './caller.ts';
import type { WatchScope } from './watch-token.ts';

/** A caller that a watch token may restrict to some jobs. */
export type ScopedCaller = Pick<Caller, 'credential' | 'scope'>;

/** @throws GraphQLError FORBIDDEN if the caller has only a watch token. */
export function requireFullAccess({ scope }: ScopedCaller): void {
  if (scope) throw outOfScope();
}

/** @throws GraphQLError FORBIDDEN if the caller has only a watch token, and not for all of these jobs. */
export function requireJobs({ scope }: ScopedCaller, jobs: readonly JobKey[]): void {
  if (scope && !jobs.every((job) => scope.includes(job))) throw outOfScope();
}

/**
 * The upstream with the caller's credential, restricted to the scope of its watch token.
 *
 * @param start Condition under which its writes may start. @default at any time
 * @throws GraphQLError UNAUTHENTICATED if the caller has no valid credential.
 */
export function upstreamFor(caller: ScopedCaller, upstreamOf: UpstreamOf, start?: Start): Upstream {
  const upstream = upstreamOf(caller.credential().apiKey, start);
  return caller.scope ? restrict(upstream, caller.scope) : upstream;
}

const outOfScope = () => publicError('FORBIDDEN', 'A watch token gives access to its own jobs and their images only.');

/**
 * Restricts an upstream to the jobs of a watch token, which can be read one by one. Every other operation is rejected
 * here, so that a new field cannot exceed the scope either.
 */
function restrict(upstream: Upstream, scope: WatchScope): Upstream {
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
    get maxPolls() {
      return upstream.maxPolls;
    },
    bulkPace: upstream.bulkPace,
  };
}
