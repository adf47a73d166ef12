import { randomInt, randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import type { Logger } from 'pino';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import { sleep as realSleep, startTimer as realStartTimer, type Sleep, type StartTimer } from '../util/timers.ts';
import type { Announcement, Broker, NewValue } from './broker.ts';
import { consume, type Limiter } from './limiter.ts';
import { RedisChannels } from './redis-channels.ts';
import { firstAttempt, openConnection, openSubscriber, type RedisTimeouts } from './redis-connection.ts';
import { RedisHealth } from './redis-health.ts';
import { sharedLimiterOptions } from './redis-limiter.ts';
import { createProbe } from './redis-probe.ts';
import { defineScripts } from './redis-scripts.ts';
import { RedisTasks } from './redis-tasks.ts';

export interface RedisBrokerOptions {
  /** URL of a Redis server, of Sentinels or of a Cluster. */
  url: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** @default a random id */
  replicaId?: string;
  /** @default real time */
  startTimer?: StartTimer;
  /** @default real time */
  sleep?: Sleep;
  /** @default real time */
  monotonicNow?: () => number;
  /** @default real time */
  now?: () => number;
}

const TIMEOUTS: RedisTimeouts = {
  commandTimeout: 1_000,
  connectTimeout: 2_000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
};

/**
 * Connects replicas through Redis. Resolves after the first attempt to reach it, even if that fails.
 *
 * Keys of one group are in one slot of a Cluster. There, messages of a channel keep their order among those of
 * `publish`, and among announcements with values of one group; all of them do if the group has the name of the channel.
 */
export async function openRedisBroker(options: RedisBrokerOptions): Promise<Broker> {
  const {
    url,
    log,
    replicaId = randomUUID(),
    startTimer = realStartTimer,
    sleep = realSleep,
    monotonicNow = realMonotonicNow,
    now = wallClockNow,
  } = options;
  let lastError: unknown;
  const setLastError = (error: unknown) => {
    lastError = error;
  };
  const connection = openConnection(url, TIMEOUTS, setLastError);
  defineScripts(connection);
  connection.on('error', setLastError);
  connection.on('ready', () => {
    lastError = undefined;
  });
  connection.on('close', () => health.suspect());

  const channels = new RedisChannels({
    connection,
    openSubscriber: () =>
      openSubscriber(url, TIMEOUTS, connection instanceof Cluster ? randomNode(connection.nodes()) : undefined),
    startTimer,
    isWorking: () => health.problem === undefined,
    onConfirmed: (channel) => probe.onConfirmed(channel),
    onFailure: () => health.suspect(),
  });
  const storeValues = async (group: string, values: readonly NewValue[], announcement?: Announcement) => {
    // A Cluster would keep the command, and those of all probes of an outage.
    if (connection.status !== 'ready') throw new Error('Connection is closed.');
    // Earlier messages of this turn go first.
    channels.flush();
    const { channel = '', message = '' } = announcement ?? {};
    await connection.flairStore(
      values.length,
      ...values.map(({ name }) => keyOf(group, name)),
      announcement ? RedisChannels.nameOf(channel) : '',
      message,
      ...values.flatMap(({ milliseconds, version, value }) => [Math.ceil(milliseconds), version, value]),
    );
  };
  const probe = createProbe({
    replicaId,
    store: storeValues,
    channels,
    startTimer,
    lastError: () => lastError,
    reconnect: () => {
      if (connection.status === 'ready') connection.disconnect(true);
      channels.reconnect();
    },
  });
  const health = new RedisHealth({ probe: probe.run, startTimer, now, log });
  const tasks = new RedisTasks({
    connection,
    health,
    replicaId,
    startTimer,
    sleep,
    monotonicNow,
    onRunError: (error) => log.error({ err: error }, 'a task has failed'),
  });
  const limiters = new Map<string, Limiter>();
  const stopListening = health.onChange(() => {
    if (health.problem) return;
    void tasks.reconnect();
    // After the other listeners of this change.
    queueMicrotask(() => channels.activateAll());
  });
  await firstAttempt(connection, { milliseconds: TIMEOUTS.connectTimeout, startTimer });
  await health.start();

  return {
    replicaId,
    get problem() {
      return health.problem;
    },
    onProblemChange: (listener) => health.onChange(listener),
    publish(channel, message) {
      if (!health.problem) channels.publish({ channel, message });
    },
    subscribe: (channel, subscriber) => channels.subscribe(channel, subscriber),
    async read(group, names) {
      if (names.length === 0) return [];
      const found = await health.run(() =>
        connection.flairRead(names.length, ...names.map((name) => keyOf(group, name))),
      );
      return found.map((entry) => (entry === 0 ? undefined : parseValue(...entry)));
    },
    async store(group, values, announcement) {
      for (const { version } of values) {
        if (version.includes('\n')) throw new RangeError('expected a version without line breaks');
      }
      if (values.length > 0) await health.run(() => storeValues(group, values, announcement));
      else if (announcement) channels.publish(announcement);
    },
    async remove(group, names) {
      if (names.length === 0) return;
      await health.run(() => connection.del(...names.map((name) => keyOf(group, name))));
    },
    requestTask: (name, data) => tasks.request(name, data),
    serveTasks: (run) => tasks.serve(run),
    async count(limit, name) {
      let limiter = limiters.get(limit.id);
      if (!limiter) {
        const redis = new RateLimiterRedis({ ...sharedLimiterOptions(limit), storeClient: connection });
        limiter = { consume: (key) => consume(redis, key) };
        limiters.set(limit.id, limiter);
      }
      const { consume: countOne } = limiter;
      return await health.run(() => countOne(name));
    },
    async close() {
      stopListening();
      await tasks.close();
      health.stop();
      channels.close();
      connection.disconnect();
    },
  };
}

const keyOf = (group: string, name: string): string => `flair:{${group}}:${name}`;

/** @param left Time until the value expires, in milliseconds. */
function parseValue(stored: string, left: number): { value: string; age: number } {
  const version = stored.indexOf('\n') + 1;
  const lifetime = Number(stored.slice(0, version - 1));
  return { value: stored.slice(stored.indexOf('\n', version) + 1), age: Math.max(0, lifetime - left) };
}

const randomNode = <Node>(nodes: readonly Node[]): Node | undefined => nodes[randomInt(Math.max(1, nodes.length))];
