import { createHash } from 'node:crypto';
import { z } from 'zod';
import { publicError } from '../errors.ts';
import type { JobKey } from '../operations/services.ts';
import type { Credential } from './credential.ts';
import type { Sealer } from './sealed-token.ts';

/** What a watch token lets its holder see: these jobs, and nothing else. */
export interface WatchScope {
  readonly jobs: readonly JobKey[];
  /** Tells it from every scope with other jobs. */
  readonly name: string;
  includes(job: JobKey): boolean;
}

/** Who a watch token stands for, how far and how long. */
export interface WatchGrant {
  readonly credential: Credential;
  readonly scope: WatchScope;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Tokens with which a browser may watch some jobs, and need no key. */
export interface WatchTokens {
  /**
   * @param seconds How long it works.
   * @throws RangeError when so many jobs do not fit into a token.
   */
  issue(credential: Credential, jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date };
  /** @throws GraphQLError UNAUTHENTICATED when the token is altered, expired, or none. */
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
      const grant = grantSchema.safeParse(parse(sealer.open(token, PURPOSE) ?? '')).data;
      if (!grant)
        throw publicError('UNAUTHENTICATED', 'This watch token is not valid or has expired. Ask for another.');
      const [apiKey, expiresAt, names] = grant;
      if (now() >= expiresAt) throw publicError('UNAUTHENTICATED', 'This watch token has expired. Ask for another.');
      return { credential: { apiKey }, scope: scopeOf(names), expiresAt };
    },
  };
}

function scopeOf(names: readonly string[]): WatchScope {
  const known = new Set(names);
  return {
    jobs: names.map(parseJobName),
    name: createHash('sha256').update(names.toSorted().join()).digest('base64url'),
    includes: (job) => known.has(nameOf(job)),
  };
}

/** A job as short text. Upstream ids hold no slash. */
const nameOf = (job: JobKey): string => (job.kind === 'Training' ? `t/${job.modelId}/${job.id}` : `p/${job.id}`);

function parseJobName(name: string): JobKey {
  const [kind, ...ids] = name.split('/');
  const [first = '', second = ''] = ids;
  return kind === 't' ? { kind: 'Training', modelId: first, id: second } : { kind: 'Prediction', id: first };
}

const grantSchema = z.tuple([z.string(), z.number(), z.array(z.string())]);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
