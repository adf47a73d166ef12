import type { GraphQLError } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Sleep } from '../util/timers.ts';
import { createQuota } from './quota.ts';
import { createRateLimit, type RateLimits } from './rate-limit.ts';

/**
 * Limits the rate of operations of each credential, on every transport, and the number of its streams over server-sent
 * events. Callers without a credential are not limited.
 */
export interface OperationQuota {
  /** Counts an operation. Returns an error if the credential exceeds its rate limit. Synchronous without a cluster. */
  check(caller: Caller): GraphQLError | undefined | Promise<GraphQLError | undefined>;
  /**
   * Waits until a subscription is within the rate limit of its credential.
   *
   * @returns An error if it must not be executed; otherwise undefined.
   */
  waitForAdmission(caller: Caller): Promise<GraphQLError | undefined>;
  /**
   * Acquires quota for an event stream and returns the function that releases it; undefined if the stream needs none.
   *
   * @throws GraphQLError RATE_LIMITED if the quota is exhausted.
   */
  acquireStream(caller: Caller): (() => void) | undefined;
}

/**
 * Creates an {@link OperationQuota}.
 *
 * @param monotonicNow The monotonic clock, in milliseconds.
 * @param sleep The sleep function of delayed subscriptions.
 * @param cluster The replicas to which the limits apply together. @default only this one
 */
export function createOperationQuota(
  limits: RateLimits,
  monotonicNow: () => number,
  sleep: Sleep,
  cluster?: Cluster,
): OperationQuota {
  const operations = createRateLimit({
    perSecond: limits.perKey,
    subject: 'A key',
    setting: 'MAX_OPERATIONS_PER_SECOND_PER_KEY',
    monotonicNow,
    maxDelay: limits.maxDelay,
    sleep,
    cluster,
  });
  const eventStreams = createQuota(
    limits.eventStreams,
    'streams over server-sent events',
    'MAX_EVENT_STREAMS_PER_KEY',
    { cluster },
  );

  return {
    check(caller) {
      const tenant = tenantIn(caller);
      return tenant === undefined ? undefined : operations.count(tenant);
    },
    async waitForAdmission(caller) {
      const tenant = tenantIn(caller);
      return tenant === undefined ? undefined : await operations.wait(tenant, caller.signal);
    },
    acquireStream(caller) {
      const tenant = caller.isHttp ? tenantIn(caller) : undefined;
      return tenant === undefined ? undefined : eventStreams.acquire(tenant);
    },
  };
}

/** The tenant of a caller; undefined without a valid credential, which resolvers reject if they need one. */
function tenantIn(caller: Caller): string | undefined {
  try {
    return tenantOf(caller.credential());
  } catch {
    return undefined;
  }
}
