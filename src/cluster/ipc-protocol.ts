import type { Broker, StoredValue } from './broker.ts';

/** The methods of a broker that the primary process executes for a worker, and whose result it returns. */
export type CalledMethod = 'read' | 'store' | 'remove' | 'requestTask' | 'count' | 'close';

/** A method with its arguments. */
export type Call = {
  [Method in CalledMethod]: { readonly method: Method; readonly args: Parameters<Broker[Method]> };
}[CalledMethod];

/** A message from the broker of a worker to the primary process. Both process the messages in the order of sending. */
export type BrokerRequest =
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  | { readonly type: 'publish'; readonly channel: string; readonly message: string }
  | { readonly type: 'subscribe'; readonly id: number; readonly channel: string }
  | { readonly type: 'unsubscribe'; readonly id: number }
  | { readonly type: 'serve-tasks' }
  | { readonly type: 'task-ended'; readonly run: number };

/** A message from the primary process to the broker of a worker. */
export type BrokerReply =
  /** The result of a call, or the message of its error. */
  | { readonly type: 'result'; readonly id: number; readonly result?: CallResult; readonly error?: string }
  /** A subscription is active, for the first time or after messages were lost. */
  | { readonly type: 'active'; readonly id: number }
  | { readonly type: 'message'; readonly id: number; readonly message: string }
  | {
      readonly type: 'task';
      readonly run: number;
      readonly name: string;
      readonly data: string;
      readonly epoch: number;
    }
  | { readonly type: 'stop-task'; readonly run: number; readonly reason: string };

/** A missing value is null after its conversion to JSON. */
export type CallResult = readonly (StoredValue | null | undefined)[] | number | undefined;

/**
 * Sends a message to the other process, in order. Never throws.
 *
 * @param onDone Called when it has left this process, or could not be sent because the other process has ended.
 */
export type SendMessage<Message> = (message: Message, onDone?: () => void) => void;
