import type { Redis } from 'ioredis';
import type { StartTimer } from '../util/timers.ts';
import type { Announcement, Subscriber } from './broker.ts';
import { type RedisConnection, reconnectPause } from './redis-connection.ts';

export interface RedisChannelsOptions {
  /** The connection that publishes. */
  connection: RedisConnection;
  /** Opens a connection for subscriptions. */
  openSubscriber: () => Redis;
  startTimer: StartTimer;
  /** True if subscriptions may be reported as active. */
  isWorking: () => boolean;
  /** Called when the subscription of a channel is confirmed, even while Redis does not work otherwise. */
  onConfirmed: (channel: string) => void;
  /** Called when a command fails, or the connection is interrupted. */
  onFailure: (error: unknown) => void;
}

/** Maximum number of channels in one command. */
const BATCH = 500;

/** Channels of Redis: messages that are published, and subscriptions that survive interruptions. */
export class RedisChannels {
  readonly #options: RedisChannelsOptions;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  /** Channels whose subscription was requested over the current connection, with the number of the request. */
  readonly #requested = new Map<string, number>();
  /** Channels whose subscription is confirmed. */
  readonly #confirmed = new Set<string>();
  /** Channels that were added or removed in this turn. */
  readonly #changed = new Set<string>();
  readonly #unsent: Announcement[] = [];
  #redis: Redis | undefined;
  #requests = 0;
  #attempts = 0;
  #stopTimer = () => {};
  #isClosed = false;

  constructor(options: RedisChannelsOptions) {
    this.#options = options;
    this.#connect();
  }

  /** The name of a channel in Redis. */
  static nameOf = (channel: string): string => `flair:${channel}`;

  /** Sends a message, with others of this turn. */
  publish(announcement: Announcement): void {
    if (this.#unsent.push(announcement) === 1) queueMicrotask(() => this.flush());
  }

  /** Sends the messages that are due. */
  flush(): void {
    const messages = this.#unsent.splice(0);
    if (messages.length > 0) this.#send(messages).catch(this.#options.onFailure);
  }

  subscribe(channel: string, subscriber: Subscriber): () => void {
    let subscribers = this.#subscribers.get(channel);
    if (!subscribers) {
      subscribers = new Set();
      this.#subscribers.set(channel, subscribers);
      this.#change(channel);
    }
    subscribers.add(subscriber);
    if (this.#confirmed.has(channel)) {
      queueMicrotask(() => {
        if (this.#confirmed.has(channel) && this.#options.isWorking()) this.#activate(channel, [subscriber]);
      });
    }
    return () => {
      if (!subscribers.delete(subscriber) || subscribers.size > 0) return;
      if (this.#subscribers.get(channel) === subscribers) this.#subscribers.delete(channel);
      this.#change(channel);
    };
  }

  /** Reports all confirmed subscriptions as active: messages may be missing. */
  activateAll(): void {
    for (const channel of [...this.#confirmed]) this.#activate(channel);
  }

  /** True if messages of the channel arrive. */
  isConfirmed(channel: string): boolean {
    return this.#confirmed.has(channel);
  }

  /** Replaces the connection, over which no messages arrive. */
  reconnect(): void {
    if (this.#redis?.status === 'ready') this.#redis.disconnect();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#unsent.length = 0;
    this.#subscribers.clear();
    this.#redis?.disconnect();
  }

  async #send(messages: readonly Announcement[]): Promise<void> {
    const { connection } = this.#options;
    if (connection.isCluster) {
      await Promise.all(
        messages.map(({ channel, message }) =>
          connection.flairPublish(`flair:{${channel}}`, RedisChannels.nameOf(channel), message),
        ),
      );
      return;
    }
    const pipeline = connection.pipeline();
    for (const { channel, message } of messages) pipeline.publish(RedisChannels.nameOf(channel), message);
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }

  #connect(): void {
    if (this.#isClosed) return;
    const redis = this.#options.openSubscriber();
    this.#redis = redis;
    redis.on('error', this.#options.onFailure);
    redis.on('message', (name: string, message: string) => this.#receive(name, message));
    redis.once('ready', () => {
      this.#attempts = 0;
      this.#request(redis, [...this.#subscribers.keys()]);
    });
    redis.once('end', () => {
      this.#requested.clear();
      this.#confirmed.clear();
      if (this.#isClosed) return;
      this.#options.onFailure(new Error('Connection is closed.'));
      this.#stopTimer = this.#options.startTimer(reconnectPause(++this.#attempts), () => this.#connect());
    });
  }

  #receive(name: string, message: string): void {
    const channel = name.slice(RedisChannels.nameOf('').length);
    for (const subscriber of [...(this.#subscribers.get(channel) ?? [])]) subscriber.onMessage(message);
  }

  #activate(channel: string, subscribers: Iterable<Subscriber> = this.#subscribers.get(channel) ?? []): void {
    for (const subscriber of [...subscribers])
      if (this.#subscribers.get(channel)?.has(subscriber)) subscriber.onActive();
  }

  #change(channel: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#sync());
    this.#changed.add(channel);
  }

  /** Sends the changes of this turn, if there is a connection. */
  #sync(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    const redis = this.#redis;
    if (redis?.status !== 'ready') return;
    const removed = changed.filter((channel) => !this.#subscribers.has(channel) && this.#requested.has(channel));
    this.#request(
      redis,
      changed.filter((channel) => this.#subscribers.has(channel) && !this.#requested.has(channel)),
    );
    for (const channel of removed) {
      this.#requested.delete(channel);
      this.#confirmed.delete(channel);
    }
    for (const batch of batches(removed)) {
      redis.unsubscribe(...batch.map(RedisChannels.nameOf)).catch(() => redis.disconnect());
    }
  }

  /** Requests subscriptions, and reports them as active once they are confirmed. */
  #request(redis: Redis, channels: readonly string[]): void {
    const request = ++this.#requests;
    for (const channel of channels) this.#requested.set(channel, request);
    const confirm = (channel: string) => {
      if (this.#requested.get(channel) !== request) return;
      this.#confirmed.add(channel);
      this.#options.onConfirmed(channel);
      if (this.#options.isWorking()) this.#activate(channel);
    };
    for (const batch of batches(channels)) {
      redis.subscribe(...batch.map(RedisChannels.nameOf)).then(
        () => batch.forEach(confirm),
        () => redis.disconnect(),
      );
    }
  }
}

const batches = (channels: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(channels.length / BATCH) }, (_, i) => channels.slice(i * BATCH, (i + 1) * BATCH));
