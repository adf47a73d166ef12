import sharp from 'sharp';
import { expect, test } from 'vitest';
import { inspect, readAll } from '../../src/images/inspect.ts';

const MAX_PIXELS = 100_000_000;
const square = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'teal' } });

test.each(['webp', 'png', 'jpeg'] as const)('a %s is detected by its bytes', async (format) => {
  const bytes = await square(20, 10).toFormat(format).toBuffer();

  expect(await inspect(bytes, MAX_PIXELS)).toEqual({
    contentType: `image/${format}`,
    byteSize: bytes.byteLength,
    width: 20,
    height: 10,
  });
});

test('width and height are those of the image after applying its EXIF orientation', async () => {
  const rotated = await square(20, 10).withMetadata({ orientation: 6 }).jpeg().toBuffer();

  expect(await inspect(rotated, MAX_PIXELS)).toMatchObject({ width: 10, height: 20 });
});

test('content in an unsupported format is rejected with its format', async () => {
  await expect(inspect(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), MAX_PIXELS)).rejects.toMatchObject({
    reason: 'invalid',
    message: 'Expected a webp, png or jpeg, but received an SVG image.',
  });
});

test('an image that ends after its signature is rejected', async () => {
  const bytes = await square(20, 10).png().toBuffer();

  await expect(inspect(bytes.subarray(0, 12), MAX_PIXELS)).rejects.toMatchObject({
    reason: 'invalid',
    message: expect.stringContaining('readable png'),
  });
});

test('a small file whose header claims a huge image is rejected', async () => {
  const bytes = await square(20, 10).jpeg().toBuffer();
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(10_000, frame + 5);
  bytes.writeUInt16BE(10_001, frame + 7);

  await expect(inspect(bytes, MAX_PIXELS)).rejects.toMatchObject({
    reason: 'invalid',
    cause: { message: expect.stringContaining('pixel limit') },
  });
});

test('an image that exceeds the size limit is not read to its end', async () => {
  const sent = { chunks: 0, canceled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent.chunks++;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel() {
      sent.canceled = true;
    },
  });

  await expect(readAll(body, 5_000)).rejects.toMatchObject({
    reason: 'too-large',
  });
  expect(sent).toEqual({ chunks: expect.toSatisfy((chunks: number) => chunks <= 7), canceled: true });
});
