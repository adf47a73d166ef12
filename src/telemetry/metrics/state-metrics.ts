import { Counter, Gauge, type Registry } from 'prom-client';
import type { PollCounts } from '../../jobs/observer.ts';
import type { StreamCounts } from '../request-record.ts';
import { PREFIX } from './names.ts';

/** What a gateway does at one moment. */
export interface GatewayState {
  readonly polls: PollCounts;
  readonly waitingRequests: number;
  readonly isCircuitOpen: boolean;
  readonly decodeBytes: { readonly reserved: number; readonly max: number };
  readonly problems: readonly { readonly name: string; readonly isPresent: boolean }[];
  readonly sockets: number;
  readonly streams: Readonly<StreamCounts>;
  /** Undefined without Redis. */
  readonly isRedisConnected: boolean | undefined;
}

/**
 * The gauges without labels: their names, descriptions and values. The values of several workers are added, or the
 * greatest one is used.
 */
const GAUGES: readonly [name: string, help: string, value: (state: GatewayState) => number, aggregator?: 'max'][] = [
  ['jobs_watched', 'Jobs and followed lists that this process polls.', ({ polls }) => polls.watched],
  ['job_listeners', 'Listeners of these jobs and lists, also for other replicas.', ({ polls }) => polls.listeners],
  ['jobs_stale', 'Watched jobs whose state is overdue, because polls fail or are on hold.', ({ polls }) => polls.stale],
  ['polls_active', 'Polls that wait for a response.', ({ polls }) => polls.running],
  [
    'poll_budget_per_second',
    'Maximum polls per second of all keys whose jobs are watched (WATCH_REQUESTS_PER_SECOND each).',
    ({ polls }) => polls.perSecond,
  ],
  ['upstream_queue_length', 'Upstream requests that wait for a slot, of all keys.', (state) => state.waitingRequests],
  [
    'upstream_circuit_open',
    '1 while the circuit breaker rejects upstream requests, else 0.',
    ({ isCircuitOpen }) => Number(isCircuitOpen),
    'max',
  ],
  ['image_decode_bytes', 'Memory reserved for decoding images.', ({ decodeBytes }) => decodeBytes.reserved],
  [
    'image_decode_limit_bytes',
    'Memory that may be reserved for decoding images (IMAGE_DECODE_MEGABYTES).',
    ({ decodeBytes }) => decodeBytes.max,
    // All workers share one budget.
    'max',
  ],
  ['sockets', 'Open WebSockets.', ({ sockets }) => sockets],
];

/** Adds the metrics that are read when they are scraped. @param read Returns the current state; undefined before the start. */
export function addStateMetrics(registry: Registry, read: () => GatewayState | undefined): void {
  const registers = [registry];
  for (const [name, help, value, aggregator] of GAUGES) {
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      ...(aggregator && { aggregator }),
      collect() {
        const state = read();
        if (state) this.set(value(state));
      },
    });
  }
  new Gauge({
    name: `${PREFIX}streams`,
    help: 'Open subscriptions, by transport.',
    labelNames: ['transport'],
    registers,
    collect() {
      const { streams } = read() ?? {};
      if (!streams) return;
      this.set({ transport: 'sse' }, streams.sse);
      this.set({ transport: 'websocket' }, streams.websocket);
    },
  });
  new Counter({
    name: `${PREFIX}stream_events_total`,
    help: 'Events that were sent to subscriptions.',
    registers,
    collect() {
      this.reset();
      this.inc(read()?.streams.events ?? 0);
    },
  });
  new Gauge({
    name: `${PREFIX}problem`,
    help: '1 while a problem that the log reports is present, else 0, by name.',
    labelNames: ['problem'],
    // With several workers, the problem is present if one of them has it.
    aggregator: 'max',
    registers,
    collect() {
      for (const { name, isPresent } of read()?.problems ?? []) this.set({ problem: name }, Number(isPresent));
    },
  });
  new Gauge({
    name: `${PREFIX}redis_connected`,
    help: '1 while Redis works, else 0. Absent without REDIS_URL.',
    aggregator: 'min',
    registers,
    collect() {
      const { isRedisConnected } = read() ?? {};
      // A reset would set it to 0.
      if (isRedisConnected === undefined) this.remove();
      else this.set(Number(isRedisConnected));
    },
  });
}
