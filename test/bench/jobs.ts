/** Initial version of every job. */
export const FIRST_VERSION = 1_000;

/** The version of a completed job. */
export const DONE = 10_000;

/** Encodes a job's version as its progress. */
export const fractionOf = (version: number): number => version / DONE;

export const versionOf = (fraction: number): number => Math.round(fraction * DONE);

const MODEL = 'bench';

/** Global id of a training in the GraphQL API. */
export const globalIdOf = (job: string): string => Buffer.from(`Training:${MODEL}/${job}`).toString('base64url');

/** Training id of a global id created by {@link globalIdOf}. */
export const jobOf = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split('/')[1] ?? '';

/** Number of viewers of a job. */
export interface Viewers {
  job: string;
  viewers: number;
}

export interface Distribution {
  subscriptions: number;
  jobs: number;
  /** Number of jobs with a crowd of viewers, whose fan-out is measured. */
  popular?: number;
  /** Viewers of each popular job. */
  crowd?: number;
}

/** Distributes viewers over jobs: a crowd for each popular one, the others evenly. */
export function distribute(
  prefix: string,
  { subscriptions, jobs, popular = 0, crowd = 0 }: Distribution,
): readonly Viewers[] {
  const others = subscriptions - popular * crowd;
  return Array.from({ length: jobs }, (_, index) => {
    const position = index - popular;
    const rest = jobs - popular;
    const viewers = position < 0 ? crowd : Math.floor(others / rest) + (position < others % rest ? 1 : 0);
    return { job: `${prefix}${index}`, viewers };
  });
}
