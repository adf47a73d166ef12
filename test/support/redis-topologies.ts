import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { type RedisServer, startRedis } from './redis.ts';

/** Name by which the Sentinel knows the primary. */
const PRIMARY = 'primary';

/** Starts a server. @param onEnd Registers its end. @default the end of the test */
async function start(
  executable: string,
  options: readonly string[],
  onEnd: OnEnd = onTestFinished,
): Promise<RedisServer> {
  const server = await startRedis(executable, options);
  onEnd(() => server.stop());
  return server;
}

type OnEnd = (end: () => Promise<void>) => void;

/** Runs commands on a server. */
async function control<Result>({ url }: RedisServer, run: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url);
  // A Sentinel that has just been started does not listen yet.
  redis.on('error', () => {});
  try {
    return await run(redis);
  } finally {
    redis.disconnect();
  }
}

/** A primary with a replica, and a Sentinel that promotes the replica when the primary fails. */
export async function startSentinel(executable: string): Promise<{ url: string; primary: RedisServer }> {
  const primary = await start(executable, []);
  const replica = await start(executable, ['--replicaof', '127.0.0.1', `${primary.port}`]);
  const directory = await mkdtemp(join(tmpdir(), 'flair-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  const port = await freePort();
  await writeFile(
    file,
    `port ${port}
bind 127.0.0.1
dir ${directory}
sentinel monitor ${PRIMARY} 127.0.0.1 ${primary.port} 1
sentinel down-after-milliseconds ${PRIMARY} 1000
sentinel failover-timeout ${PRIMARY} 5000
`,
  );
  const sentinel = spawn(executable, [file, '--sentinel'], { stdio: 'ignore' });
  const exited = once(sentinel, 'exit');
  onTestFinished(async () => {
    sentinel.kill('SIGKILL');
    await exited;
    await rm(directory, { recursive: true, force: true });
  });
  const address = { url: `redis://127.0.0.1:${port}` } as RedisServer;
  await control(address, (redis) =>
    vi.waitFor(
      async () => {
        const replicas = JSON.stringify(await redis.call('SENTINEL', 'replicas', PRIMARY));
        const isLinked = replicas.includes(`"${replica.port}"`) && replicas.includes('"master-link-status","ok"');
        if (!isLinked) throw new Error('The Sentinel does not know the replica yet.');
      },
      { timeout: 30_000, interval: 50 },
    ),
  );
  return { url: `redis+sentinel://127.0.0.1:${port}/${PRIMARY}`, primary };
}

/**
 * A Cluster of three primaries, one of which, with the slot of a key, has a replica.
 *
 * @param onEnd Registers the end of each server. @default the end of the test
 */
export async function startCluster(
  executable: string,
  { key, onEnd }: { key: string; onEnd?: OnEnd },
): Promise<{ url: string; primary: RedisServer; primaries: readonly RedisServer[] }> {
  const nodes: (RedisServer & { bus: number })[] = [];
  for (let count = 0; count < 4; count++) {
    const bus = await freePort();
    const options = [
      ...['--cluster-enabled', 'yes', '--cluster-port', `${bus}`, '--cluster-node-timeout', '1500'],
      ...['--cluster-replica-validity-factor', '0', '--cluster-announce-ip', '127.0.0.1'],
    ];
    const server = await start(executable, options, onEnd);
    nodes.push({ ...server, bus });
  }
  const [first, , , replica] = nodes;
  if (!first || !replica) throw new Error('Expected four nodes');
  const primaries = nodes.slice(0, 3);
  const starts = [0, 5_461, 10_923, 16_384];
  for (const [index, node] of primaries.entries()) {
    await control(node, (redis) =>
      redis.call('CLUSTER', 'ADDSLOTSRANGE', starts[index] ?? 0, (starts[index + 1] ?? 0) - 1),
    );
  }
  const slot = await control(first, async (redis) => Number(await redis.call('CLUSTER', 'KEYSLOT', key)));
  const primary = primaries[starts.findIndex((begin) => begin > slot) - 1] ?? first;
  await control(first, async (redis) => {
    for (const { port, bus } of nodes.slice(1)) await redis.call('CLUSTER', 'MEET', '127.0.0.1', port, bus);
  });
  const until = (node: RedisServer, check: (redis: Redis) => Promise<boolean>) =>
    control(node, (redis) =>
      vi.waitFor(
        async () => {
          if (!(await check(redis))) throw new Error('The Cluster is not ready.');
        },
        { timeout: 30_000, interval: 50 },
      ),
    );
  const info = async (redis: Redis) => String(await redis.call('CLUSTER', 'INFO'));
  for (const node of nodes) {
    await until(node, async (redis) => {
      const text = await info(redis);
      return text.includes('cluster_state:ok') && text.includes('cluster_known_nodes:4');
    });
  }
  const id = await control(primary, async (redis) => String(await redis.call('CLUSTER', 'MYID')));
  await control(replica, (redis) => redis.call('CLUSTER', 'REPLICATE', id));
  await until(replica, async (redis) => (await redis.info('replication')).includes('master_link_status:up'));
  for (const node of nodes) {
    await until(node, async (redis) => String(await redis.call('CLUSTER', 'NODES')).includes(`slave ${id}`));
  }
  return { url: `redis+cluster://${primaries.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, primary, primaries };
}

/** An address that stays the same, behind which servers change. */
export async function startProxy(target: RedisServer) {
  let port = target.port;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    /** Leads new connections to another server. Existing ones continue. */
    redirect(to: RedisServer) {
      port = to.port;
    },
    /** Stops the traffic of existing connections without closing them, as a network does that loses its packets. */
    block() {
      for (const socket of sockets) socket.pause().unpipe();
    },
  };
}
