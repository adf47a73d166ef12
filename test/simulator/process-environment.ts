import { startProgram } from '../support/program.ts';
import type { Environment, Instance, WorldParts } from './environment.ts';
import { RealClock } from './real-clock.ts';
import { RedisNetwork } from './redis-network.ts';
import { serveUpstream } from './upstream-server.ts';
import { openWebSocket } from './web-socket.ts';

/** Time after the end in which streams end, in milliseconds. */
const REST = 200;
const SECRET = 'a secret of 32 characters or more for all replicas';
/** All clients have the same address. */
const UNLIMITED = {
  MAX_REQUESTS_PER_SECOND_PER_ADDRESS: '100000',
  MAX_OPERATIONS_PER_SECOND_PER_KEY: '100000',
  MAX_SOCKETS_PER_KEY: '10000',
  MAX_SOCKETS_PER_ADDRESS: '10000',
};

export interface ProcessOptions {
  /** Path of the Redis server program; undefined: a single gateway without Redis. */
  executable: string | undefined;
  env?: Readonly<Record<string, string>>;
  /** When time begins: with the replicas, or once each client has received an event. Until then, it is 0. @default replicas */
  begin?: 'replicas' | 'clients';
}

/**
 * Runs each gateway as a process of its own, with real sockets to its clients and to the upstream, in real time. The
 * scenario ends when all subscriptions have completed. Only for tests, at whose end the processes are killed.
 */
export function createProcessEnvironment({ executable, env = {}, begin = 'replicas' }: ProcessOptions) {
  return (parts: WorldParts): Environment => {
    const { scenario } = parts;
    const clock = new RealClock();
    const { faults = [] } = scenario.cluster ?? {};
    const starting = Promise.all([
      serveUpstream(parts),
      executable === undefined ? undefined : RedisNetwork.start(executable, { after: clock.after, faults }),
    ]);
    let network: RedisNetwork | undefined;
    const unserved = new Set(scenario.clients.map(({ name }) => name));
    let open = scenario.clients.reduce((sum, { subscriptions }) => sum + subscriptions.length, 0);

    return {
      clock,
      rest: REST,
      async start(epoch, replica): Promise<Instance> {
        const [upstream, redis] = await starting;
        network = redis;
        const { url, stop, kill, output } = await startProgram({
          env: {
            FLAIR_API_URL: upstream.urlOf(epoch),
            SECRET,
            WATCH_REQUESTS_PER_SECOND: `${scenario.pollsPerSecond}`,
            WATCH_LIST_SECONDS: `${scenario.listInterval / 1_000}`,
            ...UNLIMITED,
            ...(redis && { REDIS_URL: await redis.connect(replica) }),
            ...env,
          },
        });
        return {
          epoch,
          watchedJobs: 0,
          openSocket: (...socket) => openWebSocket(url, ...socket),
          fetch: async (init) => await fetch(`${url}/graphql`, init),
          async stop(isKilled) {
            const { code } = await (isKilled ? kill() : stop());
            if (!isKilled && code !== 0) parts.onError(`gateway ${epoch} exited with ${code}`);
            const lines = output.stdout.split('\n').filter((line) => line.startsWith('{"level":50'));
            for (const line of [...lines, output.stderr]) if (line) parts.onError(`gateway ${epoch}: ${line}`);
          },
        };
      },
      onStarted() {
        if (begin === 'replicas') clock.begin();
      },
      fail: (fault) => network?.fail(fault),
      onEntry(entry) {
        if (entry.type === 'complete' && --open === 0) clock.end();
        if (begin === 'clients' && entry.type === 'next' && unserved.delete(entry.stream.split('/', 1)[0] ?? ''))
          if (unserved.size === 0) clock.begin();
      },
      pendingTimers: () => 0,
      async close() {
        const [upstream] = await starting;
        await upstream.close();
        await network?.close();
      },
    };
  };
}
