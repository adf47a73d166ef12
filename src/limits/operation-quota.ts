import type { GraphQLError } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import type { Sleep } from '../util/timers.ts';
import { createQuota } from './quota.ts';
import { createRateLimit, type RateLimits } from './rate-limit.ts';

/** Holds every operation to the share of its credential, over every transport. What needs no credential has none. */
export interface OperationQuota {
  /** Why an operation is not executed now; undefined when it is. */
  check(asker: Caller): GraphQLError | undefined;
  /**
   * Waits until a subscription is within the share of its credential.
   *
   * @returns Why it is not executed after all; undefined when it is.
   */
  waitForAdmission(asker: Caller): Promise<GraphQLError | undefined>;
  /**
   * Takes a place for a stream, and returns what gives it back; undefined for one that needs none.
   *
   * @throws GraphQLError RATE_LIMITED when there is none left.
   */
  acquireStream(asker: Caller): (() => void) | undefined;
}

/**
 * @see OperationQuota
 * @param monotonicNow The monotonic clock, in milliseconds.
 * @param pause How delayed subscriptions wait.
 */
export function createOperationQuota(limits: RateLimits, monotonicNow: () => number, pause: Sleep): OperationQuota {
  const operations = createRateLimit({
    perSecond: limits.perKey,
    whose: 'A key',
    setting: 'MAX_OPERATIONS_PER_SECOND_PER_KEY',
    monotonicNow,
    longestDelay: limits.longestDelay,
    pause,
  });
  const eventStreams = createQuota(limits.eventStreams, 'streams over server-sent events', 'MAX_EVENT_STREAMS_PER_KEY');

  return {
    check(asker) {
      const tenant = tenantIn(asker);
      return tenant === undefined ? undefined : operations.count(tenant);
    },
    async waitForAdmission(asker) {
      const tenant = tenantIn(asker);
      return tenant === undefined ? undefined : await operations.wait(tenant, asker.signal);
    },
    acquireStream(asker) {
      const tenant = asker.isHttp ? tenantIn(asker) : undefined;
      return tenant === undefined ? undefined : eventStreams.take(tenant);
    },
  };
}

/** Undefined for who has no credential: whether that matters is up to what is asked for. */
function tenantIn(asker: Caller): string | undefined {
  try {
    return tenantOf(asker.credential());
  } catch {
    return undefined;
  }
}
