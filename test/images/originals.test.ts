import { get } from 'node:http';
import { expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { type Read, startImageServer, undecodable } from './image-server.ts';
import { startImages } from './support.ts';

const MEGABYTE = 1_048_576;
const image = await noise(600, 600).png({ compressionLevel: 0 }).toBuffer();
const small = await noise(20, 20).png().toBuffer();
expect(image.byteLength).toBeGreaterThan(MEGABYTE);

/** Downloads an image and returns its size, in bytes. */
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
 * A gateway whose upstream holds its responses to all keys but `other`.
 *
 * @param streams Maximum number of originals streamed concurrently.
 */
async function startHeld(sent: Buffer, streams = 64) {
  const held: Read[] = [];
  let maxOpenReads = 0;
  const server = await startImageServer(sent, { images: { streams } }, (read) => {
    maxOpenReads = Math.max(maxOpenReads, server.openReads().length);
    if (read.key === 'other') read.response.end(sent);
    else held.push(read);
  });
  return {
    ...server,
    maxOpenReads: () => maxOpenReads,
    /** Releases the held upstream responses repeatedly until all responses are complete, and returns their sizes. */
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
    size: (key: string, id: string) => sizeOf(server.url + server.pathOf(key, id)),
  };
}

test('300 concurrent requests of the same original take two upstream reads', async () => {
  const { size, reads, finish } = await startHeld(image);
  const responses = Array.from({ length: 300 }, () => size('key', 'a'));
  await until(() => reads.length === 2);
  expect(await size('other', 'a')).toBe(image.byteLength);

  expect(await finish(responses)).toEqual(new Set([image.byteLength]));

  expect(reads.filter(({ key }) => key === 'key')).toHaveLength(2);
});

test.each<[description: string, sent: Buffer, idOf: (index: number) => string]>([
  ['different originals', small, (index) => `a${index}`],
  ['an original that cannot be decoded', undecodable(1_000), () => 'a'],
])('300 concurrent requests of one key for %s leave slots for another key', async (_, sent, idOf) => {
  const { size, reads, openReads, maxOpenReads, finish } = await startHeld(sent, 4);
  const responses = Array.from({ length: 300 }, (_each, index) => size('key', idOf(index)));
  await until(() => reads.length >= 2);
  await settle(200);

  expect(await size('other', 'b')).toBe(sent.byteLength);

  expect(await finish(responses)).toEqual(new Set([sent.byteLength]));
  // Three streamed originals, one that is read into memory, and the one of the other key.
  expect(maxOpenReads()).toBeLessThanOrEqual(5);
  expect(openReads()).toEqual([]);
});

/** Size of an image that exceeds all socket buffers, in bytes. */
const SIZE = 24 * MEGABYTE;

test('stalled clients leave slots for another key, and are disconnected while their own key waits', async () => {
  const { connectClient, pathOf, url, clock, openReads, countStalled } = await startImageServer(undecodable(SIZE), {
    images: { streams: 4 },
  });
  const clients = Array.from({ length: 6 }, (_, index) => connectClient(pathOf('key', `a${index}`)));
  await until(() => clients.filter((client) => client.size() > 0).length === 3);
  const size = (key: string) => sizeOf(url + pathOf(key, 'b'));

  expect(await size('other')).toBe(SIZE);
  expect(openReads()).toHaveLength(3);

  let received = 0;
  const own = size('key').then((found) => {
    received = found;
  });
  await settle();
  expect(received).toBe(0);
  while (received === 0) await clock.advance(15_000);
  await own;
  expect(received).toBe(SIZE);
  expect(countStalled()).toBeGreaterThanOrEqual(3);
});

test('an original that is in memory is not read again', async () => {
  const { url, send, opened } = startImages();
  await send(url(), { headers: { range: 'bytes=0-1' } });

  const response = await send(url());

  expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
  expect(opened).toHaveLength(1);
});
