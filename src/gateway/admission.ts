import { createSharedCounts } from '../cluster/shared-counts.ts';
import { createOperationQuota } from '../limits/operation-quota.ts';
import { createQuota } from '../limits/quota.ts';
import { createRateLimit, defaultRateLimits } from '../limits/rate-limit.ts';
import { createSocketSlots } from '../websocket/handshake-limits.ts';
import type { Base } from './base.ts';

/** The limits of the numbers of requests, operations and WebSockets. */
export type Admission = ReturnType<typeof createAdmission>;

export function createAdmission(base: Base) {
  const { cluster, monotonicNow, sleep } = base;
  const rates = { ...defaultRateLimits, ...base.rates };
  return {
    addressRate: createRateLimit({
      perSecond: rates.perAddress,
      subject: 'An address',
      setting: 'MAX_REQUESTS_PER_SECOND_PER_ADDRESS',
      monotonicNow,
      maxDelay: rates.maxDelay,
      sleep,
      cluster,
    }),
    operationQuota: createOperationQuota(rates, monotonicNow, sleep, cluster),
    /** Limits the WebSockets of an address, before their credentials are known. */
    socketSlots: createSocketSlots(rates, cluster && createSharedCounts('MAX_SOCKETS_PER_ADDRESS', cluster, () => {})),
    /** Limits the WebSockets of a key. */
    socketQuota: createQuota(rates.sockets, 'sockets', 'MAX_SOCKETS_PER_KEY', { cluster }),
  };
}
