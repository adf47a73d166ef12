import {
  type Broker,
  BrokerError,
  type BrokerProblem,
  type StoredValue,
  type Subscriber,
  type Task,
} from './broker.ts';
import type { BrokerReply, BrokerRequest, Call, CallResult, SendMessage } from './ipc-protocol.ts';

export interface IpcBrokerOptions {
  readonly replicaId: string;
  /** Sends to the primary process. */
  readonly send: SendMessage<BrokerRequest>;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** A broker whose messages pass through the primary process. */
export interface IpcBroker extends Broker {
  /** Processes a message of the primary process. */
  receive(message: BrokerReply): void;
  /** The primary process has ended: rejects pending calls, and aborts tasks. */
  disconnect(cause: string): void;
}

interface PendingCall {
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: BrokerError) => void;
}

/** All subscribers of this process to one channel. The primary process sends each message of the channel once. */
interface Subscription {
  readonly id: number;
  readonly channel: string;
  readonly subscribers: Set<Subscriber>;
  isActive: boolean;
}

/** Creates the broker of a worker. */
export function createIpcBroker({ replicaId, send, now }: IpcBrokerOptions): IpcBroker {
  const calls = new Map<number, PendingCall>();
  const subscriptions = new Map<number, Subscription>();
  const byChannel = new Map<string, Subscription>();
  const tasks = new Map<number, AbortController>();
  const problemListeners = new Set<() => void>();
  let problem: BrokerProblem | undefined;
  let runTask: ((task: Task) => Promise<void>) | undefined;
  let lastId = 0;

  const call = (called: Call): Promise<CallResult> =>
    new Promise((resolve, reject) => {
      if (problem) return reject(new BrokerError(problem.cause));
      const id = ++lastId;
      calls.set(id, { resolve, reject });
      send({ type: 'call', id, call: called });
    });
  const subscribe = (channel: string): Subscription => {
    const created = { id: ++lastId, channel, subscribers: new Set<Subscriber>(), isActive: false };
    subscriptions.set(created.id, created);
    byChannel.set(channel, created);
    send({ type: 'subscribe', id: created.id, channel });
    return created;
  };
  const unsubscribe = ({ id, channel }: Subscription) => {
    subscriptions.delete(id);
    byChannel.delete(channel);
    send({ type: 'unsubscribe', id });
  };
  const startTask = async ({ run, name, data, epoch }: BrokerReply & { type: 'task' }) => {
    const stop = new AbortController();
    tasks.set(run, stop);
    await runTask?.({ name, data, epoch, signal: stop.signal });
    if (tasks.delete(run)) send({ type: 'task-ended', run });
  };
  const stopTask = (run: number, reason: string) => {
    const stop = tasks.get(run);
    tasks.delete(run);
    stop?.abort(new BrokerError(reason));
  };

  return {
    replicaId,
    get problem() {
      return problem;
    },
    onProblemChange(listener) {
      problemListeners.add(listener);
      return () => void problemListeners.delete(listener);
    },
    publish: (channel, message) => {
      if (!problem) send({ type: 'publish', channel, message });
    },
    subscribe(channel, subscriber) {
      const subscription = byChannel.get(channel) ?? subscribe(channel);
      const { subscribers } = subscription;
      subscribers.add(subscriber);
      if (subscription.isActive) {
        queueMicrotask(() => {
          if (subscribers.has(subscriber) && !problem) subscriber.onActive();
        });
      }
      return () => {
        if (subscribers.delete(subscriber) && subscribers.size === 0) unsubscribe(subscription);
      };
    },
    // The type of the result is that of the called method.
    async read(...args) {
      const values = (await call({ method: 'read', args })) as readonly (StoredValue | null)[];
      return values.map((value) => value ?? undefined);
    },
    store: async (...args) => void (await call({ method: 'store', args })),
    remove: async (...args) => void (await call({ method: 'remove', args })),
    requestTask: async (...args) => void (await call({ method: 'requestTask', args })),
    serveTasks(run) {
      runTask = run;
      send({ type: 'serve-tasks' });
    },
    count: async (...args) => (await call({ method: 'count', args })) as number,
    async close() {
      // After the end of the primary process there is nothing to close.
      if (!problem) await call({ method: 'close', args: [] }).catch(() => {});
      for (const { subscribers } of subscriptions.values()) subscribers.clear();
    },
    receive(reply) {
      if (reply.type === 'result') {
        const pending = calls.get(reply.id);
        calls.delete(reply.id);
        if (reply.error === undefined) pending?.resolve(reply.result);
        else pending?.reject(new BrokerError(reply.error));
      } else if (reply.type === 'active') {
        const subscription = subscriptions.get(reply.id);
        if (!subscription) return;
        subscription.isActive = true;
        for (const subscriber of [...subscription.subscribers]) subscriber.onActive();
      } else if (reply.type === 'message') {
        const subscription = subscriptions.get(reply.id);
        if (!subscription?.isActive) return;
        for (const subscriber of [...subscription.subscribers]) subscriber.onMessage(reply.message);
      } else if (reply.type === 'task') {
        void startTask(reply);
      } else {
        stopTask(reply.run, reply.reason);
      }
    },
    disconnect(cause) {
      if (problem) return;
      problem = { since: new Date(now()), cause };
      for (const { reject } of calls.values()) reject(new BrokerError(cause));
      calls.clear();
      for (const run of [...tasks.keys()]) stopTask(run, cause);
      for (const listener of [...problemListeners]) listener();
    },
  };
}
