import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { connectWorker } from '../cluster/ipc-hub.ts';
import { MemoryHub } from '../cluster/memory-hub.ts';
import type { Config } from '../config/config.ts';
import { idempotencyFile, secretFile } from '../config/data-files.ts';
import { readOrMakeSecret } from '../config/secret-file.ts';
import { openDiskStore } from '../idempotency/disk.ts';
import { createDecodeBudget } from '../images/decode-memory.ts';
import { serveBudget } from '../images/shared-decode-budget.ts';
import { monotonicNow, wallClockNow } from '../util/clocks.ts';
import { errorMessage } from '../util/data-file.ts';
import { ConfigError } from '../util/environment.ts';
import { startTimer } from '../util/timers.ts';
import { findPort } from './free-port.ts';
import { FACTS, type WorkerFacts } from './messages.ts';
import { MetricsCollector } from './metrics-collector.ts';
import { serveMetrics } from './metrics-server.ts';
import { openLog } from './open-log.ts';
import { PendingConnections } from './pending-connections.ts';
import { describeStartError, exitOnUnexpectedError, exitWithError, logConfig, logUrl } from './reports.ts';
import { prepareSocket } from './socket-file.ts';
import { endBySignal, onStopSignal } from './stop-signals.ts';
import { requireDecoder } from './upstream.ts';
import { StartError, startWorkers, type WorkerPool, type WorkerServices } from './worker-pool.ts';

/** Time for workers to accept the connections that this process has accepted, in milliseconds. */
const ACCEPT_TIMEOUT = 1_000;

/**
 * Runs the primary process of several workers, until it receives a signal to stop. It distributes the connections, and holds
 * what workers share: messages, the memory for decoding images, and the embedded sandbox.
 *
 * @throws ConfigError for mistakes that prevent the start.
 */
export async function runPrimary(config: Config): Promise<void> {
  const starting = startPrimary(config);
  let workers: WorkerPool | undefined;
  /** Ends the workers once they have been started. A failure of the start is reported below. */
  const end = (act: (primary: Primary) => unknown) => void starting.then(act, () => {});
  onStopSignal({
    drainMilliseconds: config.drainMilliseconds,
    drain: () => end((primary) => primary.workers.drain()),
    stop: () => end((primary) => void primary.stop()),
    kill(signal) {
      workers?.kill();
      endBySignal(signal);
    },
  });
  const primary = await starting;
  workers = primary.workers;
  try {
    const url = await workers.listening;
    if (url !== undefined) logUrl(config, url, primary.log);
  } catch (error) {
    await primary.stop();
    exitWithError(error instanceof StartError ? error.message : describeStartError(error));
  }
}

/** A primary process that has started its workers, which may not listen yet. */
interface Primary {
  readonly log: Logger;
  readonly workers: WorkerPool;
  /** Stops the workers, and closes what they share. */
  stop(): Promise<void>;
}

async function startPrimary(config: Config): Promise<Primary> {
  const log = await openLog(config, { isShared: true });
  logConfig(config, log);
  exitOnUnexpectedError(log);
  const { listenSocket } = config;
  if (listenSocket !== undefined) await prepareSocket(listenSocket);
  const port = listenSocket === undefined ? await findPort(config) : config.port;
  if (config.secrets.length === 0) readOrMakeSecret(secretFile());
  if (config.redisUrl === undefined) await closeUnfinishedWrites();
  const sandbox = config.upstreamUrl === undefined ? await openSandbox(config) : undefined;
  const hub = new MemoryHub({ startTimer, monotonicNow, now: wallClockNow });
  const budget = createDecodeBudget(config.images.decodeBytes);

  const metrics = new MetricsCollector(startTimer);
  const closeMetrics =
    config.metrics.port === undefined
      ? undefined
      : await serveMetrics({ host: config.host, port: config.metrics.port, text: () => metrics.text(), log });

  const connections = new PendingConnections();
  const workers = startWorkers({
    count: config.workers,
    fork(isFirst) {
      const facts: WorkerFacts = { port, sandboxSocket: sandbox?.path, isFirst };
      const worker = cluster.fork({ [FACTS]: JSON.stringify(facts) });
      connections.watch(worker);
      return worker;
    },
    serve: (send): WorkerServices => {
      const broker = connectWorker(hub.connect(crypto.randomUUID()), (reply, onDone) =>
        send({ type: 'broker', reply }, onDone),
      );
      const workerMetrics = metrics.add(send);
      const decodeBudget = serveBudget(budget, (reply) => send({ type: 'decode-budget', reply }));
      return {
        receive(message) {
          workerMetrics.receive(message);
          if (message.type === 'broker') broker.receive(message.request);
          else if (message.type === 'decode-budget') decodeBudget.receive(message.request);
        },
        close() {
          workerMetrics.close();
          broker.close();
          decodeBudget.close();
        },
      };
    },
    async connectionsSettled() {
      const timeout = new AbortController();
      const stopTimer = startTimer(ACCEPT_TIMEOUT, () => timeout.abort());
      await connections.settled(timeout.signal);
      stopTimer();
    },
    log,
    startTimer,
    monotonicNow,
  });

  return {
    log,
    workers,
    /** Exits by itself after that, as a single process does, unless a worker had to be killed. */
    async stop() {
      process.exitCode = await workers.stop();
      await closeMetrics?.();
      await sandbox?.close();
    },
  };
}

async function openSandbox({ sandbox }: Config) {
  requireDecoder();
  const { openSandboxSocket } = await import('./sandbox-socket.ts');
  return await openSandboxSocket(sandbox);
}

/** Sets the outcome of unfinished writes of earlier processes to unknown, before workers use the records together. */
async function closeUnfinishedWrites(): Promise<void> {
  try {
    await openDiskStore(idempotencyFile()).close();
  } catch (error) {
    throw new ConfigError([errorMessage(error)]);
  }
}
