import type { Logger } from 'pino';
import type { UpstreamObserver } from '../upstream/observer.ts';
import type { GatewayProblems } from './gateway-problems.ts';
import type { Measurements } from './measurements.ts';

export interface UpstreamObserverOptions {
  log: Logger;
  problems: Pick<GatewayProblems, 'upstream' | 'breaker' | 'resources'>;
  measurements: Pick<Measurements, 'onAttempt' | 'onShared'>;
}

/** Logs and measures upstream requests. */
export function createUpstreamObserver({ log, problems, measurements }: UpstreamObserverOptions): UpstreamObserver {
  const { upstream, breaker, resources } = problems;
  const isVerbose = log.isLevelEnabled('debug');
  let lastFailure: unknown;
  return {
    onAttempt(attempt) {
      const { operation, status, milliseconds, isPoll, retries, requester, failure } = attempt;
      measurements.onAttempt(attempt);
      if (status === 'exhausted') resources.occur(failure);
      else if (failure !== undefined) {
        lastFailure = failure;
        upstream.occur(failure);
      } else if (status !== 'aborted') upstream.succeed();
      if (!isVerbose) return;
      const facts = { upstream: operation, status, ms: Math.round(milliseconds), requestId: requester?.id };
      log.debug({ ...facts, retries: retries || undefined, poll: isPoll || undefined }, 'upstream request');
    },
    onShared: measurements.onShared,
    onCircuitChange(isOpen) {
      if (isOpen) breaker.occur(lastFailure);
      else breaker.succeed();
    },
  };
}
