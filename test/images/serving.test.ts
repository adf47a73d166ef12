import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { cat, HOUR, NOON, painting, pictureOf, png, pngOf, pngPicture, startImages } from './support.ts';

const asWebp = { width: undefined, format: 'webp' } as const;
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe('a part of a picture', () => {
  test.each([
    ['an original', painting, undefined],
    ['a copy', cat, asWebp],
  ] as const)('of %s is that part of its bytes', async (_, source, variant) => {
    const { url, ask } = startImages();
    const address = url(source, variant);
    const whole = await bytesOf(await ask(address));

    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length + 5), fc.nat(whole.length + 5), async (first, last) => {
        const answer = await ask(address, { headers: { range: `bytes=${first}-${last}` } });
        const part = last < first ? whole : whole.subarray(first, last + 1);

        expect(answer.status).toBe(last < first ? 200 : first < whole.length ? 206 : 416);
        if (answer.status === 416) {
          expect(answer.headers.get('content-range')).toBe(`bytes */${whole.length}`);
          return;
        }
        expect(await bytesOf(answer)).toEqual(part);
        expect(answer.headers.get('content-length')).toBe(String(part.length));
        expect(answer.headers.get('content-range')).toBe(
          answer.status === 206 ? `bytes ${first}-${Math.min(last, whole.length - 1)}/${whole.length}` : null,
        );
      }),
      { numRuns: 50 },
    );
  });

  test.each(['bytes=0-1,4-5', 'pixels=0-1', 'bytes=x'])('asked for as %s is the whole', async (range) => {
    const { url, ask } = startImages();
    const answer = await ask(url(), { headers: { range } });

    expect(answer.status).toBe(200);
    expect(await bytesOf(answer)).toEqual(png);
  });

  test('of a picture whose size nobody knows yet is the whole', async () => {
    const { url, ask } = startImages({ open: async () => ({ ...pngPicture(), byteSize: undefined }) });
    const answer = await ask(url(), { headers: { range: 'bytes=0-1' } });

    expect(answer.status).toBe(200);
    expect(answer.headers.get('accept-ranges')).toBe('none');
    expect(await bytesOf(answer)).toEqual(png);
  });

  test('is only sent on if it belongs to the part that the client has', async () => {
    const { url, ask } = startImages();
    const range = 'bytes=1-2';
    const statusFor = async (address: string, tag?: string) => {
      const etag = (await ask(address, { method: 'HEAD' })).headers.get('etag') ?? '';
      return (await ask(address, { headers: { range, 'if-range': tag ?? etag } })).status;
    };

    expect(await statusFor(url(painting))).toBe(206);
    expect(await statusFor(url(cat, asWebp))).toBe(206);
    expect(await statusFor(url(painting), '"other"')).toBe(200);
    expect(await statusFor(url(painting), 'Wed, 21 Oct 2015 07:28:00 GMT')).toBe(200);
    // A data item may have been replaced in between, so its weak tag joins nothing.
    expect(await statusFor(url(cat))).toBe(200);
  });

  test('of a HEAD is none', async () => {
    const { url, ask } = startImages();
    const answer = await ask(url(), { method: 'HEAD', headers: { range: 'bytes=0-1' } });

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(png.byteLength));
  });
});

test('a tag of a copy is that of its bytes', async () => {
  let picture = pngPicture;
  const { url, ask, clock } = startImages({ open: async () => picture() });
  const tag = async () => (await ask(url(cat, asWebp))).headers.get('etag');
  const first = await tag();

  clock.at += 2 * 60_000;
  expect(await tag()).toBe(first);
  expect((await ask(url(cat, asWebp), { headers: { 'if-none-match': first ?? '' } })).status).toBe(304);

  const red = await pngOf(8, 8, 'red');
  picture = () => pictureOf(red);
  clock.at += 60_000;
  expect(await tag()).not.toBe(first);
});

test('pages of any site may read what an address answers, with no cookies', async () => {
  const { url, ask } = startImages();
  const answers = [
    await ask(url()),
    await ask(url(), { headers: { range: 'bytes=0-1' } }),
    await ask(url(), { headers: { range: 'bytes=999999-' } }),
    await ask(url(painting), { headers: { 'if-none-match': (await ask(url(painting))).headers.get('etag') ?? '' } }),
    await ask('https://gateway.example/images/nothing'),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 206, 416, 304, 403]);
  for (const { headers } of answers) {
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    expect(headers.has('set-cookie')).toBe(false);
  }
});

describe('a sealed address', () => {
  const sealer = createSealer({ secrets: ['a-secret-of-enough-characters-for-all'], now: () => NOON });
  const base = 'https://gateway.example/images/';
  const token = sealer.seal('["d","key-1","pets","cat",{"w":64}]', 'image');

  test('is refused with any character changed, taken away or added', async () => {
    const { ask, opened } = startImages();
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = fc.tuple(
      fc.nat(token.length - 1),
      fc.constantFrom(...characters),
      fc.constantFrom('set', 'cut', 'add'),
    );

    await fc.assert(
      fc.asyncProperty(other, async ([at, character, how]) => {
        const rest = token.slice(how === 'add' ? at : at + 1);
        const altered = token.slice(0, at) + (how === 'cut' ? '' : character) + rest;
        fc.pre(altered !== token);
        expect((await ask(base + altered)).status).toBe(403);
        expect((await ask(base + token.slice(0, at))).status).toBe(403);
      }),
    );
    expect(opened).toEqual([]);
  });

  test('is refused when it was sealed for another purpose, is asked for elsewhere, or is too old', async () => {
    const { ask, clock, opened } = startImages();

    await fc.assert(
      fc.asyncProperty(
        fc.string().filter((purpose) => purpose !== 'image'),
        async (purpose) => {
          const address = base + sealer.seal('["d","key-1","pets","cat"]', purpose);
          expect((await ask(address)).status).toBe(403);
        },
      ),
    );
    for (const path of ['/image/', '/images/x/../../other/', '/images//', '/']) {
      expect((await ask(`https://gateway.example${path}${token}/`)).status).toBe(403);
    }
    clock.at += 2 * HOUR;
    expect((await ask(base + token)).status).toBe(403);
    expect(opened).toEqual([]);
  });

  test('is refused when what it grants is none of what is granted', async () => {
    const { ask, opened } = startImages();

    for (const more of ['{"w":0}', '{"w":1.5}', '{"f":"svg"}', '{"x":1}', '"w"', '{},{}']) {
      const address = base + sealer.seal(`["d","key-1","pets","cat",${more}]`, 'image');
      expect((await ask(address)).status).toBe(403);
    }
    expect(opened).toEqual([]);
  });
});

test('many parts of one image, at the same time and one after the other, take one read of it', async () => {
  const { url, ask, opened } = startImages();
  const part = async (at: number) => {
    const response = await ask(url(), { headers: { range: `bytes=${at}-${at}` } });
    return [response.status, [...new Uint8Array(await response.arrayBuffer())]];
  };
  const positions = Array.from(png.keys());

  expect(await Promise.all(positions.map(part))).toEqual(positions.map((at) => [206, [png[at]]]));
  expect(await part(0)).toEqual([206, [png[0]]]);

  expect(opened).toHaveLength(1);
});
