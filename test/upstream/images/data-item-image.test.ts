import { describe, expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import type { ImageStream } from '../../../src/upstream/images/image-stream.ts';
import { createUpstreams } from '../../../src/upstream/upstream.ts';
import { startTimer } from '../../../src/util/timer-queue.ts';
import { sleep } from '../../../src/util/timers.ts';
import { settle, until } from '../../support/clock.ts';

const { signal } = new AbortController();
const key = { modelId: 'm', id: 'd' };

/** An upstream whose data items answer with these, one after another, and whose models are there. One request at a time. */
function startUpstream(...answers: Response[]) {
  const left = [...answers];
  const upstreamOf = createUpstreams({
    pause: sleep,
    alarm: startTimer,
    baseUrl: 'https://api.example',
    apiKeyHeader: 'x-api-key',
    contract,
    concurrency: 1,
    transport: async (input) =>
      new Request(input).url.includes('/data/') ? (left.shift() ?? Response.error()) : Response.json({ id: 'm' }),
  });
  const open = async (apiKey = 'key-1', caller = signal): Promise<ImageStream> => {
    const found = await upstreamOf(apiKey).dataItems.picture(key, { signal: caller });
    if ('picture' in found) return found.picture;
    throw new Error(`Expected a picture, got ${found.url}.`);
  };
  return { upstreamOf, open };
}

/** Raw bytes without an end, how many pieces of them were taken, and why they were let go of. */
function endless() {
  const seen = { pieces: 0, reasons: [] as unknown[] };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.pieces++;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: (reason) => void seen.reasons.push(reason),
    },
    { highWaterMark: 0 },
  );
  return { seen, response: new Response(body, { headers: { 'content-type': 'image/png' } }) };
}

const base64 = (text = 'pixels') => Response.json({ id: 'd', image: Buffer.from(text).toString('base64') });
const textOf = (picture: ImageStream) => new Response(picture.body).text();

describe('raw bytes', () => {
  test('are not taken faster than they are read, and hold no place in the queue meanwhile', async () => {
    const { seen, response } = endless();
    const { open, upstreamOf } = startUpstream(response);

    const reader = (await open()).body.getReader();
    await reader.read();
    await settle();

    expect(seen.pieces).toBe(1);
    expect(await upstreamOf('key-1').models.get('m')).toMatchObject({ id: 'm' });
    await reader.cancel('left');
    expect(seen.reasons).toEqual(['left']);
  });

  test('are let go of when the one who asked leaves', async () => {
    const { seen, response } = endless();
    const client = new AbortController();
    const { open } = startUpstream(response);
    const { body } = await open('key-1', client.signal);

    client.abort('left');

    expect(seen.reasons).toEqual(['left']);
    await expect(new Response(body).arrayBuffer()).rejects.toBe('left');
  });

  test('that are too many are not read to their end', async () => {
    const { seen, response } = endless();
    const { open } = startUpstream(response);

    await expect(open().then(textOf)).rejects.toMatchObject({ reason: 'too-large' });
    expect(seen.pieces).toBe(33_554_432 / 65_536 + 1);
    expect(seen.reasons).toHaveLength(1);
  });

  test.each(['12345', '1234567'])('that are not as many as announced are no whole picture: %s', async (text) => {
    const { open } = startUpstream(new Response(text, { headers: { 'content-length': '6' } }));

    await expect(open().then(textOf)).rejects.toMatchObject({ reason: 'unavailable' });
  });

  test('that are none are no picture', async () => {
    await expect(startUpstream(new Response(null)).open()).rejects.toMatchObject({ reason: 'invalid' });
  });
});

describe('base64', () => {
  test('is decoded', async () => {
    expect(await textOf(await startUpstream(base64()).open())).toBe('pixels');
  });

  test('is held for four readers of a credential at once, and hinders neither others nor reads of other things', async () => {
    const { open, upstreamOf } = startUpstream(...Array.from({ length: 6 }, () => base64()));
    const held = await Promise.all([1, 2, 3, 4].map(() => open()));
    let isOpen = false;
    const fifth = open().then((picture) => {
      isOpen = true;
      return picture;
    });
    await settle();

    expect(isOpen).toBe(false);
    expect(await textOf(await open('key-2'))).toBe('pixels');
    expect(await upstreamOf('key-1').models.get('m')).toMatchObject({ id: 'm' });
    await held[0]?.body.cancel();
    expect(await textOf(await fifth)).toBe('pixels');
  });

  test('that is read, left or broken gives its place back', async () => {
    const answers = [
      ...Array.from({ length: 5 }, () => base64()),
      ...Array.from({ length: 5 }, () => Response.json({ image: 'no base64!' })),
      ...Array.from({ length: 5 }, () => Response.json({ nothing: true })),
      ...Array.from({ length: 5 }, () => Response.json({ url: 'https://cdn.example/cat' })),
      base64(),
    ];
    const { open } = startUpstream(...answers);

    for (let at = 0; at < 5; at++) await textOf(await open());
    for (let at = 0; at < 15; at++) await expect(open()).rejects.toThrow();

    expect(await textOf(await open())).toBe('pixels');
  });

  test('that waits for a place is given up when the one who asked leaves', async () => {
    const canceled: unknown[] = [];
    const waiting = new ReadableStream({ cancel: (reason) => void canceled.push(reason) }, { highWaterMark: 0 });
    const json = new Response(waiting, { headers: { 'content-type': 'application/json' } });
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
