import { CloseCode, type Context, MessageType, type WebSocket } from 'graphql-ws';
import type { Stream } from '../util/async-iterators.ts';
import { headOfMessage } from './message-head.ts';
import { MessageOrder } from './message-order.ts';

/** A message that graphql-ws handles. */
export interface HandledMessage {
  /** Called when graphql-ws has handled the message. */
  onHandled?: () => void;
  /** Called at the end of the handling, also if it fails. */
  onEnd?: () => void;
}

/**
 * Wraps a socket for graphql-ws, so that messages arrive in order ({@link MessageOrder}), and the end of the handling of each
 * is known. That of a query or mutation is handled when its result was sent.
 *
 * @param onBegin Called with each message just before graphql-ws handles it. For a `subscribe` message, graphql-ws then
 * calls `onSubscribe` synchronously. If it returns false, graphql-ws does not receive the message.
 */
export const observeMessages = (socket: WebSocket, onBegin: (message: HandledMessage) => boolean): WebSocket => ({
  ...socket,
  onMessage(handle) {
    const order = new MessageOrder((id) =>
      socket.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`),
    );
    const handleMessage = async (text: string) => {
      const message: HandledMessage = {};
      if (!onBegin(message)) return;
      try {
        await handle(text);
        message.onHandled?.();
      } finally {
        message.onEnd?.();
      }
    };
    socket.onMessage(async (text) => {
      const head = headOfMessage(text);
      const isAdmitted = order.admit(head);
      if (!(isAdmitted instanceof Promise ? await isAdmitted : isAdmitted)) return;
      if (head.type !== 'subscribe') return await handleMessage(text);
      try {
        await handleMessage(text);
      } finally {
        order.end(head.id);
      }
    });
  },
});

export interface DetachOptions {
  /** The open operations of the socket, by id. graphql-ws closes them at their `complete`, and with their socket. */
  operations: Context['subscriptions'];
  id: string;
  /** The `subscribe` message. */
  message: HandledMessage;
  /** Sends a message. Resolves once it has been passed to the system, or dropped. */
  send: (text: string) => void | Promise<void>;
  /** Converts the error with which the stream fails into the payload of an `error` message. */
  toPayload: (error: unknown) => readonly object[];
  /** True while the server stops. The end of a stream is not sent then, so that its client resumes it elsewhere. */
  isStopping: () => boolean;
}

/** A result that graphql-ws does not send, because its operation is not open. */
const NOTHING = { data: null };

/**
 * Runs the stream of a subscription apart from its `subscribe` message. graphql-ws would keep the message, its arguments,
 * a generator and several closures in memory until the stream ends.
 *
 * @param stream A stream without items, which sends its results by itself.
 * @returns The result for graphql-ws, after which it has handled the message.
 */
export function detachStream(
  stream: Stream<never>,
  { operations, id, message, send, toPayload, isStopping }: DetachOptions,
): typeof NOTHING {
  const isOpen = () => operations[id] === stream;
  const end = async (last: object) => {
    if (!isOpen() || isStopping()) return;
    await send(JSON.stringify(last));
    if (isOpen()) delete operations[id];
  };
  // Until the message is handled, which takes no turn of the event loop, so that no other message can arrive.
  delete operations[id];
  message.onHandled = () => {
    operations[id] = stream;
    stream.next().then(
      () => end({ id, type: MessageType.Complete }),
      (error: unknown) => end({ id, type: MessageType.Error, payload: toPayload(error) }),
    );
  };
  return NOTHING;
}
