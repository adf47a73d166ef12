import type { ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, MessageType, type WebSocket as ProtocolSocket } from 'graphql-ws';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { publicError } from '../errors.ts';
import type { TokenBucket } from '../limits/token-bucket.ts';
import { withQuery } from '../persisted-documents/socket.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { isRecord, parseJson } from '../util/json.ts';
import { yieldToEventLoop } from '../util/next-turn.ts';
import { HEAD_LENGTH, headOf } from './message-head.ts';
import type { RawConnection, UnsentBytes } from './unsent-bytes.ts';

/** Close codes of RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;

/** A socket whose messages exceed the rate by this many seconds is closed; by twice as many, terminated. */
const MAX_EARLY_SECONDS = 2;

export interface ConnectionOptions {
  /** The connection below the WebSocket. @default each message is passed to the system by itself */
  connection?: RawConnection;
  rate: TokenBucket;
  unsent: UnsentBytes;
  steps: {
    /** Returns an error for a message that is too large. */
    body: (message: Uint8Array) => GraphQLError | undefined;
    /** Returns a result as JSON. */
    serialization: (result: ExecutionResult) => string;
  };
  /** True after `connection_ack`, from which on an operation can be rejected with an `error` message. */
  isAcknowledged: () => boolean;
  /** Logs an unexpected error, and converts it into a public one. */
  maskError: (error: unknown) => Error;
  log: Logger;
}

/** A WebSocket as graphql-ws uses it. */
export interface Connection extends ProtocolSocket {
  /** Sends a result of an operation. Resolves once it has been passed to the system, or dropped. */
  sendResult(id: string, result: ExecutionResult, record: RequestRecord): Promise<void>;
}

/**
 * Connects a WebSocket to graphql-ws and enforces its limits. An operation that exceeds one is rejected with an `error`
 * message, because other operations share the socket. A message that cannot be attributed to an operation closes it.
 */
export function connect(socket: WebSocket, options: ConnectionOptions): Connection {
  const { connection, rate, unsent, steps, isAcknowledged, maskError, log } = options;
  let listener: (text: string) => Promise<void> = async () => {};

  const close = (code: number, reason: string) => {
    log.info({ code, reason }, 'a socket is closed');
    socket.close(code, reason);
  };
  const send = (text: string, onFlushed: () => void) => {
    if (socket.readyState !== socket.OPEN) return onFlushed();
    const onSent = () => {
      onFlushed();
      deliverHeld();
    };
    unsent.send(socket, text, onSent, connection);
  };
  const rejectOperation = (id: string, error: Error) =>
    send(JSON.stringify({ id, type: 'error', payload: [error] }), () => {});

  /** Messages that wait until the client has read the unsent bytes. Further ones stay in the system's buffers. */
  const held: Buffer[] = [];
  const deliver = async (bytes: Buffer) => {
    // Ignores messages that arrive while the socket is closing.
    if (socket.readyState === socket.OPEN) await listener(withQuery(String(bytes)));
  };
  let isDelivering = false;
  /** True once too much has been unsent. From then on the socket executes one query or mutation at a time. */
  let isSerial = false;
  /** Delivers held messages one by one: all results at once could exceed the limit even for a client that reads. */
  const deliverHeld = (): void => {
    if (isDelivering || unsent.isCongested(socket)) return;
    const next = held.shift();
    if (!next) {
      if (socket.isPaused) socket.resume();
      return;
    }
    // Not awaited for a subscription, which may send nothing for a long time.
    const isAwaited = !next.includes('subscription');
    isDelivering = isAwaited;
    void deliver(next)
      .catch((error) => fail(error, next))
      // As for a message that has just arrived: what the one before it does in microtasks is done.
      .then(yieldToEventLoop)
      .then(() => {
        if (isAwaited) isDelivering = false;
        deliverHeld();
      });
    deliverHeld();
  };

  /** Counts a message or control frame. @returns By how many seconds it exceeds the rate. */
  const count = (): number => {
    const early = rate.take();
    if (early > 2 * MAX_EARLY_SECONDS) socket.terminate();
    return early;
  };
  const closeFlooded = () =>
    close(POLICY_VIOLATION, 'Too many messages per second (MAX_SOCKET_MESSAGES_PER_SECOND). Send fewer.');

  const receive = async (bytes: Buffer): Promise<void> => {
    const early = count();
    // Ignores messages that arrive while the socket is closing.
    if (socket.readyState !== socket.OPEN) return;
    const sizeError = steps.body(bytes);
    if (early === 0 && !sizeError) {
      if (!isSerial && !unsent.isCongested(socket)) return await deliver(bytes);
      isSerial = true;
      held.push(bytes);
      socket.pause();
      return deliverHeld();
    }

    const { type, id } = headOf(bytes.toString('utf8', 0, HEAD_LENGTH));
    const canReject = type === 'subscribe' && isAcknowledged();
    if (early > MAX_EARLY_SECONDS) return closeFlooded();
    if (sizeError) return canReject ? rejectOperation(id, sizeError) : close(MESSAGE_TOO_BIG, sizeError.message);
    // Never rejected, because it ends an operation.
    if (type === 'complete') return await listener(String(bytes));
    if (!canReject) return closeFlooded();
    const retryAfter = Math.ceil(early);
    const message = `Too many messages per second on this socket (MAX_SOCKET_MESSAGES_PER_SECOND). Try again in ${retryAfter} s, and send fewer.`;
    rejectOperation(id, publicError('RATE_LIMITED', message, { retryAfter }));
  };

  /** Closes the socket after a message that failed. */
  const fail = (error: unknown, bytes: Buffer) => {
    // graphql-ws throws an error for a message that only servers may send.
    if (isServerMessage(bytes)) close(CloseCode.BadRequest, 'Invalid message received');
    // It returns the payload of a `ping` as JSON.
    else if (error instanceof RangeError) close(CloseCode.BadRequest, 'The message is nested too deeply');
    else close(CloseCode.InternalServerError, maskError(error).message);
  };

  socket.on('message', (data: RawData) => {
    // ws emits a Buffer unless its `binaryType` is changed.
    const bytes = data as Buffer;
    receive(bytes).catch((error) => fail(error, bytes));
  });
  const countControl = () => {
    if (count() > 0 && socket.readyState === socket.OPEN) closeFlooded();
  };
  socket.on('ping', countControl).on('pong', countControl);
  // ws has already closed the socket, with the appropriate code.
  socket.on('error', ({ message }) => log.info({ reason: message }, 'a socket is closed'));

  // Never rejects: a send fails only on a closed socket, whose `close` event ends its operations.
  const sendAndWait = (text: string) => new Promise<void>((resolve) => send(text, resolve));

  return {
    protocol: socket.protocol,
    send: sendAndWait,
    async sendResult(id, result, record) {
      const text = `{"id":${JSON.stringify(id)},"type":"next","payload":${steps.serialization(result)}}`;
      record.bytes += Buffer.byteLength(text);
      if (record.events === undefined) record.addErrors(result.errors);
      else record.addEvent(result.errors);
      await sendAndWait(text);
    },
    close: (code, reason) => socket.close(code, reason),
    onMessage(given) {
      listener = given;
    },
  };
}

const SERVER_MESSAGES: ReadonlySet<unknown> = new Set([MessageType.ConnectionAck, MessageType.Next, MessageType.Error]);

/** True for a message of a type that only servers may send (graphql-transport-ws, "Message types"). */
function isServerMessage(bytes: Buffer): boolean {
  const message = parseJson(String(bytes));
  return isRecord(message) && SERVER_MESSAGES.has(message.type);
}
