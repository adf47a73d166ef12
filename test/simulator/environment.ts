import type { Sleep, StartTimer } from '../../src/util/timers.ts';
import type { ClientHost } from './client.ts';
import type { SimulatedClock } from './clock.ts';
import type { Entry } from './history.ts';
import type { ClusterFault, Scenario } from './scenario.ts';
import type { Reply, UpstreamRequest } from './upstream.ts';

/** The clocks and timers of a gateway. */
export type GatewayClock = Pick<SimulatedClock, 'now' | 'monotonicNow' | 'sleep' | 'startTimer'>;

/** The clock of clients and of the upstream. */
export interface WorldClock {
  /** Time since the start, in milliseconds. */
  readonly time: number;
  /** Waits on behalf of the upstream. */
  readonly pause: Sleep;
  /** Calls back after a delay. Returns the function that stops the timer. */
  readonly after: StartTimer;
  /** Waits until a time. */
  runUntil(end: number): Promise<void>;
}

/** A running gateway, as clients reach it. */
export interface Instance extends Pick<ClientHost, 'openSocket' | 'fetch'> {
  readonly epoch: number;
  readonly watchedJobs: number;
  /** Stops the gateway in the order of its HTTP server, or kills it. */
  stop(isKilled?: boolean): Promise<void>;
}

/** Where a scenario runs: in memory and simulated time, or with real servers. */
export interface Environment {
  readonly clock: WorldClock;
  /** Time after the end in which everything must come to rest, in milliseconds. */
  readonly rest: number;
  /** Starts a gateway. @param replica Its place, in which one gateway follows another. */
  start(epoch: number, replica: number): Promise<Instance>;
  /** Called when all replicas have been started. */
  onStarted?(): void;
  /** Fails in another way than by a stop of a gateway. */
  fail(fault: ClusterFault): void;
  /** Called with each line of the log. */
  onEntry?(entry: Entry): void;
  /** Number of timers of gateways that have not ended, apart from those that each needs as long as it runs. */
  pendingTimers(running: number): number;
  close?(): Promise<void>;
}

/** What an environment needs of a world. */
export interface WorldParts {
  readonly scenario: Scenario;
  respond(request: UpstreamRequest): Promise<Reply>;
  /** Logs an error of a gateway. */
  onError(message: string): void;
}

export type CreateEnvironment = (parts: WorldParts) => Environment;
