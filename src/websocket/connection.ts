import { CloseCode, type WebSocket as ProtocolSocket } from 'graphql-ws';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { publicError } from '../errors.ts';
import type { TokenBucket } from '../limits/token-bucket.ts';
import { withQuery } from '../persisted-documents/socket.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

/** Close codes of RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;

/** A socket on which messages come this many seconds too early is closed, and cut at twice as many. */
const MAX_EARLY_SECONDS = 2;

/** Where a `subscribe` or `complete` message can be known by its beginning: clients write its id and type first. */
const HEAD_LENGTH = 1_024;
const ID = '"id"\\s*:\\s*("(?:[^"\\\\]|\\\\.){1,512}")';
const TYPE = '"type"\\s*:\\s*"(subscribe|complete)"';
const HEAD = new RegExp(`^\\s*\\{\\s*(?:${ID}\\s*,\\s*${TYPE}|${TYPE}\\s*,\\s*${ID})\\s*[,}]`);

export interface ConnectionOptions {
  rate: TokenBucket;
  unsent: UnsentBytes;
  /** The longest message that is read, in bytes. */
  messageBytes: number;
  /** Whether operations may begin, so that one can be refused by an `error` message. */
  isAcknowledged: () => boolean;
  /** Notes an error that should not be, and makes it fit for clients. */
  maskError: (error: unknown) => Error;
  log: Logger;
}

/**
 * What graphql-ws speaks through: a WebSocket within its limits. An operation that breaks one is refused by an `error`
 * message of its own, because other operations share the socket; what cannot be told apart closes it.
 */
export function connect(socket: WebSocket, options: ConnectionOptions): ProtocolSocket {
  const { rate, unsent, messageBytes, isAcknowledged, maskError, log } = options;
  let listener: (text: string) => Promise<void> = async () => {};

  const close = (code: number, reason: string) => {
    log.info({ code, reason }, 'a socket is closed');
    socket.close(code, reason);
  };
  const send = (text: string, onFlushed: () => void) => {
    if (socket.readyState !== socket.OPEN) return onFlushed();
    unsent.send(socket, text, () => {
      onFlushed();
      deliverHeld();
    });
  };
  const refuse = (id: string, error: Error) => send(JSON.stringify({ id, type: 'error', payload: [error] }), () => {});

  /** Messages that wait until the client has read more of what it was sent. The rest stays in the system's buffers. */
  const held: Buffer[] = [];
  const deliver = async (bytes: Buffer) => {
    // What was on its way while the socket was being closed is too late.
    if (socket.readyState === socket.OPEN) await listener(withQuery(String(bytes)));
  };
  let isDelivering = false;
  /** Whether too much was unsent once. From then on the socket executes one query or mutation at a time. */
  let isSerial = false;
  /** Delivers them one after another: all results at once could exceed the limit of a client that does read. */
  const deliverHeld = (): void => {
    if (isDelivering || unsent.isCongested(socket)) return;
    const next = held.shift();
    if (!next) {
      if (socket.isPaused) socket.resume();
      return;
    }
    // A subscription may send nothing for long, so nothing waits for it.
    const isAwaited = !next.includes('subscription');
    isDelivering = isAwaited;
    void deliver(next)
      .catch(fail)
      .then(() => {
        if (isAwaited) isDelivering = false;
        deliverHeld();
      });
    deliverHeld();
  };

  /** Counts something that came. @returns For how many seconds it came too early. */
  const count = (): number => {
    const early = rate.take();
    if (early > 2 * MAX_EARLY_SECONDS) socket.terminate();
    return early;
  };
  const closeFlooded = () =>
    close(POLICY_VIOLATION, 'Too many messages a second (MAX_SOCKET_MESSAGES_PER_SECOND). Send fewer.');

  const receive = async (data: RawData): Promise<void> => {
    const bytes = data as Buffer;
    const early = count();
    // What was on its way while the socket was being closed is too late.
    if (socket.readyState !== socket.OPEN) return;
    if (early === 0 && bytes.length <= messageBytes) {
      if (!isSerial && !unsent.isCongested(socket)) return await deliver(bytes);
      isSerial = true;
      held.push(bytes);
      socket.pause();
      return deliverHeld();
    }

    const { type, id } = headOf(bytes);
    const mayRefuse = type === 'subscribe' && isAcknowledged();
    if (early > MAX_EARLY_SECONDS) return closeFlooded();
    if (bytes.length > messageBytes) {
      const message = `A message may have ${messageBytes} bytes, but this one has ${bytes.length} (MAX_BODY_BYTES).`;
      return mayRefuse ? refuse(id, publicError('PAYLOAD_TOO_LARGE', message)) : close(MESSAGE_TOO_BIG, message);
    }
    // It makes room, so it is never refused.
    if (type === 'complete') return await listener(String(bytes));
    if (!mayRefuse) return closeFlooded();
    const retryAfter = Math.ceil(early);
    const message = `Too many messages a second on this socket (MAX_SOCKET_MESSAGES_PER_SECOND). Try again in ${retryAfter} s, and send fewer.`;
    refuse(id, publicError('RATE_LIMITED', message, { retryAfter }));
  };

  const fail = (error: unknown) => {
    // graphql-ws throws this for messages that only servers send.
    const isOfClient = error instanceof Error && error.message.startsWith('Unexpected message of type');
    if (isOfClient) close(CloseCode.BadRequest, 'Invalid message received');
    else close(CloseCode.InternalServerError, maskError(error).message);
  };

  socket.on('message', (data) => void receive(data).catch(fail));
  const countControl = () => {
    if (count() > 0 && socket.readyState === socket.OPEN) closeFlooded();
  };
  socket.on('ping', countControl).on('pong', countControl);
  // ws has closed it by then, with a code that says why.
  socket.on('error', ({ message }) => log.info({ reason: message }, 'a socket is closed'));

  return {
    protocol: socket.protocol,
    // One that cannot be sent tells of a socket that is gone, and that comes to an end by itself.
    send: (text) => new Promise<void>((resolve) => send(text, resolve)),
    close: (code, reason) => socket.close(code, reason),
    onMessage(given) {
      listener = given;
    },
  };
}

/** The id and type of a `subscribe` or `complete` message, as far as its beginning tells; else no type. */
function headOf(bytes: Buffer): { type: string | undefined; id: string } {
  const [, id, type, otherType, otherId] = HEAD.exec(bytes.toString('latin1', 0, HEAD_LENGTH)) ?? [];
  return { type: type ?? otherType, id: idIn(id ?? otherId) };
}

function idIn(text = '""'): string {
  try {
    return String(JSON.parse(Buffer.from(text, 'latin1').toString()));
  } catch {
    return '';
  }
}
