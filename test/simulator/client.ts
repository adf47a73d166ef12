import type { Entry } from './history.ts';
import type { ClientSocket, SocketPeer } from './socket.ts';

type WithoutTime<Line> = Line extends unknown ? Omit<Line, 'at'> : never;
/** A line of the log, to which its time is added. */
export type NewEntry = WithoutTime<Entry>;

/** The gateway as clients reach it. */
export interface ClientHost {
  /** Opens a socket; undefined while the gateway is down. */
  openSocket(peer: SocketPeer, isReading: boolean): ClientSocket | undefined;
  /** Sends a request to the graph. @throws Error while the gateway is down. */
  fetch(init: RequestInit): Promise<Response>;
  /** Calls back after a delay, in milliseconds. */
  after(milliseconds: number, callback: () => void): void;
}

export interface ClientOptions {
  readonly name: string;
  readonly apiKey: string;
  /** Time before it connects again, in milliseconds. */
  readonly retryDelay: number;
  log(entry: NewEntry): void;
  /** Logs the start of a subscription. */
  logSubscribe(index: number, stream: string): void;
  /** The request of a subscription. */
  request(index: number): object;
}

/** A client with subscriptions, which are named by their index. */
export interface Client {
  subscribe(index: number): void;
  /** Unsubscribes. */
  leave(index: number): void;
  /** Stops reading, or reads on. */
  setReading(isReading: boolean): void;
  /** Breaks its connections. */
  drop(): void;
}
