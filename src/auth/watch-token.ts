import { createHash } from 'node:crypto';
import * as z from 'zod';
import { publicError } from '../errors.ts';
import type { JobKey } from '../upstream/jobs.ts';
import { parseJson } from '../util/json.ts';
import type { Credential } from './credential.ts';
import type { Sealer } from './sealed-token.ts';

/** The jobs that a watch token gives access to. */
export interface WatchScope {
  readonly jobs: readonly JobKey[];
  /** Hash of the jobs: equal for equal scopes alone. */
  readonly name: string;
  includes(job: JobKey): boolean;
}

/** The content of a watch token: credential, scope and expiry. */
export interface WatchGrant {
  readonly credential: Credential;
  readonly scope: WatchScope;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Issues and opens watch tokens, with which a browser can watch some jobs without an API key. */
export interface WatchTokens {
  /**
   * @param seconds Lifetime of the token.
   * @throws RangeError when the jobs do not fit into a token.
   */
  issue(credential: Credential, jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date };
  /** @throws GraphQLError UNAUTHENTICATED when the token is malformed, altered or expired. */
  open(token: string): WatchGrant;
}

const PURPOSE = 'watch';

/** @see WatchTokens */
export function createWatchTokens({ sealer, now }: { sealer: Sealer; now: () => number }): WatchTokens {
  return {
    issue({ apiKey }, jobs, seconds) {
      const expiresAt = new Date(now() + seconds * 1_000);
      const content = JSON.stringify([apiKey, expiresAt.getTime(), jobs.map(nameOf)]);
      return { token: sealer.issue(content, PURPOSE, expiresAt).token, expiresAt };
    },
    open(token) {
      const grant = grantSchema.safeParse(parseJson(sealer.open(token, PURPOSE) ?? '')).data;
      if (!grant)
        throw publicError('UNAUTHENTICATED', 'This watch token is not valid or has expired. Request another one.');
      const [apiKey, expiresAt, names] = grant;
      if (now() >= expiresAt)
        throw publicError('UNAUTHENTICATED', 'This watch token has expired. Request another one.');
      return { credential: { apiKey }, scope: scopeOf(names), expiresAt };
    },
  };
}

function scopeOf(names: readonly string[]): WatchScope {
  const included = new Set(names);
  return {
    jobs: names.map(parseJobName),
    name: createHash('sha256').update(names.toSorted().join()).digest('base64url'),
    includes: (job) => included.has(nameOf(job)),
  };
}

/** Short text that identifies a job. Upstream ids contain no slash. */
const nameOf = (job: JobKey): string => (job.kind === 'Training' ? `t/${job.modelId}/${job.id}` : `p/${job.id}`);

function parseJobName(name: string): JobKey {
  const [kind, ...ids] = name.split('/');
  const [first = '', second = ''] = ids;
  return kind === 't' ? { kind: 'Training', modelId: first, id: second } : { kind: 'Prediction', id: first };
}

/** API key, expiry, names of jobs. */
const grantSchema = z.tuple([z.string(), z.number(), z.array(z.string())]);
