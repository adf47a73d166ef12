import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { cat, HOUR, imageStreamOf, NOON, painting, png, pngImage, pngOf, startImages } from './support.ts';

const asWebp = { width: undefined, format: 'webp' } as const;
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe('range requests of an image', () => {
  test.each([
    ['an original', painting, undefined],
    ['a variant', cat, asWebp],
  ] as const)('a range of %s contains these bytes of the whole', async (_, source, variant) => {
    const { url, send } = startImages();
    const imageUrl = url(source, variant);
    const whole = await bytesOf(await send(imageUrl));

    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length + 5), fc.nat(whole.length + 5), async (first, last) => {
        const response = await send(imageUrl, { headers: { range: `bytes=${first}-${last}` } });
        const part = last < first ? whole : whole.subarray(first, last + 1);

        expect(response.status).toBe(last < first ? 200 : first < whole.length ? 206 : 416);
        if (response.status === 416) {
          expect(response.headers.get('content-range')).toBe(`bytes */${whole.length}`);
          return;
        }
        expect(await bytesOf(response)).toEqual(part);
        expect(response.headers.get('content-length')).toBe(String(part.length));
        expect(response.headers.get('content-range')).toBe(
          response.status === 206 ? `bytes ${first}-${Math.min(last, whole.length - 1)}/${whole.length}` : null,
        );
      }),
      { numRuns: 50 },
    );
  });

  test.each(['bytes=0-1,4-5', 'pixels=0-1', 'bytes=x'])('the Range header %s is ignored', async (range) => {
    const { url, send } = startImages();
    const response = await send(url(), { headers: { range } });

    expect(response.status).toBe(200);
    expect(await bytesOf(response)).toEqual(png);
  });

  test('a Range header is ignored while the size of the image is unknown', async () => {
    const { url, send } = startImages({ open: async () => ({ ...pngImage(), byteSize: undefined }) });
    const response = await send(url(), { headers: { range: 'bytes=0-1' } });

    expect(response.status).toBe(200);
    expect(response.headers.get('accept-ranges')).toBe('none');
    expect(await bytesOf(response)).toEqual(png);
  });

  test('a range is only returned if If-Range matches', async () => {
    const { url, send } = startImages();
    const range = 'bytes=1-2';
    const statusFor = async (imageUrl: string, tag?: string) => {
      const etag = (await send(imageUrl, { method: 'HEAD' })).headers.get('etag') ?? '';
      return (await send(imageUrl, { headers: { range, 'if-range': tag ?? etag } })).status;
    };

    expect(await statusFor(url(painting))).toBe(206);
    expect(await statusFor(url(cat, asWebp))).toBe(206);
    expect(await statusFor(url(painting), '"other"')).toBe(200);
    expect(await statusFor(url(painting), 'Wed, 21 Oct 2015 07:28:00 GMT')).toBe(200);
    // The image of a data item may have been replaced since, so its weak ETag never matches.
    expect(await statusFor(url(cat))).toBe(200);
  });

  test('HEAD ignores the Range header', async () => {
    const { url, send } = startImages();
    const response = await send(url(), { method: 'HEAD', headers: { range: 'bytes=0-1' } });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(png.byteLength));
  });
});

test('the ETag of a variant only depends on its bytes', async () => {
  let openOriginal = pngImage;
  const { url, send, clock } = startImages({ open: async () => openOriginal() });
  const etag = async () => (await send(url(cat, asWebp))).headers.get('etag');
  const first = await etag();

  clock.at += 2 * 60_000;
  expect(await etag()).toBe(first);
  expect((await send(url(cat, asWebp), { headers: { 'if-none-match': first ?? '' } })).status).toBe(304);

  const red = await pngOf(8, 8, 'red');
  openOriginal = () => imageStreamOf(red);
  clock.at += 60_000;
  expect(await etag()).not.toBe(first);
});

test('pages of any origin can read responses of image URLs, without cookies', async () => {
  const { url, send } = startImages();
  const responses = [
    await send(url()),
    await send(url(), { headers: { range: 'bytes=0-1' } }),
    await send(url(), { headers: { range: 'bytes=999999-' } }),
    await send(url(painting), { headers: { 'if-none-match': (await send(url(painting))).headers.get('etag') ?? '' } }),
    await send('https://gateway.example/images/nothing'),
  ];

  expect(responses.map(({ status }) => status)).toEqual([200, 206, 416, 304, 403]);
  for (const { headers } of responses) {
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    expect(headers.has('set-cookie')).toBe(false);
  }
});

describe('sealed image URLs', () => {
  const sealer = createSealer({ secrets: ['a-secret-of-enough-characters-for-all'], now: () => NOON });
  const base = 'https://gateway.example/images/';
  const token = sealer.seal('["d","key-1","pets","cat",{"w":64}]', 'image');

  test('a token with any character changed, removed or added is rejected', async () => {
    const { send, opened } = startImages();
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = fc.tuple(
      fc.nat(token.length - 1),
      fc.constantFrom(...characters),
      fc.constantFrom('set', 'remove', 'add'),
    );

    await fc.assert(
      fc.asyncProperty(other, async ([at, character, how]) => {
        const rest = token.slice(how === 'add' ? at : at + 1);
        const altered = token.slice(0, at) + (how === 'remove' ? '' : character) + rest;
        fc.pre(altered !== token);
        expect((await send(base + altered)).status).toBe(403);
        expect((await send(base + token.slice(0, at))).status).toBe(403);
      }),
    );
    expect(opened).toEqual([]);
  });

  test('a token for another purpose, in another path or past its expiry is rejected', async () => {
    const { send, clock, opened } = startImages();

    await fc.assert(
      fc.asyncProperty(
        fc.string().filter((purpose) => purpose !== 'image'),
        async (purpose) => {
          const invalid = base + sealer.seal('["d","key-1","pets","cat"]', purpose);
          expect((await send(invalid)).status).toBe(403);
        },
      ),
    );
    for (const path of ['/image/', '/images/x/../../other/', '/images//', '/']) {
      expect((await send(`https://gateway.example${path}${token}/`)).status).toBe(403);
    }
    clock.at += 2 * HOUR;
    expect((await send(base + token)).status).toBe(403);
    expect(opened).toEqual([]);
  });

  test('a token with an invalid grant is rejected', async () => {
    const { send, opened } = startImages();

    for (const extras of ['{"w":0}', '{"w":1.5}', '{"f":"svg"}', '{"x":1}', '"w"', '{},{}']) {
      const invalid = base + sealer.seal(`["d","key-1","pets","cat",${extras}]`, 'image');
      expect((await send(invalid)).status).toBe(403);
    }
    expect(opened).toEqual([]);
  });
});

test('concurrent and later range requests of one image share one read', async () => {
  const { url, send, opened } = startImages();
  const byteAt = async (at: number) => {
    const response = await send(url(), { headers: { range: `bytes=${at}-${at}` } });
    return [response.status, [...new Uint8Array(await response.arrayBuffer())]];
  };
  const positions = Array.from(png.keys());

  expect(await Promise.all(positions.map(byteAt))).toEqual(positions.map((at) => [206, [png[at]]]));
  expect(await byteAt(0)).toEqual([206, [png[0]]]);

  expect(opened).toHaveLength(1);
});
