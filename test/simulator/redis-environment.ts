import { openRedisBroker } from '../../src/cluster/redis-broker.ts';
import { seededNumbers } from '../support/draws.ts';
import type { Environment, WorldParts } from './environment.ts';
import { startInstance } from './instance.ts';
import { RealClock } from './real-clock.ts';
import { RedisNetwork } from './redis-network.ts';

/** Time after the end in which streams end, in milliseconds. */
const REST = 500;
/** Poll intervals, which are shorter than usual, in milliseconds. */
const PACE = { Prediction: { fastest: 250, slowest: 1_000 }, Training: { fastest: 500, slowest: 2_000 } };

/** Runs gateways of this process in real time, connected by a Redis server of their own. */
export function createRedisEnvironment(executable: string) {
  /** The last start of a gateway. One follows another, so that those of many scenarios do not delay each other. */
  let last: Promise<unknown> = Promise.resolve();
  return ({ scenario, respond, onError }: WorldParts): Environment => {
    const clock = new RealClock();
    const random = seededNumbers(scenario.seed);
    const { faults = [] } = scenario.cluster ?? {};
    const starting = RedisNetwork.start(executable, { after: clock.after, faults });
    let network: RedisNetwork | undefined;

    return {
      clock,
      rest: REST,
      async start(epoch, replica) {
        network = await starting;
        const url = await network.connect(replica);
        const log = {
          info() {},
          warn() {},
          error: (fields: { err?: Error }, text?: string) => onError(`${text}: ${fields.err?.stack ?? ''}`),
        } as Parameters<typeof openRedisBroker>[0]['log'];
        const onKill = () => network?.cut(replica);
        const started = last.then(async () => {
          const broker = await openRedisBroker({ url, log, replicaId: `${epoch}` });
          return startInstance({ scenario, epoch, clock, pace: PACE, random, respond, broker, onKill, onError });
        });
        last = started.catch(() => {});
        return await started;
      },
      onStarted: () => clock.begin(),
      fail: (fault) => network?.fail(fault),
      pendingTimers: () => 0,
      close: async () => await network?.close(),
    };
  };
}
