import { LRUCache } from 'lru-cache';
import type { RemoteKeyState, SharedKeyStates } from '../upstream/policy/api-key-state.ts';
import type { Cluster } from './cluster.ts';

interface Rejection {
  /** Time of its arrival, by the monotonic clock, in milliseconds. */
  readonly at: number;
  readonly upstreamMessage: string | undefined;
}

const CHANNEL = 'keys';
/** Maximum number of keys whose state, or rejection by others, is known. The oldest are evicted. */
const MAX_KEYS = 10_000;

/** @param monotonicNow The monotonic clock, in milliseconds. */
export function createSharedKeyStates(cluster: Cluster, monotonicNow: () => number): SharedKeyStates {
  const { vault } = cluster;
  const states = new LRUCache<string, RemoteKeyState>({ max: MAX_KEYS });
  /** Rejections of keys that others have published, for keys that are used here only later. */
  const rejections = new LRUCache<string, Rejection>({ max: MAX_KEYS });

  const reject = (tenant: string, sealed: unknown) => {
    const upstreamMessage = typeof sealed === 'string' ? vault.open(sealed) : undefined;
    rejections.set(tenant, { at: monotonicNow(), upstreamMessage });
    states.get(tenant)?.rejectRemotely(upstreamMessage, 0);
  };
  const confirm = (tenant: string) => {
    rejections.delete(tenant);
    states.get(tenant)?.endRejection();
  };
  cluster.subscribe(CHANNEL, {
    onContent({ tenant, isRejected, message }) {
      if (typeof tenant !== 'string') return;
      if (isRejected === true) reject(tenant, message);
      else confirm(tenant);
    },
  });

  return {
    track(apiKey, state) {
      const tenant = cluster.tenantOf(apiKey);
      states.set(tenant, state);
      const rejection = rejections.get(tenant);
      if (rejection) state.rejectRemotely(rejection.upstreamMessage, monotonicNow() - rejection.at);
    },
    reject(apiKey, upstreamMessage) {
      const message = upstreamMessage === undefined ? undefined : vault.seal(upstreamMessage);
      cluster.publish(CHANNEL, { tenant: cluster.tenantOf(apiKey), isRejected: true, message });
    },
    confirm(apiKey) {
      const tenant = cluster.tenantOf(apiKey);
      rejections.delete(tenant);
      cluster.publish(CHANNEL, { tenant, isRejected: false });
    },
  };
}
