import type { Logger } from 'pino';
import type { UpstreamOf } from './upstream.ts';

export interface CheckOptions {
  upstreamOf: UpstreamOf;
  /** The gateway's own key; without one there is nothing to check with. */
  ownKey: string | undefined;
  baseUrl: string;
  log: Logger;
}

/** Reads the model list once, and logs a warning when that fails; what is wrong with a 404 is an error in the log, too. */
export async function checkUpstream({ upstreamOf, ownKey, baseUrl, log }: CheckOptions): Promise<void> {
  if (ownKey === undefined) return;
  try {
    // As a poll it is sent once, and waits behind other requests.
    await upstreamOf(ownKey).models.list(undefined, { isPoll: true });
  } catch (error) {
    log.warn({ err: error, baseUrl }, 'the list of models could not be read: check FLAIR_API_URL and FLAIR_API_KEY');
  }
}

/** Calls a function the first time only. */
export function reportOnce<Arguments extends readonly unknown[]>(
  report: (...given: Arguments) => void,
): (...given: Arguments) => void {
  let isReported = false;
  return (...given) => {
    if (isReported) return;
    isReported = true;
    report(...given);
  };
}
