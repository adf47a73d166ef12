/** The version that every job has at first. */
export const FIRST_VERSION = 1_000;

/** The version of a completed job. */
export const DONE = 10_000;

/** A job's version travels as its progress, from one end to the other. */
export const fractionOf = (version: number): number => version / DONE;

export const versionOf = (fraction: number): number => Math.round(fraction * DONE);

const MODEL = 'bench';

/** The global id of a training, as the graph gives it out. */
export const globalIdOf = (job: string): string => Buffer.from(`Training:${MODEL}/${job}`).toString('base64url');

/** The training behind a global id that {@link globalIdOf} made. */
export const jobOf = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split('/')[1] ?? '';

/** How many watch a job. */
export interface Viewers {
  job: string;
  viewers: number;
}

export interface Distribution {
  subscriptions: number;
  jobs: number;
  /** How many of the jobs have so many viewers that their fan-out is measured. */
  popular?: number;
  /** How many viewers each of those has. */
  crowd?: number;
}

/** Spreads viewers over jobs: a crowd for each popular one, the others evenly. */
export function distribute(
  prefix: string,
  { subscriptions, jobs, popular = 0, crowd = 0 }: Distribution,
): readonly Viewers[] {
  const others = subscriptions - popular * crowd;
  return Array.from({ length: jobs }, (_, index) => {
    const place = index - popular;
    const rest = jobs - popular;
    const viewers = place < 0 ? crowd : Math.floor(others / rest) + (place < others % rest ? 1 : 0);
    return { job: `${prefix}${index}`, viewers };
  });
}
