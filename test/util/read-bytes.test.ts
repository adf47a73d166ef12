import { expect, test } from 'vitest';
import { readBytes } from '../../src/util/read-bytes.ts';

const TOO_LONG = new Error('too long');

/** A body of chunks, and true once it was canceled. */
function bodyOf(...chunks: string[]) {
  const state = { isCanceled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(Buffer.from(chunk));
      },
      cancel() {
        state.isCanceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state };
}

test('all chunks are read, up to the maximum', async () => {
  const { body, state } = bodyOf('ab', 'c');

  expect((await readBytes(body, 3, () => TOO_LONG)).toString()).toBe('abc');
  expect(state.isCanceled).toBe(false);
});

test('a body of null has no bytes', async () => {
  expect((await readBytes(null, 3, () => TOO_LONG)).byteLength).toBe(0);
});

test('a longer body is rejected and canceled', async () => {
  const { body, state } = bodyOf('ab', 'cd', 'ef');

  await expect(readBytes(body, 3, () => TOO_LONG)).rejects.toBe(TOO_LONG);
  expect(state.isCanceled).toBe(true);
});
