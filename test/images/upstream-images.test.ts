import { describe, expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import type { ImageSource } from '../../src/images/source.ts';
import { createUpstreamImages } from '../../src/images/upstream-images.ts';
import { DownloadError } from '../../src/upstream/images/download-error.ts';
import { imageFromBase64 } from '../../src/upstream/images/image-stream.ts';
import { createUpstreams } from '../../src/upstream/upstream.ts';
import { startTimer } from '../../src/util/timer-queue.ts';
import { sleep } from '../../src/util/timers.ts';

const { signal } = new AbortController();
const image = (index: number): ImageSource => ({ kind: 'prediction', predictionId: 'p', index });
const item: ImageSource = { kind: 'dataItem', modelId: 'm', dataId: 'd' };

/** Pictures of an upstream whose addresses are good for those who were told them, until they expire. */
function startPictures({ status = 'completed', onVisit = () => {} }: { status?: string; onVisit?: () => void } = {}) {
  const reads: string[] = [];
  const visits: string[] = [];
  const state = { generation: 1, expired: new Set<string>() };
  const upstreamOf = createUpstreams({
    pause: sleep,
    alarm: startTimer,
    baseUrl: 'https://api.example',
    apiKeyHeader: 'x-api-key',
    contract,
    transport: async (input) => {
      const { url, headers } = new Request(input);
      const apiKey = headers.get('x-api-key');
      reads.push(`${apiKey} ${new URL(url).pathname}`);
      const address = (index: number) => `https://cdn.example/${apiKey}/${state.generation}/${index}`;
      return url.includes('/data/')
        ? Response.json({ id: 'd', url: address(0) })
        : Response.json({ id: 'p', status, images: [0, 1, 2, 3].map(address) });
    },
  });
  const pictures = createUpstreamImages({
    upstreamOf,
    download: async (address) => {
      visits.push(new URL(address).pathname);
      onVisit();
      if (state.expired.has(new URL(address).pathname)) throw new DownloadError('expired', 'gone', { status: 403 });
      return imageFromBase64(Buffer.from(address).toString('base64'));
    },
  });
  const open = async (source: ImageSource, apiKey = 'key-1') => {
    const { body } = await pictures.open(apiKey, source, signal);
    return new URL(await new Response(body).text()).pathname;
  };
  return { pictures, open, reads, visits, state };
}

describe('the images of a finished prediction', () => {
  test('cost one read when they are viewed at the same time, and none when they are viewed again', async () => {
    const { open, reads } = startPictures();

    await Promise.all([0, 1, 2, 3].map((index) => open(image(index))));
    for (const index of [0, 1, 2, 3]) expect(await open(image(index))).toBe(`/key-1/1/${index}`);

    expect(reads).toEqual(['key-1 /predictions/p']);
  });

  test('are never looked for where another credential found them', async () => {
    const { open } = startPictures();

    expect(await open(image(0), 'key-1')).toBe('/key-1/1/0');
    expect(await open(image(0), 'key-2')).toBe('/key-2/1/0');
  });

  test('cost no read when it was read for something else', async () => {
    const { pictures, open, reads } = startPictures();
    const status = { state: 'COMPLETED', word: 'completed', isFinished: true } as const;

    pictures.learn('key-1', { kind: 'Prediction', id: 'p', status, images: [{ url: 'https://cdn.example/told' }] });

    expect(await open(image(0))).toBe('/told');
    expect(reads).toEqual([]);
  });

  test('are looked for again once it was deleted', async () => {
    const { pictures, open, reads } = startPictures();
    await open(image(0));

    pictures.forget('key-1', 'p');
    await open(image(0));

    expect(reads).toHaveLength(2);
  });
});

test('the images of a prediction that goes on are looked for each time', async () => {
  const { open, reads } = startPictures({ status: 'processing' });

  await open(image(0));
  await open(image(0));

  expect(reads).toHaveLength(2);
});

describe('an address that has expired', () => {
  test('of a prediction makes the gateway read it again, once, and visit the new one', async () => {
    const { open, reads, visits, state } = startPictures();
    await open(image(0));
    state.expired.add('/key-1/1/0');
    state.generation = 2;

    expect(await open(image(0))).toBe('/key-1/2/0');
    expect(await open(image(1))).toBe('/key-1/2/1');
    expect(reads).toHaveLength(2);
    expect(visits).toEqual(['/key-1/1/0', '/key-1/1/0', '/key-1/2/0', '/key-1/2/1']);
  });

  test('of a data item makes the gateway read it again, once, and visit the new one', async () => {
    const { open, reads, visits, state } = startPictures({ onVisit: () => state.generation++ });
    state.expired.add('/key-1/1/0');

    expect(await open(item)).toBe('/key-1/2/0');
    expect(reads).toHaveLength(2);
    expect(visits).toEqual(['/key-1/1/0', '/key-1/2/0']);
  });

  test('and is handed out again is not visited again', async () => {
    const { open, reads, visits, state } = startPictures();
    state.expired.add('/key-1/1/0');

    await expect(open(item)).rejects.toMatchObject({ reason: 'expired' });
    expect(reads).toHaveLength(2);
    expect(visits).toHaveLength(1);
  });

  test('is read again once for all who meet it', async () => {
    const { open, reads, state } = startPictures();
    await open(image(0));
    state.generation = 2;
    for (const index of [0, 1, 2, 3]) state.expired.add(`/key-1/1/${index}`);

    const found = await Promise.all([0, 1, 2, 3].map((index) => open(image(index))));

    expect(found).toEqual([0, 1, 2, 3].map((index) => `/key-1/2/${index}`));
    expect(reads).toHaveLength(2);
  });

  test('is told of when the new one has expired as well', async () => {
    const { open, reads, state } = startPictures();
    await open(image(0));
    state.generation = 2;
    for (const generation of [1, 2]) state.expired.add(`/key-1/${generation}/0`);

    await expect(open(image(0))).rejects.toMatchObject({ reason: 'expired', status: 403 });
    expect(reads).toHaveLength(2);
  });
});
