import type { Logger } from 'pino';
import type { MetricsSnapshot } from '../telemetry/metrics/metrics.ts';
import type { StartTimer } from '../util/timers.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Time for the primary process to return the metrics, in milliseconds: longer than it waits for other workers. */
const TEXT_TIMEOUT = 5_000;

export interface WorkerMetricsOptions {
  readonly send: (message: FromWorker) => void;
  /** Reads the metrics of this worker. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
  readonly log: Logger;
  readonly startTimer: StartTimer;
}

/** The metrics of a worker, and through the primary process those of all workers. */
export class WorkerMetrics {
  readonly #options: WorkerMetricsOptions;
  /** Receivers of replies, by the number of their request. */
  readonly #pending = new Map<number, (reply: Extract<ToWorker, { type: 'metrics-text' }>) => void>();
  #last = 0;

  constructor(options: WorkerMetricsOptions) {
    this.#options = options;
  }

  receive(message: ToWorker): void {
    if (message.type === 'collect-metrics') void this.#sendSnapshot(message.id);
    else if (message.type === 'metrics-text') this.#pending.get(message.id)?.(message);
  }

  /**
   * The metrics of all workers together, in the Prometheus text format.
   *
   * @throws Error if the primary process cannot collect them, or does not respond.
   */
  text(): Promise<string> {
    const { send, startTimer } = this.#options;
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const stopTimer = startTimer(TEXT_TIMEOUT, () => {
        this.#pending.delete(id);
        reject(new Error(`The primary process did not return the metrics within ${TEXT_TIMEOUT / 1_000} s.`));
      });
      this.#pending.set(id, ({ text, failure }) => {
        stopTimer();
        this.#pending.delete(id);
        if (text === undefined) reject(new Error(`The primary process could not collect the metrics: ${failure}`));
        else resolve(text);
      });
      send({ type: 'read-metrics', id });
    });
  }

  async #sendSnapshot(id: number): Promise<void> {
    const { send, snapshot, log } = this.#options;
    try {
      send({ type: 'metrics', id, snapshot: await snapshot() });
    } catch (error) {
      log.error({ err: error }, 'the metrics of a worker could not be read');
      send({ type: 'metrics', id });
    }
  }
}
