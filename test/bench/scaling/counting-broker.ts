import type { Broker, Subscriber } from '../../../src/cluster/broker.ts';

/** Calls of a broker, as the work that they cause in Redis. */
export interface BrokerWork {
  /** Commands, including those inside scripts. */
  commands: number;
  /** Messages, and their size in bytes, before they are delivered to several processes. */
  messages: number;
  bytes: number;
}

/** Counts what the calls of a broker cost Redis, and delivers messages within one process. Stores nothing. */
export class CountingBroker implements Broker {
  readonly replicaId = 'owner';
  readonly problem = undefined;
  readonly work: Record<'needs' | 'reports', BrokerWork> = { needs: noWork(), reports: noWork() };
  readonly #channels = new Map<string, Set<Subscriber>>();

  onProblemChange(): () => void {
    return () => {};
  }

  publish(channel: string, message: string): void {
    const work = this.work[channel.startsWith('needs') ? 'needs' : 'reports'];
    work.commands++;
    work.messages++;
    work.bytes += message.length;
    queueMicrotask(() => {
      for (const subscriber of [...(this.#channels.get(channel) ?? [])]) subscriber.onMessage(message);
    });
  }

  subscribe(channel: string, subscriber: Subscriber): () => void {
    const subscribers = (this.#channels.get(channel) ?? new Set()).add(subscriber);
    this.#channels.set(channel, subscribers);
    queueMicrotask(() => subscriber.onActive());
    return () => void subscribers.delete(subscriber);
  }

  /** A script that executes two commands for each value that it finds. */
  async read(_group: string, names: readonly string[]) {
    this.work.needs.commands += 1 + 2 * names.length;
    return names.map(() => undefined);
  }

  /** A script that reads and writes each value, unless there are none. */
  async store(...[, values, announcement]: Parameters<Broker['store']>): Promise<void> {
    if (values.length > 0) this.work.reports.commands += 1 + 2 * values.length;
    if (announcement) this.publish(announcement.channel, announcement.message);
  }

  async remove(): Promise<void> {
    this.work.reports.commands++;
  }

  async requestTask(): Promise<void> {}

  serveTasks(): void {}

  async count(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    this.#channels.clear();
  }
}

function noWork(): BrokerWork {
  return { commands: 0, messages: 0, bytes: 0 };
}
