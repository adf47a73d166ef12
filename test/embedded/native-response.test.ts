import { expect, test } from 'vitest';
import { toNativeResponse } from '../../src/embedded/native-response.ts';

/** A response whose body ends only when it is canceled. */
const waiting = () => new Response(new ReadableStream<Uint8Array>());

test('a body that is canceled while it is read ends once', async () => {
  const ends: number[] = [];
  const response = toNativeResponse(waiting(), {
    requestId: 'id',
    isHead: false,
    onEnd: (bytes) => void ends.push(bytes),
  });
  const reader = response.body?.getReader() ?? expect.fail('Expected a body.');

  const read = reader.read();
  await reader.cancel();
  await read;
  await new Promise(setImmediate);

  expect(ends).toEqual([0]);
});

test('the response to HEAD has no body, and ends at once', async () => {
  const ends: number[] = [];
  let isCanceled = false;
  const source = new ReadableStream<Uint8Array>({
    cancel() {
      isCanceled = true;
    },
  });
  const response = toNativeResponse(new Response(source, { headers: { 'content-length': '7' } }), {
    requestId: 'id',
    isHead: true,
    onEnd: (bytes) => void ends.push(bytes),
  });

  expect(ends).toEqual([0]);
  expect(isCanceled).toBe(true);
  expect(response.body).toBeNull();
  expect(response.headers.get('content-length')).toBe('7');
});
