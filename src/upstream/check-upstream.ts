import type { Logger } from 'pino';
import type { UpstreamOf } from './upstream.ts';

export interface CheckOptions {
  upstreamOf: UpstreamOf;
  /** The gateway's own key; without one the check is skipped. */
  ownKey: string | undefined;
  baseUrl: string;
  log: Logger;
}

/** Reads the model list once, and logs a warning if that fails. A 404 is logged as an error elsewhere, too. */
export async function checkUpstream({ upstreamOf, ownKey, baseUrl, log }: CheckOptions): Promise<void> {
  if (ownKey === undefined) return;
  try {
    // A poll is sent once, without retries, and waits behind other requests.
    await upstreamOf(ownKey).models.list(undefined, { isPoll: true });
  } catch (error) {
    log.warn({ err: error, baseUrl }, 'the list of models could not be read: check FLAIR_API_URL and FLAIR_API_KEY');
  }
}

/** Calls a function on the first call only. */
export function reportOnce<Arguments extends readonly unknown[]>(
  report: (...args: Arguments) => void,
): (...args: Arguments) => void {
  let isReported = false;
  return (...args) => {
    if (isReported) return;
    isReported = true;
    report(...args);
  };
}
