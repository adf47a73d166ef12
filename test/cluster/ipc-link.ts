import { createIpcBroker, type IpcBroker } from '../../src/cluster/ipc-broker.ts';
import { connectWorker } from '../../src/cluster/ipc-hub.ts';
import { MemoryHub, type MemoryHubOptions } from '../../src/cluster/memory-hub.ts';

/** A worker that is connected to a hub as over IPC: its messages are converted to JSON, and arrive later, in order. */
export interface Link {
  readonly broker: IpcBroker;
  /** Ends the worker without a message, as a crash does. */
  kill(): void;
  /** Ends the primary process. */
  endPrimary(): void;
  /** Stops the worker from reading, and continues it. */
  pause(): void;
  resume(): void;
}

/** Connects workers to one hub. */
export function createLinks(options: MemoryHubOptions) {
  const hub = new MemoryHub(options);
  let workers = 0;
  return {
    hub,
    connect(): Link {
      const replicaId = `worker-${++workers}`;
      let isOpen = true;
      let isPaused = false;
      let unread: (() => void)[] = [];
      const deliver = <Message>(message: Message, receive: (message: Message) => void, onDone?: () => void) => {
        const text = JSON.stringify(message);
        queueMicrotask(() => {
          if (isOpen) receive(JSON.parse(text));
          onDone?.();
        });
      };
      const broker = createIpcBroker({
        replicaId,
        now: options.now,
        send: (request, onDone) => deliver(request, (received) => worker.receive(received), onDone),
      });
      const worker = connectWorker(hub.connect(replicaId), (reply, onDone) => {
        const pass = () => deliver(reply, broker.receive, onDone);
        if (isPaused) unread.push(pass);
        else pass();
      });
      return {
        broker,
        kill() {
          isOpen = false;
          worker.close();
        },
        endPrimary() {
          isOpen = false;
          broker.disconnect('the primary process has ended');
        },
        pause() {
          isPaused = true;
        },
        resume() {
          isPaused = false;
          for (const pass of unread) pass();
          unread = [];
        },
      };
    },
  };
}
