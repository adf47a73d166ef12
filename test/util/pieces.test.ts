import { expect, test } from 'vitest';
import { inPieces, PIECE_BYTES, whenOver } from '../../src/util/pieces.ts';

async function all(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

test('bytes come in small pieces that keep nothing else in memory', async () => {
  const bytes = Buffer.alloc(3 * PIECE_BYTES + 1, 'pixels');
  const pieces = await all(inPieces(bytes));

  expect(pieces.map(({ buffer }) => buffer.byteLength)).toEqual([PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 1]);
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  expect(await all(inPieces(Buffer.alloc(0)))).toEqual([]);
});

test.each<[how: string, end: (stream: ReadableStream<Uint8Array>) => Promise<unknown>, source?: ReadableStream]>([
  ['has ended', (stream) => new Response(stream).arrayBuffer()],
  ['is left', (stream) => stream.cancel()],
  [
    'has failed',
    (stream) => new Response(stream).arrayBuffer().catch(() => {}),
    new ReadableStream({ pull: () => Promise.reject(new Error('broken')) }, { highWaterMark: 0 }),
  ],
])('it is noticed once that a stream %s', async (_, end, source = inPieces(Buffer.from('pixels'))) => {
  let calls = 0;
  const stream = whenOver(source, () => {
    calls++;
  });
  expect(calls).toBe(0);

  await end(stream);

  expect(calls).toBe(1);
});
