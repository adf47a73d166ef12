import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import type { CreateUploadTicketsInput } from '../support/gql/graphql.ts';
import { graphql } from '../support/gql/index.ts';
import { noise } from '../support/images.ts';
import { MAX_IMAGE_BYTES, seedModel, smallImage } from '../support/seeds.ts';

const createUploadTickets = graphql(`
  mutation Tickets($input: CreateUploadTicketsInput!) {
    createUploadTickets(input: $input) {
      __typename
      ... on CreateUploadTicketsSuccess { tickets { url expiresAt } }
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
      ... on NotFoundError { id }
    }
  }
`);

const png = await smallImage();
const HOUR = 3_600_000;

type Sent = RequestInit & { duplex?: 'half' };

/** @param faults Faults of the sandbox, once the model exists. */
async function start({ faults, ...options }: Parameters<typeof startGateway>[0] & { faults?: string } = {}) {
  const started = startGateway(options);
  const { id: modelId, globalId: model, dataItems } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const dataItem = globalId({ kind: 'DataItem', modelId, id: dataItems[0] ?? '' });
  if (faults) await started.upstream('/_sandbox/faults', { method: 'PUT', body: faults });
  const tickets = async (input: CreateUploadTicketsInput) =>
    (await started.query(createUploadTickets, { input })).data?.createUploadTickets;
  const paths = async (target: { newInModel: string } | { replaceDataItem: string }, count = 1) => {
    const result = await tickets({ target, count });
    if (result?.__typename !== 'CreateUploadTicketsSuccess') throw new Error(`No tickets: ${JSON.stringify(result)}`);
    return result.tickets.map(({ url }) => new URL(url).pathname);
  };
  const ticketToAdd = async () => (await paths({ newInModel: model }))[0] ?? '';
  const ticketToReplace = async () => (await paths({ replaceDataItem: dataItem }))[0] ?? '';
  const put = (path: string, body: BodyInit | null, init: Sent = {}) =>
    started.fetch(path, { method: 'PUT', body, ...init } as RequestInit);
  /** Number of images in the model. */
  const countStored = async (): Promise<number> =>
    (await (await started.upstream(`/models/${modelId}/data`)).json()).data.length;
  started.takeRequests();
  return { ...started, modelId, model, dataItem, tickets, paths, ticketToAdd, ticketToReplace, put, countStored };
}

/** A body that the test sends in parts. */
function clientBody() {
  const state = { pulls: 0, canceled: false };
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        state.pulls++;
      },
      cancel: () => {
        state.canceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return {
    body,
    state,
    send: (bytes: Uint8Array) => controller?.enqueue(bytes),
    end: () => controller?.close(),
    disconnect: () => controller?.error(new Error('The connection was closed.')),
  };
}

const errorOf = async (response: Response): Promise<{ code: string; message: string; retryable: boolean }> =>
  (await response.json()).error;

describe('an upload ticket', () => {
  test('a ticket stores one image as a data item of the model, byte for byte', async () => {
    const { ticketToAdd, put, fetch, takeRequests, countStored } = await start();
    const path = await ticketToAdd();
    takeRequests();

    const response = await put(path, png);

    expect(response.status).toBe(201);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    });
    const { id, dataItem } = await response.json();
    expect(dataItem).toEqual({
      id,
      image: { url: expect.stringMatching(/^http:\/\/localhost:4000\/images\/[\w-]+$/) },
    });
    expect(Buffer.from(id, 'base64url').toString()).toMatch(/^DataItem:\w+\/\w+$/);
    expect(takeRequests()).toEqual(['uploadDataItem']);
    const shown = await fetch(new URL(dataItem.image.url).pathname);
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(png);
    expect(await countStored()).toBe(2);
  });

  test.each(['webp', 'jpeg'] as const)('a ticket accepts a %s', async (format) => {
    const { ticketToAdd, put } = await start();

    expect((await put(await ticketToAdd(), await smallImage({ format }))).status).toBe(201);
  });

  test('a ticket for a data item replaces its image under the same id', async () => {
    const { ticketToReplace, put, query, fetch, dataItem, countStored } = await start();
    const shown = async () => {
      const { data } = await query<{ node: { image: { url: string } } }, object>(
        `query ($id: ID!) { node(id: $id) { ... on DataItem { image { url } } } }`,
        { id: dataItem },
      );
      const path = new URL(data?.node.image.url ?? '').pathname;
      return new Uint8Array(await (await fetch(path)).arrayBuffer());
    };
    const path = await ticketToReplace();
    await shown();
    const other = await smallImage({ hue: 180, format: 'webp' });

    const response = await put(path, other);

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: dataItem, dataItem: { id: dataItem } });
    expect(await shown()).toEqual(other);
    expect(await countStored()).toBe(1);
  });

  test('a ticket expires at `expiresAt`', async () => {
    const { tickets, model, put, clock } = await start();
    const result = await tickets({ target: { newInModel: model }, count: 2 });
    if (result?.__typename !== 'CreateUploadTicketsSuccess') throw new Error('No tickets.');
    const [first, second] = result.tickets.map(({ url }) => new URL(url).pathname);
    const expiresAt = new Date(String(result.tickets[0]?.expiresAt)).getTime();

    expect(expiresAt - clock.now()).toBeGreaterThanOrEqual(HOUR);
    await clock.advance(expiresAt - clock.now() - 1);
    expect((await put(first ?? '', png)).status).toBe(201);
    await clock.advance(1);
    const late = await put(second ?? '', png);
    expect(late.status).toBe(403);
    expect(await errorOf(late)).toEqual({
      code: 'FORBIDDEN',
      message: 'This upload ticket is not valid or has expired. Create a new one with `createUploadTickets`.',
      retryable: false,
    });
  });

  test('an altered or malformed ticket is rejected before the body is read', async () => {
    const { ticketToAdd, put, takeRequests, countStored } = await start();
    const path = await ticketToAdd();
    const { body, state } = clientBody();
    takeRequests();

    const altered = path.slice(0, -3) + (path.endsWith('AAA') ? 'BBB' : 'AAA');
    for (const other of [altered, `${path}A`, '/uploads/', '/uploads/a/b']) {
      expect((await put(other, png)).status).toBe(403);
    }
    expect((await put(altered, body, { duplex: 'half' })).status).toBe(403);
    expect(state.pulls).toBe(0);
    expect(takeRequests()).toEqual([]);
    expect(await countStored()).toBe(1);
  });

  test('a ticket is not valid as an image URL, nor an image token as a ticket', async () => {
    const { ticketToAdd, put, fetch } = await start();
    const path = await ticketToAdd();
    const { dataItem } = await (await put(path, png)).json();

    expect((await fetch(path.replace('/uploads/', '/images/'))).status).toBe(403);
    expect((await put(new URL(dataItem.image.url).pathname.replace('/images/', '/uploads/'), png)).status).toBe(403);
  });

  test('a ticket does not reveal its API key', async () => {
    const { ticketToAdd } = await start({ config: { ownKey: 'demo' } });
    const token = (await ticketToAdd()).slice('/uploads/'.length);

    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('demo');
  });

  test('a ticket in an unknown format is rejected', async () => {
    const { put, clock } = await start();
    const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: clock.now });

    for (const text of ['', '{}', '["demo"]', '["demo","model","item"]']) {
      expect((await put(`/uploads/${sealer.seal(text, 'upload')}`, png)).status).toBe(403);
    }
  });
});

describe('single use of an upload ticket', () => {
  test('a used ticket is rejected, and nothing is sent', async () => {
    const { ticketToAdd, put, takeRequests, countStored } = await start();
    const path = await ticketToAdd();
    await put(path, png);
    takeRequests();

    const again = await put(path, png);

    expect(again.status).toBe(409);
    expect(await errorOf(again)).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'This upload ticket has already been used. Create a new one with `createUploadTickets`.',
      retryable: false,
    });
    expect(takeRequests()).toEqual([]);
    expect(await countStored()).toBe(2);
  });

  test('one of two concurrent uploads with the same ticket is stored', async () => {
    const { ticketToAdd, put, countStored } = await start();
    const path = await ticketToAdd();
    const slow = clientBody();

    const first = put(path, slow.body, { duplex: 'half' });
    await until(() => slow.state.pulls > 0);
    const second = await put(path, png);
    slow.send(png);
    slow.end();

    expect(second.status).toBe(409);
    expect((await errorOf(second)).message).toContain('is being used by another request');
    expect((await first).status).toBe(201);
    expect(await countStored()).toBe(2);
  });

  test('a ticket can be used again after the gateway rejected the image', async () => {
    const { ticketToAdd, put } = await start();
    const path = await ticketToAdd();

    expect((await put(path, 'not an image')).status).toBe(415);
    expect((await put(path, png.subarray(0, -1))).status).toBe(422);
    expect((await put(path, png)).status).toBe(201);
  });

  test('a ticket can be used again after the upstream rejected the request', async () => {
    const { ticketToAdd, put } = await start({ faults: '429:uploadDataItem:once:retryAfter=7' });
    const path = await ticketToAdd();

    const refused = await put(path, png);

    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(await errorOf(refused)).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect((await put(path, png)).status).toBe(201);
  });

  test('a ticket is used up when the outcome of adding an image is unknown', async () => {
    const { ticketToAdd, put, takeRequests } = await start({ faults: 'reset:uploadDataItem:once:after' });
    const path = await ticketToAdd();
    takeRequests();

    const unclear = await put(path, png);
    const again = await put(path, png);

    expect(unclear.status).toBe(502);
    expect(await errorOf(unclear)).toMatchObject({ code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false });
    expect(again.status).toBe(409);
    expect(await errorOf(again)).toMatchObject({
      code: 'UPSTREAM_OUTCOME_UNKNOWN',
      message: expect.stringContaining('Check the data items of the model'),
    });
    expect(takeRequests()).toEqual(['uploadDataItem']);
  });

  test('a ticket can be used again when the outcome of a replacement is unknown, because it is idempotent', async () => {
    const { ticketToReplace, put } = await start({ faults: 'reset:replaceDataItem:once:after' });
    const path = await ticketToReplace();

    expect((await put(path, png)).status).toBe(502);
    expect((await put(path, png)).status).toBe(200);
  });
});

describe('streaming an image to the upstream', () => {
  test('the image is streamed with backpressure, and its last chunk follows after the scan', async () => {
    const taken: number[] = [];
    let resume = () => {};
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const { ticketToAdd, put } = await start({
      transport: async (request, upstream) => {
        if (request.method !== 'POST' || !request.body || !request.url.endsWith('/data')) return upstream(request);
        const chunks: Uint8Array[] = [];
        for await (const chunk of request.body) {
          taken.push(chunk.byteLength);
          chunks.push(chunk);
          if (taken.length === 2) await paused;
        }
        return upstream(new Request(request, { body: Buffer.concat(chunks) }));
      },
    });
    const path = await ticketToAdd();
    const file = await noise(64, 64).png().toBuffer();
    const chunks = Array.from({ length: 10 }, (_, index) => file.subarray(index * 1_000, (index + 1) * 1_000));
    const rest = file.subarray(10_000);
    let given = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          const chunk = given < chunks.length ? chunks[given] : rest;
          given++;
          if (given <= chunks.length + 1 && chunk) controller.enqueue(chunk);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );

    const response = put(path, body, { duplex: 'half' });
    await until(() => taken.length === 2);
    await settle();
    const whileStalled = given;
    resume();

    expect((await response).status).toBe(201);
    expect(whileStalled).toBeLessThanOrEqual(7);
    expect(taken).toEqual([...chunks, rest].map(({ byteLength }) => byteLength));
  });

  test('the upstream receives the Content-Length that the client declares', async () => {
    const lengths: (string | null)[] = [];
    const { ticketToAdd, put } = await start({
      transport: (request, upstream) => {
        if (request.method === 'POST') lengths.push(request.headers.get('content-length'));
        return upstream(request);
      },
    });

    await put(await ticketToAdd(), png, { headers: { 'content-length': String(png.byteLength) } });
    await put(await ticketToAdd(), png);

    expect(lengths).toEqual([String(png.byteLength), null]);
  });

  test.each([
    ['an empty body', async () => new Uint8Array(0), 422, 'BAD_USER_INPUT', 'the file is empty'],
    [
      'an HTML page',
      async () => Buffer.from('<!doctype html><p>Hello'),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'received HTML text',
    ],
    ['a truncated image', async () => png.subarray(0, -4), 422, 'BAD_USER_INPUT', 'before the image does'],
    [
      'an image with too many pixels',
      () => smallImage({ width: 200, height: 200 }),
      422,
      'BAD_USER_INPUT',
      '200 × 200',
    ],
    [
      'a file that is too large',
      async () => oversizedJpeg(),
      413,
      'PAYLOAD_TOO_LARGE',
      `at most ${MAX_IMAGE_BYTES} bytes`,
    ],
  ] as const)('a ticket rejects %s', async (_, make, status, code, part) => {
    const { ticketToAdd, put, takeRequests, countStored } = await start({ uploads: { pixels: 10_000 } });
    const path = await ticketToAdd();
    takeRequests();

    const response = await put(path, new Uint8Array(await make()));

    expect(response.status).toBe(status);
    expect(await errorOf(response)).toMatchObject({ code, retryable: false, message: expect.stringContaining(part) });
    expect(takeRequests()).toEqual([]);
    expect(await countStored()).toBe(1);
  });

  test('a body whose Content-Length exceeds the limit is not read', async () => {
    const { ticketToAdd, put } = await start();
    const path = await ticketToAdd();
    const { body, state } = clientBody();

    const response = await put(path, body, {
      duplex: 'half',
      headers: { 'content-length': String(MAX_IMAGE_BYTES + 1) },
    });

    expect(response.status).toBe(413);
    expect((await errorOf(response)).code).toBe('PAYLOAD_TOO_LARGE');
    expect(state.pulls).toBe(0);
  });

  test('an image that exceeds the limit while it is streamed never reaches the upstream whole', async () => {
    const outcomes: ReceivedUpload[] = [];
    const { ticketToAdd, put, countStored } = await start({ transport: recordUploads(outcomes) });
    const path = await ticketToAdd();
    const head = await noise(16, 16).jpeg().toBuffer();
    const { body, send, end } = clientBody();

    const pending = put(path, body, { duplex: 'half' });
    send(head.subarray(0, -2));
    for (let index = 0; index < 11; index++) send(new Uint8Array(1_048_576));
    end();
    const response = await pending;
    await until(() => outcomes.length > 0);

    expect(response.status).toBe(413);
    expect(outcomes).toMatchObject([{ isComplete: false }]);
    expect(await countStored()).toBe(1);
  });

  test('a truncated image never reaches the upstream whole', async () => {
    const outcomes: ReceivedUpload[] = [];
    const { ticketToAdd, put, countStored } = await start({ transport: recordUploads(outcomes) });
    const path = await ticketToAdd();
    const file = await noise(64, 64).png().toBuffer();
    const { body, send, end } = clientBody();

    const pending = put(path, body, { duplex: 'half' });
    send(file.subarray(0, 4_000));
    send(file.subarray(4_000, 8_000));
    send(file.subarray(8_000, -1));
    end();
    const response = await pending;
    await until(() => outcomes.length > 0);

    expect(response.status).toBe(422);
    expect(outcomes).toMatchObject([{ isComplete: false }]);
    expect(outcomes[0]?.byteSize).toBeLessThanOrEqual(8_000);
    expect(await countStored()).toBe(1);
    expect((await put(path, file)).status).toBe(201);
  });

  test('the upstream request is aborted when the client disconnects, and the ticket can be used again', async () => {
    const outcomes: ReceivedUpload[] = [];
    const { ticketToAdd, put, countStored, logLines } = await start({ transport: recordUploads(outcomes) });
    const path = await ticketToAdd();
    const file = await noise(64, 64).png().toBuffer();
    const client = new AbortController();
    const { body, send, state } = clientBody();

    const pending = put(path, body, { duplex: 'half', signal: client.signal });
    send(file.subarray(0, 4_000));
    send(file.subarray(4_000, 8_000));
    await until(() => state.pulls > 0);
    client.abort();
    const response = await pending;
    await until(() => outcomes.length > 0);

    expect(response.status).toBe(400);
    expect(outcomes).toMatchObject([{ isComplete: false }]);
    expect(await countStored()).toBe(1);
    expect(logLines).toEqual([]);
    expect((await put(path, file)).status).toBe(201);
  });

  test('an upload whose connection breaks is rejected', async () => {
    const { ticketToAdd, put, logLines } = await start();
    const path = await ticketToAdd();
    const { body, send, disconnect } = clientBody();

    const pending = put(path, body, { duplex: 'half' });
    send(png.subarray(0, 20));
    disconnect();
    const response = await pending;

    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toBe(
      'The request ended before its whole body had arrived. Send it again.',
    );
    expect(logLines).toEqual([]);
  });

  test('an upload that exceeds its time limit is rejected', async () => {
    const { ticketToAdd, put, clock } = await start({ uploads: { receiveMilliseconds: 5_000 } });
    const path = await ticketToAdd();
    const { body, send, state } = clientBody();

    const pending = put(path, body, { duplex: 'half' });
    send(png.subarray(0, 20));
    await until(() => state.pulls > 0);
    await clock.advance(5_000);
    const response = await pending;

    expect(response.status).toBe(408);
    expect((await errorOf(response)).message).toContain('within 5 seconds');
    expect((await put(path, png)).status).toBe(201);
  });

  test('a ticket upload waits unread for its slot in the upload queue', async () => {
    const { paths, model, put } = await start({ uploads: { concurrentBodies: 1 } });
    const [first = '', second = ''] = await paths({ newInModel: model }, 2);
    const slow = clientBody();
    const waiting = clientBody();

    const one = put(first, slow.body, { duplex: 'half' });
    await until(() => slow.state.pulls > 0);
    const other = put(second, waiting.body, { duplex: 'half' });
    await settle();
    const pullsWhileWaiting = waiting.state.pulls;
    slow.send(png);
    slow.end();
    expect((await one).status).toBe(201);
    waiting.send(png);
    waiting.end();

    expect((await other).status).toBe(201);
    expect(pullsWhileWaiting).toBe(0);
  });
});

describe('upstream errors of ticket uploads', () => {
  test.each([
    ['503:uploadDataItem:once', 502, 'UPSTREAM_OUTCOME_UNKNOWN'],
    ['404:uploadDataItem:once', 404, 'NOT_FOUND'],
    ['401:uploadDataItem:once', 403, 'UNAUTHENTICATED'],
    ['402:uploadDataItem:once', 403, 'FORBIDDEN'],
    ['413:uploadDataItem:once', 413, 'PAYLOAD_TOO_LARGE'],
    ['415:uploadDataItem:once', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['422:uploadDataItem:once', 422, 'BAD_USER_INPUT'],
  ])('the upstream fault %s results in %i %s, and the upload is not sent again', async (faults, status, code) => {
    const { ticketToAdd, put, takeRequests } = await start({ faults });
    const path = await ticketToAdd();
    takeRequests();

    const response = await put(path, png);

    expect(response.status).toBe(status);
    expect((await errorOf(response)).code).toBe(code);
    expect(takeRequests()).toEqual(['uploadDataItem']);
  });

  test('a ticket for a deleted model results in NOT_FOUND', async () => {
    const { ticketToAdd, put, upstream, modelId } = await start();
    const path = await ticketToAdd();
    await upstream(`/models/${modelId}`, { method: 'DELETE' });

    const response = await put(path, png);

    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: 'NOT_FOUND', retryable: false });
  });
});

describe('ticket uploads from other origins', () => {
  test('a page of any origin can use a ticket, which is the only credential', async () => {
    const { ticketToAdd, put, fetch } = await start();
    const path = await ticketToAdd();
    const origin = { origin: 'https://elsewhere.example' };

    const preflight = await fetch(path, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    });
    const response = await put(path, png, { headers: { ...origin, 'content-type': 'image/png' } });

    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each(['GET', 'POST', 'DELETE'])('a ticket URL rejects %s and returns the allowed method', async (method) => {
    const { ticketToAdd, fetch } = await start();

    const response = await fetch(await ticketToAdd(), { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('PUT, OPTIONS');
    expect((await errorOf(response)).message).toBe(`Expected PUT with the image as its body, but got ${method}.`);
  });
});

describe('request bodies that are not plain images', () => {
  const form = () => {
    const data = new FormData();
    data.set('file', new File([new Uint8Array(png)], 'a.png'));
    return data;
  };

  test.each([
    ['POST', 405],
    ['PUT', 415],
  ])('a form sent by %s is rejected with an example, and the ticket stays usable', async (method, status) => {
    const { ticketToAdd, fetch, put } = await start();
    const path = await ticketToAdd();

    const response = await fetch(path, { method, body: form() });

    expect(response.status).toBe(status);
    expect((await errorOf(response)).message).toMatch(/with a form.*curl -T/);
    expect((await put(path, png)).status).toBe(201);
  });

  test('a body with a Content-Encoding is rejected', async () => {
    const { ticketToAdd, fetch } = await start();

    const response = await fetch(await ticketToAdd(), {
      method: 'PUT',
      body: new Uint8Array(png),
      headers: { 'content-encoding': 'gzip' },
    });

    expect(response.status).toBe(415);
    expect((await errorOf(response)).message).toContain('"gzip"');
  });
});

describe('createUploadTickets', () => {
  test('createUploadTickets returns the requested number of different tickets with one upstream request', async () => {
    const { paths, model, takeRequests } = await start();

    const made = await paths({ newInModel: model }, 100);

    expect(new Set(made).size).toBe(100);
    expect(takeRequests()).toEqual(['getModel']);
  });

  test('createUploadTickets returns one ticket by default', async () => {
    const { tickets, model } = await start();

    expect(await tickets({ target: { newInModel: model } })).toMatchObject({ tickets: [{}] });
  });

  test.each([0, -1, 101])('createUploadTickets rejects a count of %i', async (count) => {
    const { tickets, model, takeRequests } = await start();

    expect(await tickets({ target: { newInModel: model }, count })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['input', 'count'], message: `Expected 1 to 100 tickets, not ${count}.` }],
    });
    expect(takeRequests()).toEqual([]);
  });

  test('createUploadTickets rejects several tickets to replace one image', async () => {
    const { tickets, dataItem } = await start();

    expect(await tickets({ target: { replaceDataItem: dataItem }, count: 2 })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['input', 'count'], message: 'Expected exactly 1 ticket to replace an image, not 2.' }],
    });
  });

  test('createUploadTickets returns NotFoundError for targets that do not exist', async () => {
    const { tickets, model, dataItem, takeRequests } = await start();
    const gone = globalId({ kind: 'Model', id: 'gone' });
    const noItem = globalId({ kind: 'DataItem', modelId: 'gone', id: 'gone' });

    for (const target of [{ newInModel: gone }, { replaceDataItem: noItem }]) {
      const [id] = Object.values(target);
      expect(await tickets({ target })).toMatchObject({ __typename: 'NotFoundError', id });
    }
    expect(takeRequests()).toEqual(['getModel', 'getDataItem']);
    for (const target of [{ newInModel: dataItem }, { replaceDataItem: model }, { newInModel: 'nonsense' }]) {
      expect(await tickets({ target })).toMatchObject({ __typename: 'NotFoundError' });
    }
    expect(takeRequests()).toEqual([]);
  });
});

test('a stopping gateway completes pending uploads', async () => {
  const { ticketToAdd, put, gateway, countStored } = await start();
  const path = await ticketToAdd();
  const { body, send, end, state } = clientBody();

  const pending = put(path, body, { duplex: 'half' });
  await until(() => state.pulls > 0);
  const disposed = gateway.dispose();
  await settle();
  send(png);
  end();

  expect((await pending).status).toBe(201);
  await disposed;
  expect(await countStored()).toBe(2);
});

/** A jpeg without an end, padded with zeros beyond the size limit. */
async function oversizedJpeg(): Promise<Uint8Array> {
  return Buffer.concat([(await noise(16, 16).jpeg().toBuffer()).subarray(0, -2), Buffer.alloc(MAX_IMAGE_BYTES)]);
}

/** An upload as the upstream has received it. */
interface ReceivedUpload {
  isComplete: boolean;
  byteSize: number;
}

const sizeOf = (chunks: readonly Uint8Array[]) => chunks.reduce((size, { byteLength }) => size + byteLength, 0);

/** A transport that records whether uploads reach the upstream completely. */
const recordUploads =
  (outcomes: ReceivedUpload[]) =>
  async (request: Request, upstream: (request: Request) => Promise<Response>): Promise<Response> => {
    if (request.method !== 'POST' || !request.url.endsWith('/data')) return await upstream(request);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of request.body ?? []) chunks.push(chunk);
    } catch (error) {
      outcomes.push({ isComplete: false, byteSize: sizeOf(chunks) });
      throw error;
    }
    outcomes.push({ isComplete: true, byteSize: sizeOf(chunks) });
    return await upstream(
      new Request(request.url, { method: 'POST', headers: request.headers, body: Buffer.concat(chunks) }),
    );
  };
