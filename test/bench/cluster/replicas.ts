import { readFileSync } from 'node:fs';
import { findRedisServer, startRedis } from '../../support/redis.ts';
import type { ClientCalls } from '../many-jobs/clients.ts';
import { RAISED_LIMITS, startProgram, startTool, usageOf } from '../processes.ts';
import type { ProberCalls } from './prober.ts';
import type { UpstreamCalls } from './upstream.ts';

/** The processes of one row: replicas that share a Redis, or workers of one gateway without Redis. */
export interface Shape {
  kind: 'replicas' | 'workers';
  count: number;
}

export interface StartOptions {
  /** Path of the built gateway. */
  program: string;
  /** Settings that differ from the defaults. @default none */
  settings?: Readonly<Record<string, string>>;
}

/** A replica, or a gateway with all its workers. */
export interface Replica {
  name: string;
  url: string;
  socketUrl: string;
  /** CPU time of each of its processes, in milliseconds. */
  cpu(): number[];
  /** Kills it. */
  stop(): Promise<void>;
}

/** Limits of sockets and streams are raised; the polls of a key have their default budget. */
const { WATCH_REQUESTS_PER_SECOND, ...LIMITS } = RAISED_LIMITS;
const SECRET = 'a secret of the benchmark that is shared by all replicas';

/** The gateway's own key, with which it reads the list of models once. */
const OWN_KEY = 'own';

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** Starts the upstream, the clients, Redis and the gateways. */
export async function startBench(shape: Shape, { program, settings = {} }: StartOptions) {
  const started: { stop(): Promise<unknown> }[] = [];
  const track = <Process extends { stop(): Promise<unknown> }>(process: Process): Process => {
    started.push(process);
    return process;
  };
  const replicas: Replica[] = [];
  const stop = async () => {
    await Promise.all([...started, ...replicas].map((process) => process.stop()));
  };
  try {
    const upstream = track(startTool<UpstreamCalls>('cluster/upstream.ts'));
    const clients = track(startTool<ClientCalls>('many-jobs/clients.ts'));
    const prober = track(startTool<ProberCalls>('cluster/prober.ts'));
    const redis = shape.kind === 'replicas' ? track(await startRedis(findRedis())) : undefined;
    const upstreamUrl = await upstream.call('listen');
    const env = { ...sharedSettings(shape, redis?.url), ...settings };
    const start = (name: string) => startReplica(name, { program, upstreamUrl, env });
    const count = shape.kind === 'replicas' ? shape.count : 1;
    for (let index = 0; index < count; index++) replicas.push(await start(`replica${index}`));
    /** Starts a replica that was stopped once more. */
    const restart = async (stopped: Replica) => {
      replicas[replicas.indexOf(stopped)] = await start(stopped.name);
    };
    return { shape, upstream, clients, prober, redisUrl: redis?.url, replicas, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function findRedis(): string {
  const found = findRedisServer(process.env);
  if (!found) throw new Error('Expected redis-server on the PATH, or its path in REDIS_SERVER_PATH.');
  return found;
}

function sharedSettings({ kind, count }: Shape, redisUrl: string | undefined): Record<string, string> {
  if (kind === 'replicas') return redisUrl ? { REDIS_URL: redisUrl, SECRET } : {};
  return count > 1 ? { WORKERS: String(count) } : {};
}

interface ReplicaOptions {
  program: string;
  upstreamUrl: string;
  env: Readonly<Record<string, string>>;
}

async function startReplica(name: string, { program, upstreamUrl, env }: ReplicaOptions): Promise<Replica> {
  // The upstream identifies the sender of a request by the base URL.
  const { url, socketUrl, pid, stop } = await startProgram({
    upstreamUrl: `${upstreamUrl}/${name}`,
    key: OWN_KEY,
    program,
    limits: LIMITS,
    env,
    isProbed: false,
  });
  return { name, url, socketUrl, cpu: () => processesOf(pid).map((each) => usageOf(each).cpu), stop };
}

/** A process and its children. Without `/proc`, only the process. */
function processesOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...children.split(' ').filter(Boolean).map(Number)];
  } catch {
    return [pid];
  }
}
