import { vi } from 'vitest';
import type { Broker } from '../../src/cluster/broker.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { type HubConnection, MemoryHub } from '../../src/cluster/memory-hub.ts';
import { createClock, settle } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';

/** The calls of a broker that receive texts from a replica. */
const RECORDED: ReadonlySet<string | symbol> = new Set(['publish', 'subscribe', 'read', 'store', 'remove', 'count']);

/** Records the arguments of all calls of a broker. */
function recording(broker: HubConnection, calls: string[]): HubConnection {
  return new Proxy(broker, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || !RECORDED.has(name)) return member;
      return (...args: unknown[]) => {
        calls.push(`${String(name)} ${JSON.stringify(args)}`);
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

const SECRETS = ['a secret for tests that is long enough'];

/** Starts a hub with a manual clock. Rates are counted by the faked `Date`: see {@link advanceAll}. */
export function startHub() {
  const clock = createClock();
  const hub = new MemoryHub(clock);
  const calls: string[] = [];
  const connect = (id: string) => recording(hub.connect(id), calls);
  const join = (id: string, broker: Broker = connect(id)) => createCluster({ ...clock, broker, secrets: SECRETS });
  return { clock, hub, calls, connect, join };
}

/** Advances a manual clock, and the faked `Date` by which the hub counts rates. */
export async function advanceAll(clock: ReturnType<typeof createClock>, milliseconds: number): Promise<void> {
  vi.advanceTimersByTime(milliseconds);
  await clock.advance(milliseconds);
}

/** Starts gateways that are connected by a hub and have the same upstream. The first one records its requests. */
export async function startReplicas(count: number, { transport, ...options }: StartOptions = {}) {
  const { clock, hub, calls, connect } = startHub();
  const brokers = Array.from({ length: count }, (_, index) => connect(`replica ${index}`));
  const [first, ...others] = brokers.map((broker, index) => {
    const started: ReturnType<typeof startGateway> = startGateway({
      ...options,
      clock,
      broker,
      transport: (request) => {
        const upstream = (passed: Request) => (index === 0 ? started : gateways[0])?.sandbox.fetch(passed);
        const fetch = async (passed: Request) => (await upstream(passed)) ?? Response.error();
        return transport ? transport(request, fetch) : fetch(request);
      },
    });
    return { ...started, broker };
  });
  if (!first) throw new RangeError('expected at least one replica');
  const gateways = [first, ...others];
  await settle();
  return { clock, hub, calls, replicas: gateways, first, requests: first.requests, takeRequests: first.takeRequests };
}
