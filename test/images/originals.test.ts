import { get } from 'node:http';
import { expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { type Read, startImageHouse, unreadable } from './image-hosts.ts';
import { startImages } from './support.ts';

const MEGABYTE = 1_048_576;
const image = await noise(600, 600).png({ compressionLevel: 0 }).toBuffer();
const small = await noise(20, 20).png().toBuffer();
expect(image.byteLength).toBeGreaterThan(MEGABYTE);

/** Gets an image, and returns its size in bytes. */
const sizeOf = (url: string) =>
  new Promise<number>((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
      });
      response.once('end', () => resolve(size)).once('error', reject);
    });
    request.once('error', reject);
  });

/**
 * A gateway whose upstream waits with its answers to one key, and the most reads that were open at once.
 *
 * @param streams Originals that are streamed at once.
 */
async function startHeld(sent: Buffer, streams = 64) {
  const held: Read[] = [];
  let most = 0;
  const house = await startImageHouse(sent, { images: { streams } }, (read) => {
    most = Math.max(most, house.open().length);
    if (read.key === 'other') read.response.end(sent);
    else held.push(read);
  });
  return {
    ...house,
    most: () => most,
    /** Lets the upstream answer what it is waiting with, again and again, and returns the sizes. */
    async finish(responses: readonly Promise<number>[]): Promise<Set<number>> {
      let sizes: Set<number> | undefined;
      const all = Promise.all(responses).then((found) => {
        sizes = new Set(found);
      });
      while (!sizes) {
        await Promise.race([all, settle(50)]);
        for (const { response } of held.splice(0)) response.end(sent);
      }
      return sizes;
    },
    size: (key: string, id: string) => sizeOf(house.url + house.pathOf(key, id)),
  };
}

test('300 clients that request the same original at once get it by two reads of the upstream', async () => {
  const { size, reads, finish } = await startHeld(image);
  const responses = Array.from({ length: 300 }, () => size('key', 'a'));
  await until(() => reads.length === 2);
  expect(await size('other', 'a')).toBe(image.byteLength);

  expect(await finish(responses)).toEqual(new Set([image.byteLength]));

  expect(reads.filter(({ key }) => key === 'key')).toHaveLength(2);
});

test.each<[what: string, sent: Buffer, idOf: (index: number) => string]>([
  ['different originals', small, (index) => `a${index}`],
  ['an original that cannot be decoded', unreadable(1_000), () => 'a'],
])('300 clients of one key that request %s at once leave room for another key', async (_, sent, idOf) => {
  const { size, reads, open, most, finish } = await startHeld(sent, 4);
  const responses = Array.from({ length: 300 }, (_each, index) => size('key', idOf(index)));
  await until(() => reads.length >= 2);
  await settle(200);

  expect(await size('other', 'b')).toBe(sent.byteLength);

  expect(await finish(responses)).toEqual(new Set([sent.byteLength]));
  // Three that are streamed, one that is read whole, and the one of the other key.
  expect(most()).toBeLessThanOrEqual(5);
  expect(open()).toEqual([]);
});

/** No buffer of the system takes all of it. */
const SIZE = 24 * MEGABYTE;

test('clients that read nothing of originals leave room for another key, and are cut in favour of their own', async () => {
  const { visit, pathOf, url, clock, open, cuts } = await startImageHouse(unreadable(SIZE), {
    images: { streams: 4 },
  });
  const clients = Array.from({ length: 6 }, (_, index) => visit(pathOf('key', `a${index}`)));
  await until(() => clients.filter((client) => client.size() > 0).length === 3);
  const size = (key: string) => sizeOf(url + pathOf(key, 'b'));

  expect(await size('other')).toBe(SIZE);
  expect(open()).toHaveLength(3);

  let received = 0;
  const own = size('key').then((found) => {
    received = found;
  });
  await settle();
  expect(received).toBe(0);
  while (received === 0) await clock.advance(15_000);
  await own;
  expect(received).toBe(SIZE);
  expect(cuts()).toBeGreaterThanOrEqual(3);
});

test('an original that is in memory is not read again', async () => {
  const { url, ask, opened } = startImages();
  await ask(url(), { headers: { range: 'bytes=0-1' } });

  const response = await ask(url());

  expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
  expect(opened).toHaveLength(1);
});
