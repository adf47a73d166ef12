import { expect, test } from 'vitest';
import { CHUNK_BYTES, onStreamEnd, toChunkStream } from '../../src/util/byte-streams.ts';

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

test('bytes are streamed in small chunks that are copies', async () => {
  const bytes = Buffer.alloc(3 * CHUNK_BYTES + 1, 'pixels');
  const chunks = await readAll(toChunkStream(bytes));

  expect(chunks.map(({ buffer }) => buffer.byteLength)).toEqual([CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, 1]);
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  expect(await readAll(toChunkStream(Buffer.alloc(0)))).toEqual([]);
});

test.each<[how: string, end: (stream: ReadableStream<Uint8Array>) => Promise<unknown>, source?: ReadableStream]>([
  ['has ended', (stream) => new Response(stream).arrayBuffer()],
  ['is canceled', (stream) => stream.cancel()],
  [
    'has failed',
    (stream) => new Response(stream).arrayBuffer().catch(() => {}),
    new ReadableStream({ pull: () => Promise.reject(new Error('broken')) }, { highWaterMark: 0 }),
  ],
])('the callback is called once if a stream %s', async (_, end, source = toChunkStream(Buffer.from('pixels'))) => {
  let calls = 0;
  const stream = onStreamEnd(source, () => {
    calls++;
  });
  expect(calls).toBe(0);

  await end(stream);

  expect(calls).toBe(1);
});
