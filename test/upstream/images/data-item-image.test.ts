import { describe, expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import type { ImageStream } from '../../../src/upstream/images/image-stream.ts';
import { createUpstreams } from '../../../src/upstream/upstream.ts';
import { sleep, startTimer } from '../../../src/util/timers.ts';
import { settle, until } from '../../support/clock.ts';

const { signal } = new AbortController();
const key = { modelId: 'm', id: 'd' };

/** An upstream that sends these responses for data items, in order, and one for any model. Allows one request at a time. */
function startUpstream(...responses: Response[]) {
  const remaining = [...responses];
  const upstreamOf = createUpstreams({
    sleep,
    startTimer,
    baseUrl: 'https://api.example',
    apiKeyHeader: 'x-api-key',
    contract,
    concurrency: 1,
    transport: async (input) =>
      new Request(input).url.includes('/data/') ? (remaining.shift() ?? Response.error()) : Response.json({ id: 'm' }),
  });
  const open = async (apiKey = 'key-1', caller = signal): Promise<ImageStream> => {
    const found = await upstreamOf(apiKey).dataItems.image(key, { signal: caller });
    if ('image' in found) return found.image;
    throw new Error(`Expected an image, got ${found.url}.`);
  };
  return { upstreamOf, open };
}

/** An endless image, the number of chunks that were read, and the reasons of its cancellation. */
function endless() {
  const seen = { chunks: 0, reasons: [] as unknown[] };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.chunks++;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: (reason) => void seen.reasons.push(reason),
    },
    { highWaterMark: 0 },
  );
  return { seen, response: new Response(body, { headers: { 'content-type': 'image/png' } }) };
}

const base64 = (text = 'pixels') => Response.json({ id: 'd', image: Buffer.from(text).toString('base64') });
const textOf = (image: ImageStream) => new Response(image.body).text();

describe('raw bytes', () => {
  test('raw bytes are not read ahead, and occupy no slot of the request queue', async () => {
    const { seen, response } = endless();
    const { open, upstreamOf } = startUpstream(response);

    const reader = (await open()).body.getReader();
    await reader.read();
    await settle();

    expect(seen.chunks).toBe(1);
    expect(await upstreamOf('key-1').models.get('m')).toMatchObject({ id: 'm' });
    await reader.cancel('left');
    expect(seen.reasons).toEqual(['left']);
  });

  test('raw bytes are canceled when the signal aborts', async () => {
    const { seen, response } = endless();
    const client = new AbortController();
    const { open } = startUpstream(response);
    const { body } = await open('key-1', client.signal);

    client.abort('left');

    expect(seen.reasons).toEqual(['left']);
    await expect(new Response(body).arrayBuffer()).rejects.toBe('left');
  });

  test('raw bytes are read only up to the maximum size', async () => {
    const { seen, response } = endless();
    const { open } = startUpstream(response);

    await expect(open().then(textOf)).rejects.toMatchObject({ reason: 'too-large' });
    expect(seen.chunks).toBe(33_554_432 / 65_536 + 1);
    expect(seen.reasons).toHaveLength(1);
  });

  test.each(['12345', '1234567'])(
    'raw bytes that differ from their `Content-Length` are an incomplete image: %s',
    async (text) => {
      const { open } = startUpstream(new Response(text, { headers: { 'content-length': '6' } }));

      await expect(open().then(textOf)).rejects.toMatchObject({ reason: 'unavailable' });
    },
  );

  test('an empty response is not an image', async () => {
    await expect(startUpstream(new Response(null)).open()).rejects.toMatchObject({ reason: 'invalid' });
  });
});

describe('base64', () => {
  test('base64 is decoded', async () => {
    expect(await textOf(await startUpstream(base64()).open())).toBe('pixels');
  });

  test('base64 images of one credential are open four at a time, and do not block other credentials or reads', async () => {
    const { open, upstreamOf } = startUpstream(...Array.from({ length: 6 }, () => base64()));
    const held = await Promise.all([1, 2, 3, 4].map(() => open()));
    let isOpen = false;
    const fifth = open().then((image) => {
      isOpen = true;
      return image;
    });
    await settle();

    expect(isOpen).toBe(false);
    expect(await textOf(await open('key-2'))).toBe('pixels');
    expect(await upstreamOf('key-1').models.get('m')).toMatchObject({ id: 'm' });
    await held[0]?.body.cancel();
    expect(await textOf(await fifth)).toBe('pixels');
  });

  test('a base64 image that was read, canceled or invalid releases its slot', async () => {
    const responses = [
      ...Array.from({ length: 5 }, () => base64()),
      ...Array.from({ length: 5 }, () => Response.json({ image: 'no base64!' })),
      ...Array.from({ length: 5 }, () => Response.json({ other: true })),
      ...Array.from({ length: 5 }, () => Response.json({ url: 'https://cdn.example/cat' })),
      base64(),
    ];
    const { open } = startUpstream(...responses);

    for (let at = 0; at < 5; at++) await textOf(await open());
    for (let at = 0; at < 15; at++) await expect(open()).rejects.toThrow();

    expect(await textOf(await open())).toBe('pixels');
  });

  test('a base64 image that waits for a slot is canceled when the signal aborts', async () => {
    const canceled: unknown[] = [];
    const body = new ReadableStream({ cancel: (reason) => void canceled.push(reason) }, { highWaterMark: 0 });
    const json = new Response(body, { headers: { 'content-type': 'application/json' } });
    const { open } = startUpstream(...Array.from({ length: 4 }, () => base64()), json);
    await Promise.all([1, 2, 3, 4].map(() => open()));
    const client = new AbortController();
    const fifth = open('key-1', client.signal);
    await settle();

    client.abort('left');

    await expect(fifth).rejects.toBe('left');
    await until(() => canceled.length === 1);
  });
});
