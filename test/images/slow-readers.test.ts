import { expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { startImageHouse, unreadable } from './image-hosts.ts';

const MEGABYTE = 1_048_576;
/** What a healthy client reads over a slow connection. */
const BYTES_PER_SECOND = 50_000;
const streamed = unreadable(24 * MEGABYTE);
/** No buffer of the system takes all of it. */
const readable = await noise(2_000, 2_000).png({ compressionLevel: 0 }).toBuffer();

test.each([
  ['nothing', 0],
  ['one byte between two looks', 1],
])('a client that reads %s of an original is cut, and its read of the upstream ends', async (_, bytes) => {
  const { clock, open, reads, cuts, pathOf, visit } = await startImageHouse(streamed);
  const client = visit(pathOf('key', 'a'), [], 1);
  await until(() => client.size() > 0);

  while (cuts() === 0) {
    if (bytes > 0) client.socket.resume();
    await clock.advance(15_000);
  }

  await until(() => open().length === 0);
  expect(reads.map(({ isSent }) => isSent)).toEqual([false]);
  expect(client.size()).toBeLessThan(1_000);
});

test.each([
  ['a part of an original', ['Range: bytes=1-'], undefined],
  ['a copy', [], { width: undefined, format: 'png' }],
] as const)('a client that does not read %s is cut', async (_, headers, variant) => {
  const { clock, cuts, pathOf, visit, reads } = await startImageHouse(readable);
  const path = pathOf('key', 'a', variant);
  const client = visit(path, headers);
  await until(() => client.size() > 0);

  while (cuts() === 0) await clock.advance(15_000);

  let isOver = false;
  client.socket.once('close', () => {
    isOver = true;
  });
  while (!isOver) {
    client.socket.resume();
    await settle(1);
  }
  expect(client.size()).toBeLessThan(readable.byteLength);
  expect(reads).toHaveLength(1);
});

test.each([
  ['an original', streamed, []],
  ['a part of an original', readable, ['Range: bytes=1-']],
] as const)('a client that reads %s slowly gets all of it, however long it takes', async (_, image, headers) => {
  const { clock, cuts, pathOf, visit } = await startImageHouse(image);
  const client = visit(pathOf('key', 'a'), headers);

  for (let wanted = 0; client.size() < image.byteLength; wanted += 45 * BYTES_PER_SECOND) {
    while (client.size() < Math.min(wanted, image.byteLength)) {
      client.socket.resume();
      await settle(1);
    }
    await clock.advance(45_000);
  }

  expect(cuts()).toBe(0);
});

test('an upstream that sends nothing for a while is no client that does not read', async () => {
  let send = () => {};
  const { clock, cuts, pathOf, url } = await startImageHouse(readable, {}, ({ response }) => {
    response.write(readable.subarray(0, MEGABYTE));
    send = () => void response.end(readable.subarray(MEGABYTE));
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
  while (size < readable.byteLength) await read();

  expect(cuts()).toBe(0);
});
