import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Settings } from './settings.gen.ts';

/** Options of an embedded gateway: its settings, and where it is mounted, stores its data and logs. */
export interface GatewayOptions extends Settings {
  /** Folder of the generated secret, the idempotency keys and the data of the sandbox. @default '.data' */
  dataDirectory?: string | undefined;
  /**
   * Settings as environment variables, for example `process.env`, for all settings that are not set as options. The
   * gateway reads no environment variables of its own.
   */
  environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Receives the log lines. An instance of pino, or `console`. @default no log */
  logger?: GatewayLogger | undefined;
  /** Minimum severity of the log lines. @default 'info' */
  logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | undefined;
}

/** A function that logs a message with details. */
type Log = (details: object, message: string) => void;

/** A logger, such as an instance of pino, or `console`. Severities that it lacks go to `debug` and `error`. */
export interface GatewayLogger {
  trace?: Log;
  debug: Log;
  info: Log;
  warn: Log;
  error: Log;
  fatal?: Log;
}

/**
 * A gateway inside another application. It installs no handlers of the process, writes only to its logger, and never exits.
 * Its functions may be passed on without the object.
 */
export interface Gateway {
  /**
   * Responds to a request: the graph with queries, uploads and server-sent events at `/graphql`, images, upload tickets,
   * and `/health` and `/ready`.
   *
   * @param info The client's address. Without it, the limits per address do not apply.
   */
  readonly fetch: (request: Request, info?: { readonly address?: string }) => Promise<Response>;
  /** Responds to a request of a Node.js server, as `fetch` does. Its body must not have been read. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Opens a WebSocket for subscriptions; a listener for `upgrade` of a Node.js server.
   *
   * @returns False for a handshake of another path or protocol, which is left untouched.
   */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /**
   * Starts the gateway: opens its files and its connection to Redis. The first request does so too.
   *
   * @throws Error if it cannot start, for example because its files are corrupt. A request after five seconds tries again.
   */
  readonly ready: () => Promise<void>;
  /**
   * Rejects new requests, ends streams so that their clients reconnect, waits up to ten seconds for running requests and
   * the bodies of their responses, and closes files and connections. The server of the host application is not closed.
   */
  readonly close: () => Promise<void>;
}
