import type { FaultPlan, KeyName } from './scenario.ts';

interface RequestFacts {
  readonly time: number;
  readonly key: KeyName;
  readonly method: string;
  readonly path: string;
  /** A number from 0 up to 1. */
  readonly draw: number;
}

/** The fault that hits a request. */
export const faultAt = (
  faults: readonly FaultPlan[],
  { time, key, method, path, draw }: RequestFacts,
): FaultPlan | undefined =>
  faults.find(
    (fault) =>
      fault.at <= time &&
      time < fault.at + fault.lasts &&
      (fault.key === undefined || fault.key === key) &&
      (fault.scope === 'all' || (method === 'GET' && (fault.scope === 'lists') === isList(path))) &&
      draw < fault.share,
  );

/** True for the path of a list. */
export const isList = (path: string): boolean => /^\/(predictions|models\/\w+\/trainings)(\?|$)/.test(path);

export interface StatusReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A response instead of the usual one; `malformed` for the usual one with malformed fields. */
export type FaultReply = StatusReply | 'malformed';

/** What a fault returns; undefined for the usual response. @throws The error of the connection. */
export async function replyOf({ what, retryAfter }: FaultPlan, signal: AbortSignal): Promise<FaultReply | undefined> {
  switch (what) {
    case 'hang':
      return await new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    case 'reset':
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    case 'rate':
      return failure(429, { 'retry-after': String(retryAfter) });
    case 'redirect':
      return failure(307, { location: '/elsewhere' });
    case 'malformed':
      return 'malformed';
    case 'slow':
      return undefined;
    default:
      return failure(Number(what));
  }
}

const failure = (status: number, headers: Record<string, string> = {}): StatusReply => ({
  status,
  headers,
  body: { message: `This is status ${status}.` },
});
