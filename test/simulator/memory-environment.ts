import { type HubConnection, MemoryHub } from '../../src/cluster/memory-hub.ts';
import { seededNumbers } from '../support/draws.ts';
import { SimulatedClock } from './clock.ts';
import type { Environment, WorldParts } from './environment.ts';
import { startInstance } from './instance.ts';
import type { ClusterFault } from './scenario.ts';

/** Time after the end in which everything must come to rest, in milliseconds. */
const REST = 60_000;
/** Time after which the tasks of a replica that is killed or partitioned are given to others, in milliseconds. */
const STALL = 3_500;
/** Timers that each replica needs as long as it runs: that of its presence. */
const PERMANENT_TIMERS = 1;

/** Runs gateways in memory and simulated time. The replicas of a cluster are connected by a hub. */
export function createMemoryEnvironment({ scenario, respond, onError }: WorldParts): Environment {
  const clock = new SimulatedClock();
  const { after: startTimer, now, monotonicNow } = clock;
  const hub = scenario.cluster && new MemoryHub({ startTimer, now, monotonicNow });
  const random = seededNumbers(scenario.seed);
  const connections: (HubConnection | undefined)[] = [];
  const disconnect = (connection: HubConnection | undefined, lasts: number) => {
    connection?.disconnect('the network is down', STALL);
    clock.after(lasts, () => connection?.reconnect());
  };
  const disconnectAll = (lasts: number) => {
    for (const connection of connections) disconnect(connection, lasts);
  };

  return {
    clock,
    rest: REST,
    async start(epoch, replica) {
      const broker = hub?.connect(`replica ${epoch}`);
      connections[replica] = broker;
      const onKill = () => broker?.disconnect('killed', STALL);
      return startInstance({ scenario, epoch, clock, random, respond, broker, onError, onKill });
    },
    fail({ what, lasts, replica }: ClusterFault) {
      if (what === 'flush' || what === 'restart' || what === 'failover') hub?.flush();
      if (what === 'partition') disconnect(connections[replica], lasts);
      else if (what !== 'flush') disconnectAll(lasts);
    },
    pendingTimers: (running) => clock.pending - (hub ? running * PERMANENT_TIMERS : 0),
  };
}
