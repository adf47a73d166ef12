import type { Worker } from 'node:cluster';

/** A message of node:cluster between the primary process and a worker. */
interface ClusterMessage {
  readonly act?: string;
  /** Number of a message that is acknowledged. */
  readonly seq?: number;
  /** Number of the acknowledged message. */
  readonly ack?: number;
}

type Send = (message: ClusterMessage, handle?: { close(): void }, ...rest: unknown[]) => boolean;

/**
 * Closes the connections that were sent to a worker, and that it had not accepted when it ended. Otherwise node:cluster
 * keeps them open without an owner, and their clients wait for ever (Node.js 20 to 24).
 */
export function closePendingConnections(worker: Worker): void {
  const pending = new Map<number, { close(): void }>();
  // The types do not describe the messages that node:cluster sends itself.
  const child = worker.process as unknown as { send: Send };
  const { send } = child;
  child.send = (message, handle, ...rest) => {
    if (handle && message.act === 'newconn' && message.seq !== undefined) pending.set(message.seq, handle);
    return Reflect.apply(send, child, [message, handle, ...rest]);
  };
  worker.process.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) pending.delete(ack);
  });
  // Not at 'disconnect', which is not emitted while a connection is pending.
  worker.once('exit', () => {
    for (const connection of pending.values()) connection.close();
    pending.clear();
  });
}
