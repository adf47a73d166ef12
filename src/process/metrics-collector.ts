import { type MetricsSnapshot, sumMetrics, sumOfEnded } from '../telemetry/metrics/metrics.ts';
import { errorMessage } from '../util/data-file.ts';
import type { StartTimer } from '../util/timers.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Time within which a worker sends its metrics, in milliseconds; for a later one, its previous ones are used. */
const COLLECT_TIME = 2_000;

/** A worker whose metrics are collected. */
interface MeasuredWorker {
  readonly send: (message: ToWorker) => void;
  /** True once it serves. Requests to a worker that starts are lost, or answered late. */
  isListening: boolean;
  /** Its latest metrics. */
  snapshot: MetricsSnapshot;
  /** Ends the waits for its metrics. */
  readonly pending: Map<number, () => void>;
}

/** The connection of a collector to one worker. */
export interface CollectedWorker {
  receive(message: FromWorker): void;
  /** Called when the worker has ended. Its counters remain in the sum, so that this never decreases. */
  close(): void;
}

/** Collects the metrics of all workers. */
export class MetricsCollector {
  readonly #startTimer: StartTimer;
  readonly #workers = new Set<MeasuredWorker>();
  /** Counters and histograms of the workers that have ended. */
  #ended: MetricsSnapshot = [];
  #last = 0;

  constructor(startTimer: StartTimer) {
    this.#startTimer = startTimer;
  }

  add(send: (message: ToWorker) => void): CollectedWorker {
    const worker: MeasuredWorker = { send, isListening: false, snapshot: [], pending: new Map() };
    this.#workers.add(worker);
    return {
      receive: (message) => {
        if (message.type === 'listening') worker.isListening = true;
        else if (message.type === 'read-metrics') void this.#sendText(worker, message.id);
        else if (message.type === 'metrics') {
          worker.snapshot = message.snapshot ?? worker.snapshot;
          worker.pending.get(message.id)?.();
        }
      },
      close: () => {
        this.#workers.delete(worker);
        this.#ended = sumOfEnded([this.#ended, worker.snapshot]);
        for (const settle of [...worker.pending.values()]) settle();
      },
    };
  }

  /** The metrics of all workers together, in the Prometheus text format. */
  async text(): Promise<string> {
    const listening = [...this.#workers].filter(({ isListening }) => isListening);
    await Promise.all(listening.map((worker) => this.#update(worker)));
    // Read only now, so that a worker that has ended meanwhile is counted once.
    return await sumMetrics([...[...this.#workers].map(({ snapshot }) => snapshot), this.#ended]);
  }

  /** Sends the metrics of all workers to one of them, which logs a failure. */
  async #sendText({ send }: MeasuredWorker, id: number): Promise<void> {
    try {
      send({ type: 'metrics-text', id, text: await this.text() });
    } catch (error) {
      send({ type: 'metrics-text', id, failure: errorMessage(error) });
    }
  }

  /** Requests the metrics of a worker. Resolves when they have arrived, when it has ended, or when the time is over. */
  #update({ send, pending }: MeasuredWorker): Promise<void> {
    const id = ++this.#last;
    return new Promise((resolve) => {
      const settle = () => {
        stopTimer();
        pending.delete(id);
        resolve();
      };
      const stopTimer = this.#startTimer(COLLECT_TIME, settle);
      pending.set(id, settle);
      send({ type: 'collect-metrics', id });
    });
  }
}
