import type { BrokerProblem } from '../cluster/broker.ts';
import type { UpstreamState } from '../upstream/policy/upstream-state.ts';

/** `starting`: other processes of this gateway do not serve yet. `draining`: it stops soon, and still serves. */
export type Phase = 'starting' | 'ready' | 'draining';

export interface HealthOptions {
  /** Connects the replicas or workers of this gateway; undefined if there are no others. */
  broker: { readonly problem: BrokerProblem | undefined } | undefined;
  /** True if {@link broker} is Redis. */
  usesRedis: boolean;
  /** The upstream as its last responses show it. */
  upstream: () => UpstreamState;
  /** Whether the gateway is not ready while it sends no requests to a failing upstream. */
  requiresUpstream: boolean;
}

/** Responds to `/health` and `/ready`, without any request of its own. */
export interface Health {
  alive(): Response;
  ready(): Response;
  setPhase(phase: Phase): void;
}

/** @see Health */
export function createHealth({ broker, usesRedis, upstream, requiresUpstream }: HealthOptions): Health {
  let phase: Phase = 'ready';
  return {
    alive: () => Response.json({ status: 'ok' }),
    ready() {
      const seen = upstream();
      const isBlocked = requiresUpstream && seen.status === 'unavailable';
      const status = phase === 'ready' && isBlocked ? 'not ready' : phase;
      const problem = broker?.problem;
      const body = {
        status,
        checks: {
          configuration: { status: 'ok' },
          ...(usesRedis && { redis: problem ? { status: 'failing', ...problem } : { status: 'ok' } }),
          upstream: seen,
        },
        // Without its other replicas, a gateway continues on its own.
        ...(broker && { replicas: { connected: !problem, ...problem } }),
      };
      return status === 'ready'
        ? Response.json(body)
        : Response.json(body, { status: 503, headers: { 'retry-after': '1' } });
    },
    setPhase(next) {
      phase = next;
    },
  };
}
