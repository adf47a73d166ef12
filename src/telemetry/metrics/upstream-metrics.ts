import type { Registry } from 'prom-client';
import type { Measurements } from '../measurements.ts';
import { addCounter, addHistogram } from './counts.ts';
import { DURATIONS, PREFIX } from './names.ts';

/** Counts upstream requests, and the reads that needed none. */
export function createUpstreamMetrics(registry: Registry): Pick<Measurements, 'onAttempt' | 'onShared' | 'onCached'> {
  const requests = addHistogram({
    registry,
    name: `${PREFIX}upstream_request_duration_seconds`,
    help: 'Duration of requests to the upstream, by operation, status (2xx, the status of an error, or timeout, network, exhausted, invalid or aborted) and kind (request or poll).',
    labelNames: ['operation', 'status', 'kind'],
    buckets: DURATIONS,
  });
  const retries = addCounter({
    registry,
    name: `${PREFIX}upstream_retries_total`,
    help: 'Requests to the upstream that repeat a failed one, by operation.',
    labelNames: ['operation'],
  });
  const saved = addCounter({
    registry,
    name: `${PREFIX}reads_saved_total`,
    help: 'Reads without a request of their own: "shared" with a running read, or "cached" in memory.',
    labelNames: ['by'],
  });
  return {
    onAttempt({ operation, status, milliseconds, isPoll, retries: earlier }) {
      requests.observe(milliseconds / 1_000, operation, status, isPoll ? 'poll' : 'request');
      if (earlier > 0) retries.add(1, operation);
    },
    onShared: () => saved.add(1, 'shared'),
    onCached: () => saved.add(1, 'cached'),
  };
}
