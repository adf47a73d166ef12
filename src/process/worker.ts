import cluster from 'node:cluster';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createIpcBroker, type IpcBroker } from '../cluster/ipc-broker.ts';
import type { Vault } from '../cluster/vault.ts';
import { readConfig } from '../config/config.ts';
import { shareOf } from '../config/share.ts';
import { createRemoteBudget, type RemoteDecodeBudget } from '../images/shared-decode-budget.ts';
import { wallClockNow } from '../util/clocks.ts';
import { sleep, startTimer } from '../util/timers.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { FACTS, type FromWorker, type ToWorker, type WorkerFacts } from './messages.ts';
import { openLog } from './open-log.ts';
import { describeStartError, exitOnUnexpectedError } from './reports.ts';
import { onEachStopSignal } from './stop-signals.ts';
import { WorkerMetrics } from './worker-metrics.ts';

/** Time for pending responses after the end of the primary process, in milliseconds. */
const ORPHAN_TIMEOUT = 2_000;

/** The id of metrics that were not requested. Those of requests begin at 1. */
const NO_REQUEST = 0;

/** Runs one of several processes that serve the same port, until the primary process stops it, or ends. */
export async function runWorker(): Promise<void> {
  // The primary process decides, because it knows if it has received the signal, too.
  onEachStopSignal(() => send({ type: 'signaled' }));
  const config = readConfig(process.env);
  const log = await openLog(config, { isShared: true });
  exitOnUnexpectedError(log);
  const { port, sandboxSocket, isFirst } = JSON.parse(process.env[FACTS] ?? '') as WorkerFacts;
  const broker = config.redisUrl === undefined ? openBroker() : undefined;
  let decodeBudget: RemoteDecodeBudget | undefined;
  const openDecodeBudget = (vault: Vault) => {
    decodeBudget = createRemoteBudget({
      maxBytes: config.images.decodeBytes,
      send: (request) => send({ type: 'decode-budget', request }),
      nameOf: (owner) => vault.name('owner of an image', owner),
    });
    return decodeBudget;
  };
  const snapshot = async () => (await (await starting).metrics?.snapshot()) ?? [];
  const metrics = new WorkerMetrics({ send, snapshot, log, startTimer });
  const metricsText = () => metrics.text();
  const starting = start();

  async function start(): Promise<GatewayProcess> {
    try {
      return await startGateway(shareOf({ ...config, port }, config.workers), {
        log,
        worker: { sandboxSocket, broker, openDecodeBudget, metricsText, isFirst },
      });
    } catch (error) {
      // Exits when the message has been sent.
      return await new Promise(() =>
        send({ type: 'failed', message: describeStartError(error) }, () => process.exit(1)),
      );
    }
  }

  const stop = async () => {
    const gateway = await starting;
    await gateway.close();
    await broker?.close();
    await sendLastMetrics(gateway);
    cluster.worker?.disconnect();
  };
  let isStopping = false;
  process.on('message', (message: ToWorker) => {
    if (message.type === 'broker') broker?.receive(message.reply);
    else if (message.type === 'decode-budget') decodeBudget?.receive(message.reply);
    else if (message.type === 'collect-metrics' || message.type === 'metrics-text') metrics.receive(message);
    else if (message.type === 'check-upstream') void starting.then((gateway) => gateway.checkUpstream());
    else if (message.type === 'all-serve') void starting.then((gateway) => gateway.setReady());
    else if (message.type === 'drain') void starting.then((gateway) => gateway.drain());
    else if (message.type === 'hold') void starting.then((gateway) => gateway.hold());
    else if (!isStopping) {
      isStopping = true;
      void stop();
    }
  });
  cluster.worker?.once('disconnect', () => void onDisconnect());

  async function onDisconnect(): Promise<void> {
    const { worker } = cluster;
    if (!worker || worker.exitedAfterDisconnect) return;
    // Otherwise Node.js ends the process at once.
    worker.exitedAfterDisconnect = true;
    log.fatal('the process exits because the primary process has ended');
    broker?.disconnect('the primary process has ended');
    // A killed process has not removed it.
    if (sandboxSocket !== undefined) rmSync(dirname(sandboxSocket), { recursive: true, force: true });
    const timeout = sleep(ORPHAN_TIMEOUT, new AbortController().signal);
    await Promise.race([starting.then((gateway) => gateway.close()), timeout]).finally(() => process.exit(1));
  }

  send({ type: 'started' });
  send({ type: 'listening', url: (await starting).url });
}

/** Sends what was counted since the metrics were last collected, which would be lost. */
async function sendLastMetrics({ metrics }: GatewayProcess): Promise<void> {
  const snapshot = await metrics?.snapshot();
  if (snapshot) await new Promise<void>((resolve) => send({ type: 'metrics', id: NO_REQUEST, snapshot }, resolve));
}

/** Sends to the primary process. Its end is handled elsewhere. */
const send = (message: FromWorker, onDone?: () => void): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => onDone?.());
  else onDone?.();
};

const openBroker = (): IpcBroker =>
  createIpcBroker({
    replicaId: crypto.randomUUID(),
    send: (request, onDone) => send({ type: 'broker', request }, onDone),
    now: wallClockNow,
  });
