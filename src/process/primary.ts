import cluster from 'node:cluster';
import { connectWorker } from '../cluster/ipc-hub.ts';
import { MemoryHub } from '../cluster/memory-hub.ts';
import type { Config } from '../config/config.ts';
import { idempotencyFile, secretFile } from '../config/data-files.ts';
import { readOrMakeSecret } from '../config/secret-file.ts';
import { openDiskStore } from '../idempotency/disk.ts';
import { createDecodeBudget } from '../images/decode-memory.ts';
import { serveBudget } from '../images/shared-decode-budget.ts';
import { createLog } from '../log.ts';
import { monotonicNow, wallClockNow } from '../util/clocks.ts';
import { errorMessage } from '../util/data-file.ts';
import { ConfigError } from '../util/environment.ts';
import { startTimer } from '../util/timers.ts';
import { findPort } from './free-port.ts';
import { FACTS, type WorkerFacts } from './messages.ts';
import { closePendingConnections } from './pending-connections.ts';
import { describeStartError, exitOnUnexpectedError, exitWithError, logConfig, printUrls } from './reports.ts';
import { endBySignal, onStopSignal } from './stop-signals.ts';
import { StartError, startWorkers, type WorkerServices } from './worker-pool.ts';

/**
 * Runs the primary process of several workers, until it receives a signal to stop. It distributes the connections, and holds
 * what workers share: messages, the memory for decoding images, and the embedded sandbox.
 *
 * @throws ConfigError for mistakes that prevent the start.
 */
export async function runPrimary(config: Config): Promise<void> {
  const log = createLog(config.logLevel, { isShared: true });
  logConfig(config, log);
  exitOnUnexpectedError(log);
  const port = await findPort(config);
  if (config.secrets.length === 0) readOrMakeSecret(secretFile());
  if (config.redisUrl === undefined) await closeUnfinishedWrites();
  const sandbox = config.upstreamUrl === undefined ? await openSandbox(config) : undefined;
  const hub = new MemoryHub({ startTimer, monotonicNow, now: wallClockNow });
  const budget = createDecodeBudget(config.images.decodeBytes);

  const workers = startWorkers({
    count: config.workers,
    fork() {
      const facts: WorkerFacts = { port, sandboxSocket: sandbox?.path };
      const worker = cluster.fork({ [FACTS]: JSON.stringify(facts) });
      closePendingConnections(worker);
      return worker;
    },
    serve: (send): WorkerServices => {
      const broker = connectWorker(hub.connect(crypto.randomUUID()), (reply, onDone) =>
        send({ type: 'broker', reply }, onDone),
      );
      const decodeBudget = serveBudget(budget, (reply) => send({ type: 'decode-budget', reply }));
      return {
        receive(message) {
          if (message.type === 'broker') broker.receive(message.request);
          else if (message.type === 'decode-budget') decodeBudget.receive(message.request);
        },
        close() {
          broker.close();
          decodeBudget.close();
        },
      };
    },
    log,
    startTimer,
    monotonicNow,
  });

  /** Exits by itself after that, as a single process does, unless a worker had to be killed. */
  const stop = async () => {
    process.exitCode = await workers.stop();
    await sandbox?.close();
  };
  onStopSignal(
    () => void stop(),
    (signal) => {
      workers.kill();
      endBySignal(signal);
    },
  );
  try {
    const url = await workers.listening;
    if (url !== undefined) printUrls(config, url);
  } catch (error) {
    await stop();
    exitWithError(error instanceof StartError ? error.message : describeStartError(error));
  }
}

async function openSandbox({ sandbox }: Config) {
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
