import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { type Usage, usageOf } from './processes.ts';

/** Uploads one file to a server. */
export type Send = (url: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

export interface UploadOptions {
  url: string;
  /** Id of the server's process. */
  pid: number;
  send: Send;
  /** Query that is sent repeatedly during the uploads. */
  query: string;
  files: readonly Uint8Array<ArrayBuffer>[];
  /** Returns the hashes of files received by the upstream. */
  receivedHashes: () => Promise<string[]>;
}

const SAMPLE_EVERY = 10;
const QUERY_EVERY = 50;
const MAX_BYTES = 10_485_760;

/** Different images of noise, each just below the upstream's size limit. */
export async function noiseImages(count: number, byteSize = MAX_BYTES): Promise<Uint8Array<ArrayBuffer>[]> {
  const side = Math.floor(Math.sqrt((byteSize - 65_536) / 3));
  const raw = { width: side, height: side, channels: 3 as const };
  const png = await sharp(randomBytes(side * side * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer();
  // Bytes after the end of the PNG make each file different.
  return Array.from({ length: count }, () => new Uint8Array(Buffer.concat([png, randomBytes(16)])));
}

/** Uploads all files at once, sends queries meanwhile, and samples the memory of the server. */
export async function measureUploads({ url, pid, send, query, files, receivedHashes }: UploadOptions) {
  const [first] = files;
  if (!first) throw new Error('Expected at least one file, got none');
  for (let warm = 0; warm < 2; warm++) await send(url, first);
  await execute(url, query);
  await setTimeout(500);
  await receivedHashes();
  const idle = usageOf(pid);
  const begunAt = performance.now();

  const over = new AbortController();
  const peak = watchPeak(pid, over.signal);
  const waits = queryRepeatedly(url, query, over.signal);
  const outcomes = await Promise.allSettled(files.map((bytes) => send(url, bytes)));
  const took = performance.now() - begunAt;
  over.abort();

  const arrived = new Set(await receivedHashes());
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  return {
    files: files.length,
    bytes: files.reduce((sum, { byteLength }) => sum + byteLength, 0),
    took,
    idle: idle.rss,
    growth: (await peak) - idle.rss,
    cpu: usageOf(pid).cpu - idle.cpu,
    lost: files.filter((bytes) => !arrived.has(createHash('sha256').update(bytes).digest('hex'))).length,
    failures,
    queries: await waits,
  };
}

export type UploadResults = Awaited<ReturnType<typeof measureUploads>>;

async function watchPeak(pid: number, signal: AbortSignal): Promise<Usage['rss']> {
  let peak = 0;
  while (!signal.aborted) {
    peak = Math.max(peak, usageOf(pid).rss);
    await setTimeout(SAMPLE_EVERY);
  }
  return peak;
}

/** Sends the query repeatedly, and returns the latency of each response, in milliseconds. */
async function queryRepeatedly(url: string, query: string, signal: AbortSignal): Promise<number[]> {
  const waits: number[] = [];
  while (!signal.aborted) {
    const sentAt = performance.now();
    await execute(url, query);
    waits.push(performance.now() - sentAt);
    await setTimeout(QUERY_EVERY);
  }
  return waits;
}

/** Executes an operation. @throws Error if the result has errors. */
export async function execute(url: string, query: string, variables: object = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown[] };
  if (errors || !data) throw new Error(`Expected data, but got ${JSON.stringify(errors)}.`);
  return data;
}

/** Uploads a file according to the GraphQL multipart request specification. */
export const byMultipart =
  (query: string, variables: object, path: string): Send =>
  async (url, bytes) => {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query, variables }));
    form.set('map', JSON.stringify({ 0: [path] }));
    form.set('0', new Blob([bytes]), 'image.png');
    const response = await fetch(`${url}/graphql`, { method: 'POST', body: form });
    const text = await response.text();
    if (!/"(?:dataItem|upload)":/.test(text)) throw new Error(`${response.status}: ${text.slice(0, 200)}`);
  };
