import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { MAX_IMAGE_BYTES, seedModel, smallImage } from '../support/seeds.ts';

const BOUNDARY = 'a-boundary';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const QUERY = `mutation ($modelId: ID!, $files: [File!]!) {
  uploadDataItems(input: { modelId: $modelId, files: $files }) {
    __typename
    ... on UploadDataItemsSuccess { outcomes { fileName dataItem { id } error { __typename message } } }
    ... on Error { message }
  }
}`;

/** A part of a multipart body, with its boundary. */
type Part = string | Uint8Array;

const field = (name: string, value: unknown): Part =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`;

const file = (name: string, bytes: Uint8Array, fileName = `${name}.png`): Part =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: image/png\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);

const END = `--${BOUNDARY}--\r\n`;
const body = (...parts: Part[]) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

const operations = (modelId: string, count: number) =>
  field('operations', { query: QUERY, variables: { modelId, files: Array(count).fill(null) } });
const map = (count: number) =>
  field('map', Object.fromEntries(Array.from({ length: count }, (_, index) => [index, [`variables.files.${index}`]])));

/** File descriptors of the uploaded files that this process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('flair-upload-');
    } catch {
      return false;
    }
  });

async function start(options: Parameters<typeof startGateway>[0] = {}) {
  const started = startGateway(options);
  const { globalId } = await seedModel(started.upstream, 'Dresses');
  started.takeRequests();
  const send = (content: BodyInit, headers: Record<string, string> = {}) =>
    started.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': TYPE, ...headers },
      body: content,
      ...{ duplex: 'half' },
    });
  return { ...started, modelId: globalId, send };
}

const png = await smallImage();

test.each<[problem: string, parts: (modelId: string) => Part[], status: number, message: string]>([
  ['no boundary in the body', () => ['nothing'], 400, 'malformed'],
  ['an empty body', () => [], 400, 'malformed'],
  ['only the final boundary', () => [END], 400, 'operations'],
  ['no operations', () => [map(0), END], 400, '"map"'],
  ['no map', (id) => [operations(id, 0), END], 400, '`map`'],
  ['a map before the operations', (id) => [map(1), operations(id, 1), file('0', png), END], 400, '"map"'],
  ['a file before the operations', (id) => [file('0', png), operations(id, 1), map(1), END], 400, 'before any file'],
  ['a file before the map', (id) => [operations(id, 1), file('0', png), map(1), END], 400, 'before any file'],
  ['operations that are not JSON', () => [field('operations', '{"query":'), map(0), END], 400, 'must be valid JSON'],
  ['operations that are a string', () => [field('operations', '"text"'), map(0), END], 400, 'JSON object'],
  ['a list of operations', () => [field('operations', [{ query: '{ __typename }' }]), map(0), END], 400, 'a list'],
  ['a map that is not JSON', (id) => [operations(id, 1), field('map', '{'), END], 400, 'must be valid JSON'],
  ['a map that is a list', (id) => [operations(id, 1), field('map', '[]'), END], 400, 'JSON object'],
  [
    'a map of strings',
    (id) => [operations(id, 1), field('map', { 0: 'variables.files.0' }), END],
    400,
    'list of paths',
  ],
  [
    'a map with an empty list of paths',
    (id) => [operations(id, 1), field('map', { 0: [] }), END],
    400,
    'list of paths',
  ],
  ['two operations', (id) => [operations(id, 0), operations(id, 0), map(0), END], 400, '"operations"'],
  ['two maps', (id) => [operations(id, 0), map(0), map(0), END], 400, '"map"'],
  ['an unknown field', (id) => [operations(id, 0), field('user', 'x'), map(0), END], 400, '"user"'],
  ['a missing file', (id) => [operations(id, 2), map(2), file('0', png), END], 400, '"1"'],
  ['a file that is not in the map', (id) => [operations(id, 1), map(1), file('9', png), END], 400, '"9"'],
  ['the same file twice', (id) => [operations(id, 1), map(1), file('0', png), file('0', png), END], 400, 'two'],
  ['an end within a file', (id) => [operations(id, 1), map(1), file('0', png)], 400, 'ends too early'],
  [
    'too many files',
    (id) => [operations(id, 21), map(21), ...Array.from({ length: 21 }, (_, index) => file(`${index}`, png)), END],
    400,
    '20 files',
  ],
  [
    'too many paths',
    (id) => [operations(id, 1), field('map', { 0: Array(101).fill('variables.files.0') }), file('0', png), END],
    400,
    '100 paths',
  ],
  [
    'operations that exceed their limit',
    () => [field('operations', { query: ' '.repeat(262_144) }), map(0), END],
    413,
    '262144 bytes',
  ],
])(
  'a multipart body with %s is rejected with a message, and its files are discarded',
  async (_, parts, status, message) => {
    const { send, modelId, takeRequests } = await start();

    const response = await send(body(...parts(modelId)));

    expect(response.status).toBe(status);
    const { errors } = await response.json();
    expect(errors).toEqual([
      {
        message: expect.stringContaining(message),
        extensions: {
          code: status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT',
          retryable: false,
          help: `graphql/errors#${status === 413 ? 'payload_too_large' : 'bad_user_input'}`,
        },
      },
    ]);
    expect(takeRequests()).toEqual([]);
    await until(() => openFiles().length === 0);
  },
);

test.each([
  'operations',
  'query',
  'variables',
  'variables.modelId',
  'variables.files',
  'variables.files.1',
  'variables.files.length',
  'variables.files.-1',
  'variables.nowhere.0',
  'variables.__proto__.polluted',
  'variables.files.__proto__',
  'variables.constructor.prototype.polluted',
  '__proto__.polluted',
  '',
  '.',
  'variables.files.0.0.0.0.0.0.0',
])('a path in the map whose value is not null is rejected: %s', async (path) => {
  const { send, modelId, takeRequests } = await start();

  const response = await send(body(operations(modelId, 1), field('map', { 0: [path] }), file('0', png), END));

  expect(response.status).toBe(400);
  expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(takeRequests()).toEqual([]);
});

test.each(['multipart/form-data', 'multipart/form-data; boundary=', 'Multipart/Form-Data; boundary="'])(
  'a multipart Content-Type without a boundary is rejected: %s',
  async (type) => {
    const { send, modelId } = await start();

    const response = await send(body(operations(modelId, 0), map(0), END), { 'content-type': type });

    expect(response.status).toBe(400);
    await response.text();
  },
);

describe('a multipart request with several files', () => {
  test('the outcomes of files are in the order of the variables, whatever the order of the parts', async () => {
    const { send, modelId } = await start();
    const files = await Promise.all([10, 20, 30].map((hue) => smallImage({ hue })));
    const parts = files.map((bytes, index) => file(`${index}`, bytes, `${index}.png`)).toReversed();

    const response = await send(body(operations(modelId, 3), map(3), ...parts, END));

    const { data } = await response.json();
    expect(data.uploadDataItems.outcomes).toMatchObject(
      [0, 1, 2].map((index) => ({ fileName: `${index}.png`, dataItem: { id: expect.any(String) }, error: null })),
    );
  });

  test('a file that is too large is truncated and reported, and the other files are stored', async () => {
    const { send, modelId, takeRequests } = await start();
    const huge = new Uint8Array(MAX_IMAGE_BYTES + 200_000);
    huge.set(png);

    const response = await send(
      body(operations(modelId, 3), map(3), file('0', png), file('1', huge, 'huge.png'), file('2', png), END),
    );

    const { data } = await response.json();
    expect(data.uploadDataItems.outcomes).toMatchObject([
      { dataItem: { id: expect.any(String) }, error: null },
      { fileName: 'huge.png', dataItem: null, error: { __typename: 'FileTooLargeError' } },
      { dataItem: { id: expect.any(String) }, error: null },
    ]);
    expect(takeRequests()).toEqual(['uploadDataItem', 'uploadDataItem']);
    await until(() => openFiles().length === 0);
  });

  test('the number of files sent to the upstream concurrently is limited', async () => {
    let pending = 0;
    let maxPending = 0;
    const { send, modelId } = await start({
      // One key can hold two of three slots.
      uploads: { concurrentUpstreamFiles: 3 },
      transport: async (request, upstream) => {
        maxPending = Math.max(maxPending, ++pending);
        // Waits until two requests are pending, however fast files are decoded, then for any request beyond the limit.
        await until(() => maxPending === 2);
        await settle(20);
        const response = await upstream(request);
        pending--;
        return response;
      },
    });

    const files = Array.from({ length: 8 }, (_, index) => file(`${index}`, png));
    const response = await send(body(operations(modelId, 8), map(8), ...files, END));

    const { data } = await response.json();
    expect(data.uploadDataItems.outcomes.filter(({ dataItem }: { dataItem: unknown }) => dataItem)).toHaveLength(8);
    expect(maxPending).toBe(2);
  });
});

describe('the body of a multipart request', () => {
  /** A body that a test sends in parts, and that records whether it is read or canceled. */
  function slowBody(...parts: Part[]) {
    let send: (bytes: Uint8Array) => void = () => {};
    let end = () => {};
    let isRead = false;
    let isCanceled = false;
    const stream = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          send = (bytes) => controller.enqueue(bytes);
          end = () => controller.close();
        },
        pull() {
          isRead = true;
        },
        cancel() {
          isCanceled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return {
      stream,
      begin: () => send(body(...parts)),
      send: (...more: Part[]) => send(body(...more)),
      end: () => end(),
      isRead: () => isRead,
      isCanceled: () => isCanceled,
    };
  }

  test('a body waits unread for its slot in the upload queue', async () => {
    const { send, modelId } = await start({ uploads: { concurrentBodies: 1 } });
    const first = slowBody(operations(modelId, 1), map(1));
    const second = slowBody();

    const responses = [send(first.stream)];
    await until(first.isRead);
    responses.push(send(second.stream));
    await settle();
    expect(second.isRead()).toBe(false);

    first.begin();
    first.send(file('0', png), END);
    first.end();
    expect((await responses[0])?.status).toBe(200);
    await until(second.isRead);
    second.send(operations(modelId, 1), map(1), file('0', png), END);
    second.end();
    expect((await responses[1])?.status).toBe(200);
  });

  test('a body that takes too long to arrive is rejected with 408 and releases its slot', async () => {
    const { send, modelId, clock } = await start({ uploads: { concurrentBodies: 1, receiveMilliseconds: 1_000 } });
    const slow = slowBody(operations(modelId, 1), map(1));
    const response = send(slow.stream);
    await until(slow.isRead);
    slow.begin();
    await settle();

    await clock.advance(1_000);

    expect((await response).status).toBe(408);
    await until(() => openFiles().length === 0);
    const next = await send(body(operations(modelId, 1), map(1), file('0', png), END));
    expect(next.status).toBe(200);
  });

  test('a body whose Content-Length exceeds the limit is rejected before it is read', async () => {
    const { send, modelId } = await start({ uploads: { bytes: 1_000 } });
    const large = slowBody(operations(modelId, 1), map(1));

    const response = await send(large.stream, { 'content-length': '1001' });

    expect(response.status).toBe(413);
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
    expect(large.isRead()).toBe(false);
  });

  test('a body without Content-Length is rejected once it exceeds the limit', async () => {
    const { send, modelId, takeRequests } = await start({ uploads: { bytes: 2_000 } });
    const noise = new Uint8Array(4_000);

    const response = await send(body(operations(modelId, 1), map(1), file('0', noise), END));

    expect(response.status).toBe(413);
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
    expect(takeRequests()).toEqual([]);
    await until(() => openFiles().length === 0);
  });
});
