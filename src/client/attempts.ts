import { FlairError } from './errors.ts';
import { delayBefore, type Runtime, sleep } from './runtime.ts';

/** Number of attempts: together they take about 15 s, longer than a gateway restarts. */
const ATTEMPTS = 6;

/** Does something that can be repeated safely, again after each error that is `retryable`. */
export type Attempt = <Value>(
  action: (failures: number) => Promise<Value>,
  signal: AbortSignal | undefined,
) => Promise<Value>;

export const createAttempt =
  (runtime: Runtime, disposed: AbortSignal): Attempt =>
  async (action, signal = disposed) => {
    for (let failures = 0; ; failures++) {
      try {
        return await action(failures);
      } catch (error) {
        if (!(error instanceof FlairError && error.retryable) || failures + 1 === ATTEMPTS) throw error;
        await sleep(runtime, delayBefore(failures + 1, error.retryAfter, runtime), signal);
      }
    }
  };
