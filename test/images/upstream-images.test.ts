import { describe, expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import type { ImageSource } from '../../src/images/source.ts';
import { createUpstreamImages } from '../../src/images/upstream-images.ts';
import { createFinishedJobs } from '../../src/loaders/finished-jobs.ts';
import { DownloadError } from '../../src/upstream/images/download-error.ts';
import { imageFromBase64 } from '../../src/upstream/images/image-stream.ts';
import { createUpstreams } from '../../src/upstream/upstream.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';
import { createClock } from '../support/clock.ts';

const { signal } = new AbortController();
const image = (index: number): ImageSource => ({ kind: 'prediction', predictionId: 'p', index });
const item: ImageSource = { kind: 'dataItem', modelId: 'm', dataId: 'd' };

/** Images of an upstream whose URLs contain the API key, and work until they are marked as expired. */
function startUpstreamImages({
  status = 'completed',
  onDownload = () => {},
}: {
  status?: string;
  onDownload?: () => void;
} = {}) {
  const reads: string[] = [];
  const downloads: string[] = [];
  const state = { generation: 1, expired: new Set<string>(), isDeleted: false };
  const upstreamOf = createUpstreams({
    sleep,
    startTimer,
    baseUrl: 'https://api.example',
    apiKeyHeader: 'x-api-key',
    contract,
    transport: async (input) => {
      const { url, headers } = new Request(input);
      const apiKey = headers.get('x-api-key');
      reads.push(`${apiKey} ${new URL(url).pathname}`);
      if (state.isDeleted) return new Response(null, { status: 404 });
      const imageUrl = (index: number) => `https://cdn.example/${apiKey}/${state.generation}/${index}`;
      return url.includes('/data/')
        ? Response.json({ id: 'd', url: imageUrl(0) })
        : Response.json({ id: 'p', status, images: [0, 1, 2, 3].map(imageUrl) });
    },
  });
  const clock = createClock();
  const finishedJobs = createFinishedJobs({
    milliseconds: 1_000,
    max: 10,
    now: clock.now,
    monotonicNow: clock.monotonicNow,
  });
  const images = createUpstreamImages({
    upstreamOf,
    finishedJobs,
    download: async (imageUrl) => {
      const { pathname } = new URL(imageUrl);
      downloads.push(pathname);
      onDownload();
      if (state.expired.has(pathname)) throw new DownloadError('expired', 'gone', { status: 403 });
      return imageFromBase64(Buffer.from(imageUrl).toString('base64'));
    },
  });
  const open = async (source: ImageSource, apiKey = 'key-1') => {
    const { body } = await images.open(apiKey, source, signal);
    return new URL(await new Response(body).text()).pathname;
  };
  return { images, open, reads, downloads, state, finishedJobs };
}

describe('the images of a finished prediction', () => {
  test('concurrent requests of its images share one read, and later ones need none', async () => {
    const { open, reads } = startUpstreamImages();

    await Promise.all([0, 1, 2, 3].map((index) => open(image(index))));
    for (const index of [0, 1, 2, 3]) expect(await open(image(index))).toBe(`/key-1/1/${index}`);

    expect(reads).toEqual(['key-1 /predictions/p']);
  });

  test('image URLs are not shared between credentials', async () => {
    const { open } = startUpstreamImages();

    expect(await open(image(0), 'key-1')).toBe('/key-1/1/0');
    expect(await open(image(0), 'key-2')).toBe('/key-2/1/0');
  });

  test('image URLs are cached when the prediction was read for another purpose', async () => {
    const { images, open, reads } = startUpstreamImages();
    const status = { state: 'COMPLETED', word: 'completed', isFinished: true } as const;

    images.cacheUrls('key-1', { kind: 'Prediction', id: 'p', status, images: [{ url: 'https://cdn.example/cached' }] });

    expect(await open(image(0))).toBe('/cached');
    expect(reads).toEqual([]);
  });

  test('image URLs are evicted after the prediction was deleted', async () => {
    const { images, open, reads } = startUpstreamImages();
    await open(image(0));

    images.evictUrls('key-1', 'p');
    await open(image(0));

    expect(reads).toHaveLength(2);
  });
});

test('image URLs of an unfinished prediction are not cached', async () => {
  const { open, reads } = startUpstreamImages({ status: 'processing' });

  await open(image(0));
  await open(image(0));

  expect(reads).toHaveLength(2);
});

describe('expired image URLs', () => {
  test('an expired URL makes the gateway read the prediction again, once, and download the new URL', async () => {
    const { open, reads, downloads, state } = startUpstreamImages();
    await open(image(0));
    state.expired.add('/key-1/1/0');
    state.generation = 2;

    expect(await open(image(0))).toBe('/key-1/2/0');
    expect(await open(image(1))).toBe('/key-1/2/1');
    expect(reads).toHaveLength(2);
    expect(downloads).toEqual(['/key-1/1/0', '/key-1/1/0', '/key-1/2/0', '/key-1/2/1']);
  });

  test('an expired URL of a cached job causes one read, which refreshes the cached job', async () => {
    const { images, open, reads, state, finishedJobs } = startUpstreamImages();
    const url = () => {
      const row = finishedJobs.get('key-1', { kind: 'Prediction', id: 'p' })?.row;
      return row?.kind === 'Prediction' ? row.images?.[0] : undefined;
    };
    await open(image(0));
    expect(url()).toEqual({ url: 'https://cdn.example/key-1/1/0' });
    state.expired.add('/key-1/1/0');
    state.generation = 2;
    await open(image(0));

    expect(url()).toEqual({ url: 'https://cdn.example/key-1/2/0' });
    const cached = finishedJobs.get('key-1', { kind: 'Prediction', id: 'p' })?.row;
    if (cached?.kind === 'Prediction') images.cacheUrls('key-1', cached);
    await open(image(0));
    expect(reads).toHaveLength(2);
  });

  test('an expired URL of a prediction that was deleted elsewhere evicts the cached job', async () => {
    const { open, state, finishedJobs } = startUpstreamImages();
    await open(image(0));
    state.expired.add('/key-1/1/0');
    state.isDeleted = true;

    await expect(open(image(0))).rejects.toMatchObject({ status: 404 });

    expect(finishedJobs.get('key-1', { kind: 'Prediction', id: 'p' })).toBeUndefined();
  });

  test('an expired URL makes the gateway read the data item again, once, and download the new URL', async () => {
    const { open, reads, downloads, state } = startUpstreamImages({ onDownload: () => state.generation++ });
    state.expired.add('/key-1/1/0');

    expect(await open(item)).toBe('/key-1/2/0');
    expect(reads).toHaveLength(2);
    expect(downloads).toEqual(['/key-1/1/0', '/key-1/2/0']);
  });

  test('an expired URL that the upstream returns again is not downloaded again', async () => {
    const { open, reads, downloads, state } = startUpstreamImages();
    state.expired.add('/key-1/1/0');

    await expect(open(item)).rejects.toMatchObject({ reason: 'expired' });
    expect(reads).toHaveLength(2);
    expect(downloads).toHaveLength(1);
  });

  test('concurrent requests with expired URLs share one read of the prediction', async () => {
    const { open, reads, state } = startUpstreamImages();
    await open(image(0));
    state.generation = 2;
    for (const index of [0, 1, 2, 3]) state.expired.add(`/key-1/1/${index}`);

    const found = await Promise.all([0, 1, 2, 3].map((index) => open(image(index))));

    expect(found).toEqual([0, 1, 2, 3].map((index) => `/key-1/2/${index}`));
    expect(reads).toHaveLength(2);
  });

  test('the request fails when the new URL has expired as well', async () => {
    const { open, reads, state } = startUpstreamImages();
    await open(image(0));
    state.generation = 2;
    for (const generation of [1, 2]) state.expired.add(`/key-1/${generation}/0`);

    await expect(open(image(0))).rejects.toMatchObject({ reason: 'expired', status: 403 });
    expect(reads).toHaveLength(2);
  });
});
