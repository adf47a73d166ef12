import type { Worker } from 'node:cluster';
import { quietTurn } from '../util/quiet-turn.ts';

/** A message of node:cluster between the primary process and a worker. */
interface ClusterMessage {
  readonly act?: string;
  /** Number of a message that is acknowledged. */
  readonly seq?: number;
  /** Number of the acknowledged message. */
  readonly ack?: number;
}

type Send = (message: ClusterMessage, handle?: { close(): void }, ...rest: unknown[]) => boolean;

/** The connections that this process has accepted and sent to workers, and that they have not accepted yet. */
export class PendingConnections {
  /** The connections of each worker, by the numbers of their messages. */
  readonly #pending = new Map<Worker, Map<number, { close(): void }>>();
  #onAccepted = () => {};

  /**
   * Watches the connections of a worker. When it ends, those that are pending are closed: otherwise node:cluster keeps them open
   * without an owner, and their clients wait for ever (Node.js 20 to 24).
   */
  watch(worker: Worker): void {
    const pending = new Map<number, { close(): void }>();
    this.#pending.set(worker, pending);
    // The types do not describe the messages that node:cluster sends itself.
    const child = worker.process as unknown as { send: Send };
    const { send } = child;
    child.send = (message, handle, ...rest) => {
      if (handle && message.act === 'newconn' && message.seq !== undefined) pending.set(message.seq, handle);
      return Reflect.apply(send, child, [message, handle, ...rest]);
    };
    worker.process.on('internalMessage', ({ ack }: ClusterMessage) => {
      if (ack !== undefined && pending.delete(ack)) this.#onAccepted();
    });
    // Not at 'disconnect', which is not emitted while a connection is pending.
    worker.once('exit', () => {
      for (const connection of pending.values()) connection.close();
      this.#pending.delete(worker);
      this.#onAccepted();
    });
  }

  /**
   * Resolves when this process has accepted all connections, and workers have accepted them from it: node:cluster sends one
   * connection at a time to each worker, so none waits if none is pending.
   *
   * @param signal Ends the wait.
   */
  async settled(signal: AbortSignal): Promise<void> {
    for (;;) {
      await quietTurn();
      if (signal.aborted || ![...this.#pending.values()].some(({ size }) => size > 0)) return;
      await new Promise<void>((resolve) => {
        this.#onAccepted = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
