import { errorMessage } from '../util/data-file.ts';
import type { Task } from './broker.ts';
import type { BrokerReply, BrokerRequest, Call, CallResult, SendMessage } from './ipc-protocol.ts';
import type { HubConnection } from './memory-hub.ts';

/** The primary process's end of the broker of one worker. */
export interface WorkerConnection {
  /** Processes a message of the worker. */
  receive(request: BrokerRequest): void;
  /** Gives the tasks of the worker to others. Called when the worker has ended. */
  close(): void;
}

/** Maximum length of the published messages that a worker has not received yet, in characters. */
const MAX_UNSENT = 16 * 1_048_576;

/**
 * Connects a worker to the hub of the primary process. A worker that does not read, because its event loop is blocked,
 * loses the published messages above {@link MAX_UNSENT}; its subscriptions then become active again.
 *
 * @param send Sends to the worker.
 */
export function connectWorker(hub: HubConnection, send: SendMessage<BrokerReply>): WorkerConnection {
  /** Functions that end the subscriptions of the worker. */
  const subscriptions = new Map<number, () => void>();
  /** Functions that end the tasks that the worker runs. */
  const tasks = new Map<number, () => void>();
  /** Subscriptions that have lost messages. */
  const interrupted = new Set<number>();
  let unsent = 0;
  let lastRun = 0;

  const call = async ({ method, args }: Call): Promise<CallResult> => {
    switch (method) {
      case 'read':
        return await hub.read(...args);
      case 'store':
        await hub.store(...args);
        return undefined;
      case 'remove':
        await hub.remove(...args);
        return undefined;
      case 'requestTask':
        // A task that the worker has ended just before has then ended for the hub, too, and can be requested again.
        await undefined;
        await hub.requestTask(...args);
        return undefined;
      case 'count':
        return await hub.count(...args);
      case 'close':
        await hub.close();
        return undefined;
    }
  };
  const reply = async (id: number, called: Call) => {
    try {
      send({ type: 'result', id, result: await call(called) });
    } catch (error) {
      send({ type: 'result', id, error: errorMessage(error) });
    }
  };
  const forward = (id: number, message: string) => {
    if (interrupted.has(id) || (unsent > 0 && unsent + message.length > MAX_UNSENT)) {
      interrupted.add(id);
      return;
    }
    unsent += message.length;
    send({ type: 'message', id, message }, () => {
      unsent -= message.length;
      if (unsent === 0) resume();
    });
  };
  const resume = () => {
    for (const id of interrupted) if (subscriptions.has(id)) send({ type: 'active', id });
    interrupted.clear();
  };
  const subscribe = (id: number, channel: string) => {
    const unsubscribe = hub.subscribe(channel, {
      onActive: () => send({ type: 'active', id }),
      onMessage: (message) => forward(id, message),
    });
    subscriptions.set(id, unsubscribe);
  };
  /** Runs a task in the worker. Resolves when it has ended there, or when it is stopped. */
  const runTask = ({ name, data, epoch, signal }: Task): Promise<void> =>
    new Promise((resolve) => {
      const run = ++lastRun;
      const end = () => {
        tasks.delete(run);
        resolve();
      };
      tasks.set(run, end);
      signal.addEventListener('abort', () => {
        if (!tasks.has(run)) return;
        end();
        send({ type: 'stop-task', run, reason: errorMessage(signal.reason) });
      });
      send({ type: 'task', run, name, data, epoch });
    });

  return {
    receive(request) {
      if (request.type === 'call') void reply(request.id, request.call);
      else if (request.type === 'publish') hub.publish(request.channel, request.message);
      else if (request.type === 'subscribe') subscribe(request.id, request.channel);
      else if (request.type === 'serve-tasks') hub.serveTasks(runTask);
      else if (request.type === 'task-ended') tasks.get(request.run)?.();
      else {
        subscriptions.get(request.id)?.();
        subscriptions.delete(request.id);
        interrupted.delete(request.id);
      }
    },
    close: () => void hub.close(),
  };
}
