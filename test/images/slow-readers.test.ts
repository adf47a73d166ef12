import { expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { startImageServer, undecodable } from './image-server.ts';

const MEGABYTE = 1_048_576;
/** Speed of a healthy client over a slow connection. */
const BYTES_PER_SECOND = 50_000;
const streamed = undecodable(24 * MEGABYTE);
/** An image that exceeds all socket buffers. */
const decodable = await noise(2_000, 2_000).png({ compressionLevel: 0 }).toBuffer();

test.each([
  ['nothing', 0],
  ['one byte per check', 1],
])('a client that reads %s of an original is disconnected, and its upstream read ends', async (_, bytes) => {
  const { clock, openReads, reads, countStalled, pathOf, connectClient } = await startImageServer(streamed);
  const client = connectClient(pathOf('key', 'a'), [], 1);
  await until(() => client.size() > 0);

  while (countStalled() === 0) {
    if (bytes > 0) client.socket.resume();
    await clock.advance(15_000);
  }

  await until(() => openReads().length === 0);
  expect(reads.map(({ isSent }) => isSent)).toEqual([false]);
  expect(client.size()).toBeLessThan(1_000);
});

test.each([
  ['a range of an original', ['Range: bytes=1-'], undefined],
  ['a variant', [], { width: undefined, format: 'png' }],
] as const)('a client that does not read %s is disconnected', async (_, headers, variant) => {
  const { clock, countStalled, pathOf, connectClient, reads } = await startImageServer(decodable);
  const path = pathOf('key', 'a', variant);
  const client = connectClient(path, headers);
  await until(() => client.size() > 0);

  while (countStalled() === 0) await clock.advance(15_000);

  let isClosed = false;
  client.socket.once('close', () => {
    isClosed = true;
  });
  while (!isClosed) {
    client.socket.resume();
    await settle(1);
  }
  expect(client.size()).toBeLessThan(decodable.byteLength);
  expect(reads).toHaveLength(1);
});

test.each([
  ['an original', streamed, []],
  ['a range of an original', decodable, ['Range: bytes=1-']],
] as const)('a client that reads %s slowly receives all of it, however long that takes', async (_, image, headers) => {
  const { clock, countStalled, pathOf, connectClient } = await startImageServer(image);
  const client = connectClient(pathOf('key', 'a'), headers);

  for (let expected = 0; client.size() < image.byteLength; expected += 45 * BYTES_PER_SECOND) {
    while (client.size() < Math.min(expected, image.byteLength)) {
      client.socket.resume();
      await settle(1);
    }
    await clock.advance(45_000);
  }

  expect(countStalled()).toBe(0);
});

test('a client is not disconnected while the upstream sends nothing', async () => {
  let send = () => {};
  const { clock, countStalled, pathOf, url } = await startImageServer(decodable, {}, ({ response }) => {
    response.write(decodable.subarray(0, MEGABYTE));
    send = () => void response.end(decodable.subarray(MEGABYTE));
  });
  const response = await fetch(`${url}${pathOf('key', 'a')}`);
  const reader = response.body?.getReader();
  let size = 0;
  const read = async () => {
    size += (await reader?.read())?.value?.byteLength ?? 0;
  };
  while (size < MEGABYTE) await read();

  await clock.advance(300_000);
  send();
  while (size < decodable.byteLength) await read();

  expect(countStalled()).toBe(0);
});
