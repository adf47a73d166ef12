import { Redis } from 'ioredis';
import type { StartTimer } from '../../src/util/timers.ts';
import { type Link, openLink } from '../support/link.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import type { ClusterFault } from './scenario.ts';

/** A Redis server, a second one that can take its place, and the network between them and the replicas. */
export class RedisNetwork {
  readonly #executable: string;
  readonly #after: StartTimer;
  readonly #links: Link[] = [];
  #main: RedisServer;
  #standby: RedisServer | undefined;
  /** Changes of the servers that have begun, one after another. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(executable: string, after: StartTimer, main: RedisServer, standby: RedisServer | undefined) {
    this.#executable = executable;
    this.#after = after;
    this.#main = main;
    this.#standby = standby;
  }

  /** Starts the servers; the second one only for faults that need it. @param after Calls back after a delay. */
  static async start(
    executable: string,
    { after, faults }: { after: StartTimer; faults: readonly ClusterFault[] },
  ): Promise<RedisNetwork> {
    const main = await startRedis(executable);
    const isReplicated = faults.some(({ what }) => what === 'failover');
    const standby = isReplicated ? await startRedis(executable, replicaOf(main)) : undefined;
    return new RedisNetwork(executable, after, main, standby);
  }

  /** Connects a new gateway at the place of a replica. @returns The URL that it uses. */
  async connect(replica: number): Promise<string> {
    this.#links[replica]?.close();
    const link = await openLink(this.#main.port);
    this.#links[replica] = link;
    return `redis://127.0.0.1:${link.port}`;
  }

  /** Interrupts the connection of a replica. */
  cut(replica: number): void {
    this.#links[replica]?.cut();
  }

  fail({ what, lasts, replica }: ClusterFault): void {
    if (what === 'partition') this.#interrupt([this.#links[replica]], lasts);
    else if (what === 'outage') this.#interrupt(this.#links, lasts);
    else if (what === 'flush') void this.#control(this.#main, (redis) => redis.flushall());
    else if (what === 'restart') this.#change(() => this.#restart(lasts));
    else if (what === 'failover') this.#change(() => this.#failOver());
    else if (what === 'freeze') {
      const { signal } = this.#main;
      signal('SIGSTOP');
      this.#after(lasts, () => signal('SIGCONT'));
    }
  }

  async close(): Promise<void> {
    await this.#changes;
    for (const link of this.#links) link?.close();
    await this.#main.stop();
    await this.#standby?.stop();
  }

  #interrupt(links: readonly (Link | undefined)[], lasts: number): void {
    // A gateway that is started meanwhile has another link.
    const cut = [...links];
    for (const link of cut) link?.cut();
    this.#after(lasts, () => {
      for (const link of cut) link?.restore();
    });
  }

  #change(change: () => Promise<unknown>): void {
    this.#changes = this.#changes.then(change);
  }

  /** Restarts the server without its data. */
  async #restart(downtime: number): Promise<void> {
    const { port, stop } = this.#main;
    await stop();
    await new Promise<void>((resolve) => void this.#after(downtime, resolve));
    this.#main = await startRedis(this.#executable, [], port);
  }

  /** The second server takes the place of the first one, which becomes its read-only replica. */
  async #failOver(): Promise<void> {
    const [old, next] = [this.#main, this.#standby];
    if (!next) return;
    this.#main = next;
    this.#standby = old;
    await this.#control(next, (redis) => redis.replicaof('NO', 'ONE'));
    for (const link of this.#links) link?.lead(next.port);
    await this.#control(old, (redis) => redis.replicaof('127.0.0.1', next.port));
  }

  /** Runs a command on a server. A server that is suspended runs it later. */
  async #control(server: RedisServer, run: (redis: Redis) => Promise<unknown>): Promise<void> {
    const redis = new Redis(server.url, { retryStrategy: () => null });
    redis.on('error', () => {});
    await run(redis).catch(() => {});
    redis.disconnect();
  }
}

const replicaOf = ({ port }: RedisServer): string[] => ['--replicaof', '127.0.0.1', `${port}`];
