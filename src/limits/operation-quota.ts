import type { GraphQLError } from 'graphql';
import type { Asker } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import type { Pause } from '../util/timers.ts';
import { createPlaces } from './quota.ts';
import { createRate, type RateLimits } from './rate-limit.ts';

/** Holds every operation to the share of its credential, over every transport. What needs no credential has none. */
export interface OperationAdmission {
  /** Why an operation is not executed now; undefined when it is. */
  refusalOf(asker: Asker): GraphQLError | undefined;
  /**
   * Waits until a subscription is within the share of its credential.
   *
   * @returns Why it is not executed after all; undefined when it is.
   */
  whenAdmitted(asker: Asker): Promise<GraphQLError | undefined>;
  /**
   * Takes a place for a stream, and returns what gives it back; undefined for one that needs none.
   *
   * @throws GraphQLError RATE_LIMITED when there is none left.
   */
  openStream(asker: Asker): (() => void) | undefined;
}

/**
 * @see OperationAdmission
 * @param monotonicNow The monotonic clock, in milliseconds.
 * @param pause How delayed subscriptions wait.
 */
export function createOperationAdmission(
  limits: RateLimits,
  monotonicNow: () => number,
  pause: Pause,
): OperationAdmission {
  const operations = createRate({
    perSecond: limits.perKey,
    whose: 'A key',
    setting: 'MAX_OPERATIONS_PER_SECOND_PER_KEY',
    monotonicNow,
    longestDelay: limits.longestDelay,
    pause,
  });
  const eventStreams = createPlaces(
    limits.eventStreams,
    'streams over server-sent events',
    'MAX_EVENT_STREAMS_PER_KEY',
  );

  return {
    refusalOf(asker) {
      const tenant = tenantIn(asker);
      return tenant === undefined ? undefined : operations.count(tenant);
    },
    async whenAdmitted(asker) {
      const tenant = tenantIn(asker);
      return tenant === undefined ? undefined : await operations.wait(tenant, asker.signal);
    },
    openStream(asker) {
      const tenant = asker.isHttp ? tenantIn(asker) : undefined;
      return tenant === undefined ? undefined : eventStreams.take(tenant);
    },
  };
}

/** Undefined for who has no credential: whether that matters is up to what is asked for. */
function tenantIn(asker: Asker): string | undefined {
  try {
    return tenantOf(asker.credential());
  } catch {
    return undefined;
  }
}
