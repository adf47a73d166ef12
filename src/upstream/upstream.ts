import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import type { Contract } from '../contract/contract.ts';
import { type Client, createClient, type Transport } from './client.ts';
import { dataItems } from './data-items.ts';
import { models } from './models.ts';
import { createPlaces } from './places.ts';
import { predictions } from './predictions.ts';
import { defaultRetry, type RetryPolicy } from './retry.ts';
import { trainings } from './trainings.ts';

/** The REST API as one credential sees it, an object for each resource. */
export interface Upstream {
  readonly models: ReturnType<typeof models>;
  readonly dataItems: ReturnType<typeof dataItems>;
  readonly trainings: ReturnType<typeof trainings>;
  readonly predictions: ReturnType<typeof predictions>;
  /** Fetches an address on the upstream's own origin with this credential. */
  readonly fetchOwn: Client['fetchOwn'];
}

export interface UpstreamOptions {
  /** Absolute address under which the contract's paths lie, without a trailing slash. */
  baseUrl: string;
  /** Name of the header that carries the key. */
  apiKeyHeader: string;
  transport: Transport;
  contract: Contract;
  /** Requests of one credential under way at once. @default 32 */
  concurrency?: number;
  /** Time for one operation with all its repetitions and its body, in milliseconds. @default 30_000 */
  deadline?: number;
  retry?: RetryPolicy;
  /** Told when the upstream asks a credential for patience, in seconds. */
  onRetryAfter?: (apiKey: string, seconds: number) => void;
}

// Enough for every credential that is active at once; one that falls out only starts with an empty queue again.
const CREDENTIALS = 10_000;

// Pictures in base64, which cannot be handed on before all of them is there.
const WHOLE_PICTURES = { total: 16, each: 4 };

/** Makes the upstream for each API key. One key has one queue, however many answers ask with it at once. */
export function createUpstreams(options: UpstreamOptions): (apiKey: string) => Upstream {
  const { concurrency = 32, deadline = 30_000, retry = defaultRetry, onRetryAfter = () => {}, ...shared } = options;
  const known = new LRUCache<string, Upstream>({ max: CREDENTIALS });
  const wholePictures = createPlaces(WHOLE_PICTURES);

  return (apiKey) => {
    const existing = known.get(apiKey);
    if (existing) return existing;
    const client = createClient({
      ...shared,
      apiKey,
      deadline,
      retry,
      queue: new PQueue({ concurrency }),
      onRetryAfter: (seconds) => onRetryAfter(apiKey, seconds),
    });
    const upstream: Upstream = {
      models: models(client),
      dataItems: dataItems(client, (signal) => wholePictures.enter(apiKey, signal)),
      trainings: trainings(client),
      predictions: predictions(client),
      fetchOwn: client.fetchOwn,
    };
    known.set(apiKey, upstream);
    return upstream;
  };
}
