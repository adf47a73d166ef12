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

function end(breaker: CircuitBreaker, outcome: Outcome, { times = 1, credential = 'a' } = {}): void {
  for (let time = 0; time < times; time++) breaker.enter(credential)(outcome);
}

describe('the upstream counts as failing', () => {
  test('from the share on, and not before enough attempts have ended', () => {
    const { breaker } = startBreaker();

    end(breaker, 'failed', { times: 3 });
    expect(breaker.wait).toBe(0);
    end(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
    expect(() => breaker.enter('a')).toThrow(CircuitOpenError);
  });

  test('not below the share', () => {
    const { breaker } = startBreaker();

    end(breaker, 'answered', { times: 6 });
    end(breaker, 'failed', { times: 5 });
    expect(breaker.wait).toBe(0);
    end(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
  });

  test('only by what happened in the window', async () => {
    const { breaker, clock } = startBreaker();

    end(breaker, 'failed', { times: 3 });
    await clock.advance(10_000);
    end(breaker, 'failed', { times: 3 });
    expect(breaker.wait).toBe(0);
    await clock.advance(9_000);
    end(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
  });

  test('not by attempts that say nothing of it', () => {
    const { breaker } = startBreaker();

    end(breaker, 'nothing', { times: 20 });

    expect(breaker.wait).toBe(0);
  });

  test('not by one credential alone, while another is answered', () => {
    const { breaker } = startBreaker();

    end(breaker, 'answered', { credential: 'well' });
    end(breaker, 'failed', { times: 50, credential: 'bad' });
    expect(breaker.wait).toBe(0);
    end(breaker, 'failed', { credential: 'well' });

    expect(breaker.wait).toBe(5_000);
  });
});

describe('after the rest', () => {
  async function rested() {
    const started = startBreaker();
    end(started.breaker, 'failed', { times: 4 });
    await started.clock.advance(5_000);
    return started;
  }

  test('one attempt is let through, and an answer to it ends the rest', async () => {
    const { breaker } = await rested();

    const leave = breaker.enter('a');
    expect(breaker.wait).toBe(1_000);
    expect(() => breaker.enter('b')).toThrow(CircuitOpenError);
    leave('answered');

    expect(breaker.wait).toBe(0);
    end(breaker, 'failed', { times: 3 });
    expect(breaker.wait).toBe(0);
  });

  test('a failure of it begins another one', async () => {
    const { breaker, clock } = await rested();

    end(breaker, 'failed');

    expect(breaker.wait).toBe(5_000);
    await clock.advance(4_999);
    expect(breaker.wait).toBe(1);
    await clock.advance(1);
    expect(breaker.wait).toBe(0);
  });

  test('one that says nothing leaves it to the next', async () => {
    const { breaker } = await rested();

    end(breaker, 'nothing');

    expect(breaker.wait).toBe(0);
    const leave = breaker.enter('a');
    expect(breaker.wait).toBe(1_000);
    leave('answered');
  });
});

test('attempts that began before the rest neither end nor prolong it', () => {
  const { breaker } = startBreaker();
  const late = [breaker.enter('a'), breaker.enter('b')];
  end(breaker, 'failed', { times: 4 });

  late[0]?.('answered');
  late[1]?.('failed');

  expect(breaker.wait).toBe(5_000);
});
