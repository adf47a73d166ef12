import { describe, expect, test } from 'vitest';
import {
  type BreakerSettings,
  type CircuitBreaker,
  CircuitOpenError,
  createCircuitBreaker,
  type Outcome,
} from '../../../src/upstream/policy/circuit-breaker.ts';
import { createClock } from '../../support/clock.ts';

function startBreaker(settings: Partial<BreakerSettings> = {}) {
  const clock = createClock();
  const breaker = createCircuitBreaker(
    { failureThreshold: 0.5, attempts: 4, window: 10_000, coolDown: 5_000, ...settings },
    clock.monotonicNow,
  );
  return { clock, breaker };
}

function finish(breaker: CircuitBreaker, outcome: Outcome, { times = 1, credential = 'a' } = {}): void {
  for (let time = 0; time < times; time++) breaker.startAttempt()(outcome, credential);
}

describe('an open circuit', () => {
  test('the circuit opens at the failure threshold, but not before the minimum number of attempts', () => {
    const { breaker } = startBreaker();

    finish(breaker, 'failed', { times: 3 });
    expect(breaker.wait).toBe(0);
    finish(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
    expect(() => breaker.startAttempt()).toThrow(CircuitOpenError);
  });

  test('the circuit does not open below the failure threshold', () => {
    const { breaker } = startBreaker();

    finish(breaker, 'responded', { times: 6 });
    finish(breaker, 'failed', { times: 5 });
    expect(breaker.wait).toBe(0);
    finish(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
  });

  test('the circuit opens by the attempts in the window only', async () => {
    const { breaker, clock } = startBreaker();

    finish(breaker, 'failed', { times: 3 });
    await clock.advance(10_000);
    finish(breaker, 'failed', { times: 3 });
    expect(breaker.wait).toBe(0);
    await clock.advance(9_000);
    finish(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
  });

  test('ignored attempts do not open the circuit', () => {
    const { breaker } = startBreaker();

    finish(breaker, 'ignored', { times: 20 });

    expect(breaker.wait).toBe(0);
  });

  test('failures of one credential alone do not open the circuit while another one gets responses', () => {
    const { breaker } = startBreaker();

    finish(breaker, 'responded', { credential: 'well' });
    finish(breaker, 'failed', { times: 50, credential: 'bad' });
    expect(breaker.wait).toBe(0);
    finish(breaker, 'failed', { credential: 'well' });

    expect(breaker.wait).toBe(5_000);
  });
});

describe('a circuit after its cool-down', () => {
  async function startCooledDown() {
    const started = startBreaker();
    finish(started.breaker, 'failed', { times: 4 });
    await started.clock.advance(5_000);
    return started;
  }

  test('after the cool-down one attempt is sent, and its response closes the circuit', async () => {
    const { breaker } = await startCooledDown();

    const report = breaker.startAttempt();
    expect(breaker.wait).toBe(1_000);
    expect(() => breaker.startAttempt()).toThrow(CircuitOpenError);
    report('responded', 'a');

    expect(breaker.wait).toBe(0);
    finish(breaker, 'failed', { times: 3 });
    expect(breaker.wait).toBe(0);
  });

  test('a failed probe opens the circuit again', async () => {
    const { breaker, clock } = await startCooledDown();

    finish(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
    await clock.advance(4_999);
    expect(breaker.wait).toBe(1);
    await clock.advance(1);
    expect(breaker.wait).toBe(0);
  });

  test('an ignored probe leaves the decision to the next attempt', async () => {
    const { breaker } = await startCooledDown();

    finish(breaker, 'ignored');

    expect(breaker.wait).toBe(0);
    const report = breaker.startAttempt();
    expect(breaker.wait).toBe(1_000);
    report('responded', 'a');
  });
});

test('attempts that started before the circuit opened neither close it nor prolong the cool-down', () => {
  const { breaker } = startBreaker();
  const late = [breaker.startAttempt(), breaker.startAttempt()];
  finish(breaker, 'failed', { times: 4 });

  late[0]?.('responded', 'a');
  late[1]?.('failed', 'b');

  expect(breaker.wait).toBe(5_000);
});
