import { expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import { NO_UPSTREAM_OBSERVER } from '../../../src/upstream/observer.ts';
import { ApiKeyState } from '../../../src/upstream/policy/api-key-state.ts';
import { createCircuitBreaker, defaultCircuitBreaker } from '../../../src/upstream/policy/circuit-breaker.ts';
import { createRequestRunner } from '../../../src/upstream/policy/request-runner.ts';
import { defaultRetry } from '../../../src/upstream/policy/retry.ts';
import { Cancellation } from '../../../src/util/cancellation.ts';
import { createClock } from '../../support/clock.ts';

test('a request that is canceled when it acquires a slot is not sent, and releases the slot', async () => {
  const clock = createClock();
  let slots = 0;
  const run = createRequestRunner({
    apiKey: 'a',
    queue: {
      size: 0,
      maxPolls: 1,
      isIdle: true,
      onIdle: undefined,
      acquire: async (cancellation) => {
        slots++;
        cancellation.abort('left');
      },
      release: () => void slots--,
      raiseLimit: () => {},
      lowerLimit: () => {},
    },
    breaker: createCircuitBreaker(defaultCircuitBreaker, clock.monotonicNow),
    outcomes: { record: () => {} },
    keyState: new ApiKeyState({ monotonicNow: clock.monotonicNow, onConfirmed: () => {}, onRejected: () => {} }),
    retry: defaultRetry,
    sleep: clock.sleep,
    monotonicNow: clock.monotonicNow,
    random: Math.random,
    onRetryAfter: () => {},
    onMissingList: () => {},
    observer: NO_UPSTREAM_OBSERVER,
  });
  const sent: string[] = [];
  const attempt = () => void sent.push('getModel');
  const task = { id: 'getModel', operation: contract.operations.getModel, isPoll: false, attempt } as const;

  const outcome = new Promise((resolve, reject) =>
    run(task, new Cancellation({ timeout: 100, startTimer: clock.startTimer }), { resolve, reject }),
  );

  await expect(outcome).rejects.toBe('left');
  expect([sent, slots, clock.waits()]).toEqual([[], 0, []]);
});
