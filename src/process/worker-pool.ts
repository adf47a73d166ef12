import type { Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { StartTimer } from '../util/timers.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { createRestartDelay } from './restart-delay.ts';
import { isStopSignal } from './stop-signals.ts';

export interface WorkerPoolOptions {
  readonly count: number;
  /** Starts a process. @param isFirst True until all have served; false for the replacement of one. */
  readonly fork: (isFirst: boolean) => Worker;
  /** Serves requests of a worker other than those of its lifetime. */
  readonly serve: (send: (message: ToWorker, onDone?: () => void) => void) => WorkerServices;
  /** Resolves when the workers have accepted all connections that have arrived. */
  readonly connectionsSettled: () => Promise<void>;
  readonly log: Logger;
  readonly startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  readonly monotonicNow: () => number;
}

/** The services of the primary process for one worker. */
export interface WorkerServices {
  receive(message: FromWorker): void;
  /** Called when the worker has ended. */
  close(): void;
}

/** The worker processes of a gateway. */
export interface WorkerPool {
  /**
   * Resolves to the URL of the gateway when all workers listen; to undefined if they are stopped before.
   *
   * @throws StartError if one of them cannot start.
   */
  readonly listening: Promise<string | undefined>;
  /** Makes all workers not ready, while they still serve. Those that end are no longer replaced. */
  drain(): void;
  /** Stops all workers. Resolves to the exit code of the gateway when they have ended. */
  stop(): Promise<number>;
  /** Ends all workers at once. */
  kill(): void;
}

/** One worker process. */
interface Member {
  readonly worker: Worker;
  readonly send: (message: ToWorker, onDone?: () => void) => void;
  state: 'starting' | 'listening' | 'stopping';
  /** True once it receives messages. */
  isReachable: boolean;
  failure: string | undefined;
}

/** Time within which a signal to the whole process group reaches each of its processes, in milliseconds. */
const SIGNAL_DELAY = 50;

/** Time for workers to stop, in milliseconds: longer than that for their pending responses. */
const STOP_TIMEOUT = 15_000;

/** Starts the worker processes of a gateway, and replaces those that end. */
export function startWorkers(options: WorkerPoolOptions): WorkerPool {
  const { count, log, startTimer } = options;
  const restartDelay = createRestartDelay(options.monotonicNow);
  const members = new Set<Member>();
  const listening = new Settlement<string | undefined>();
  const stopped = new Settlement<number>();
  let hasStarted = false;
  /** True from the start of the drain. */
  let isEnding = false;
  let isStopping = false;
  let exitCode = 0;

  const start = () => {
    if (isEnding) return;
    const worker = options.fork(!hasStarted);
    const send: Member['send'] = (message, onDone) => {
      if (worker.isConnected()) worker.send(message, undefined, undefined, () => onDone?.());
      else onDone?.();
    };
    const member: Member = { worker, send, state: 'starting', isReachable: false, failure: undefined };
    members.add(member);
    const services = options.serve(send);
    worker.on('message', (message: FromWorker) => {
      services.receive(message);
      receive(member, message);
    });
    worker.on('error', (error) => log.error({ err: error, worker: worker.process.pid }, 'a worker cannot be reached'));
    let isClosed = false;
    const close = () => {
      if (!isClosed) services.close();
      isClosed = true;
    };
    // Before its exit is known, so that others continue its work at once. It does not come while a connection is being sent.
    worker.once('disconnect', close);
    worker.once('exit', (code, signal) => {
      close();
      onExit(member, code, signal);
    });
  };
  const receive = (member: Member, message: FromWorker) => {
    if (message.type === 'started') {
      member.isReachable = true;
      if (member.state === 'stopping') member.send({ type: 'stop' });
      else if (isEnding) member.send({ type: 'drain' });
    } else if (message.type === 'listening') {
      if (member.state === 'starting') member.state = 'listening';
      // Without those that stop, because each of them has been replaced.
      const serving = [...members].filter(({ state }) => state === 'listening');
      if (!hasStarted && !isEnding && serving.length === count) {
        hasStarted = true;
        for (const { send } of serving) send({ type: 'all-serve' });
        listening.resolve(message.url);
        member.send({ type: 'check-upstream' });
      }
    } else if (message.type === 'failed') {
      member.failure = message.message;
    } else if (message.type === 'signaled') {
      startTimer(SIGNAL_DELAY, () => replace(member));
    }
  };
  /** Stops a worker that has received a signal of its own. */
  const replace = (member: Member) => {
    if (isEnding || member.state === 'stopping') return;
    log.info({ worker: member.worker.process.pid }, 'a worker stops because of a signal, and is replaced');
    stopMember(member);
    start();
  };
  const stopMember = (member: Member) => {
    member.state = 'stopping';
    if (member.isReachable) member.send({ type: 'stop' });
  };
  const onExit = (member: Member, code: number | null, signal: string | null) => {
    members.delete(member);
    const { state, failure, worker } = member;
    /** It has received a signal before it could handle any. */
    const isStoppedEarly = !member.isReachable && isStopSignal(signal);
    if (isEnding) {
      if (code !== 0 && !isStoppedEarly) exitCode = 1;
      if (members.size === 0) stopped.resolve(exitCode);
      return;
    }
    if (state === 'stopping' && code === 0) return;
    if (isStoppedEarly) {
      log.info({ worker: worker.process.pid }, 'a worker ended because of a signal, and is replaced');
      startTimer(SIGNAL_DELAY, start);
      return;
    }
    const reason = { worker: worker.process.pid, code, signal, ...(failure !== undefined && { reason: failure }) };
    if (state === 'stopping') {
      log.error(reason, 'a worker ended unexpectedly while it stopped');
    } else if (!hasStarted) {
      const ending = signal === null ? `the exit code ${code}` : `the signal ${signal}`;
      listening.reject(new StartError(failure ?? `A worker process ended with ${ending} before it listened.`));
    } else {
      const milliseconds = restartDelay();
      log.error({ ...reason, restartInMilliseconds: milliseconds }, 'a worker ended unexpectedly, and is replaced');
      startTimer(milliseconds, start);
    }
  };
  const kill = () => {
    for (const { worker } of members) worker.process.kill('SIGKILL');
  };

  const end = () => {
    isEnding = true;
    listening.resolve(undefined);
  };

  for (let started = 0; started < count; started++) start();
  return {
    listening: listening.promise,
    drain() {
      if (isEnding) return;
      end();
      for (const { send, isReachable } of members) if (isReachable) send({ type: 'drain' });
    },
    stop() {
      if (!isStopping) {
        isStopping = true;
        end();
        startTimer(STOP_TIMEOUT, kill);
        for (const { send, isReachable } of members) if (isReachable) send({ type: 'hold' });
        void options.connectionsSettled().then(() => {
          if (members.size === 0) stopped.resolve(exitCode);
          for (const member of members) if (member.state !== 'stopping') stopMember(member);
        });
      }
      return stopped.promise;
    },
    kill,
  };
}

/** A promise that is settled from outside. */
class Settlement<Value> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** A worker could not start. */
export class StartError extends Error {
  override name = 'StartError' as const;
}
