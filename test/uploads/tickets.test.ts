import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import type { CreateUploadTicketsInput } from '../support/gql/graphql.ts';
import { graphql } from '../support/gql/index.ts';
import { noise } from '../support/images.ts';
import { largestImage, picture, seedModel } from '../support/seeds.ts';

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

const png = await picture();
const HOUR = 3_600_000;

type Sent = RequestInit & { duplex?: 'half' };

/** @param faults What goes wrong in the sandbox from the first ticket on. */
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
  const adding = async () => (await paths({ newInModel: model }))[0] ?? '';
  const replacing = async () => (await paths({ replaceDataItem: dataItem }))[0] ?? '';
  const put = (path: string, body: BodyInit | null, init: Sent = {}) =>
    started.fetch(path, { method: 'PUT', body, ...init } as RequestInit);
  /** How many pictures the model has. */
  const stored = async (): Promise<number> =>
    (await (await started.upstream(`/models/${modelId}/data`)).json()).data.length;
  started.takeRequests();
  return { ...started, modelId, model, dataItem, tickets, paths, adding, replacing, put, stored };
}

/** A body that comes as the test gives it. */
function sender() {
  const state = { asked: 0, canceled: false };
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        state.asked++;
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
    give: (bytes: Uint8Array) => controller?.enqueue(bytes),
    end: () => controller?.close(),
    leave: () => controller?.error(new Error('The connection was closed.')),
  };
}

const errorOf = async (response: Response): Promise<{ code: string; message: string; retryable: boolean }> =>
  (await response.json()).error;

describe('a ticket', () => {
  test('takes one picture, which is then a data item of the model, byte for byte', async () => {
    const { adding, put, fetch, takeRequests, stored } = await start();
    const path = await adding();
    takeRequests();

    const answer = await put(path, png);

    expect(answer.status).toBe(201);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
    });
    const { id, dataItem } = await answer.json();
    expect(dataItem).toEqual({
      id,
      image: { url: expect.stringMatching(/^http:\/\/localhost:4000\/images\/[\w-]+$/) },
    });
    expect(Buffer.from(id, 'base64url').toString()).toMatch(/^DataItem:\w+\/\w+$/);
    expect(takeRequests()).toEqual(['uploadDataItem']);
    const shown = await fetch(new URL(dataItem.image.url).pathname);
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(png);
    expect(await stored()).toBe(2);
  });

  test.each(['webp', 'jpeg'] as const)('takes a %s as well', async (format) => {
    const { adding, put } = await start();

    expect((await put(await adding(), await picture({ format }))).status).toBe(201);
  });

  test('for a data item replaces its picture under the same id', async () => {
    const { replacing, put, query, fetch, dataItem, stored } = await start();
    const shown = async () => {
      const { data } = await query<{ node: { image: { url: string } } }, object>(
        `query ($id: ID!) { node(id: $id) { ... on DataItem { image { url } } } }`,
        { id: dataItem },
      );
      const path = new URL(data?.node.image.url ?? '').pathname;
      return new Uint8Array(await (await fetch(path)).arrayBuffer());
    };
    const path = await replacing();
    await shown();
    const other = await picture({ hue: 180, format: 'webp' });

    const answer = await put(path, other);

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: dataItem, dataItem: { id: dataItem } });
    expect(await shown()).toEqual(other);
    expect(await stored()).toBe(1);
  });

  test('stops working at the time that it tells', async () => {
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
      message: 'This upload ticket is not valid or has expired. Ask the graph for a new one.',
      retryable: false,
    });
  });

  test('that was altered, or is none, is refused before anything is read', async () => {
    const { adding, put, takeRequests, stored } = await start();
    const path = await adding();
    const { body, state } = sender();
    takeRequests();

    const altered = path.slice(0, -3) + (path.endsWith('AAA') ? 'BBB' : 'AAA');
    for (const other of [altered, `${path}A`, '/uploads/', '/uploads/a/b']) {
      expect((await put(other, png)).status).toBe(403);
    }
    expect((await put(altered, body, { duplex: 'half' })).status).toBe(403);
    expect(state.asked).toBe(0);
    expect(takeRequests()).toEqual([]);
    expect(await stored()).toBe(1);
  });

  test('is no address of an image, nor the other way round', async () => {
    const { adding, put, fetch } = await start();
    const path = await adding();
    const { dataItem } = await (await put(path, png)).json();

    expect((await fetch(path.replace('/uploads/', '/images/'))).status).toBe(403);
    expect((await put(new URL(dataItem.image.url).pathname.replace('/images/', '/uploads/'), png)).status).toBe(403);
  });

  test('shows nothing of the key that it acts with', async () => {
    const { adding } = await start({ config: { ownKey: 'demo' } });
    const token = (await adding()).slice('/uploads/'.length);

    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('demo');
  });

  test('of another version of the gateway is refused', async () => {
    const { put, clock } = await start();
    const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: clock.now });

    for (const text of ['', '{}', '["demo"]', '["demo","model","item"]']) {
      expect((await put(`/uploads/${sealer.seal(text, 'upload')}`, png)).status).toBe(403);
    }
  });
});

describe('a ticket works once', () => {
  test('after it was used it is refused, and nothing is sent', async () => {
    const { adding, put, takeRequests, stored } = await start();
    const path = await adding();
    await put(path, png);
    takeRequests();

    const again = await put(path, png);

    expect(again.status).toBe(409);
    expect(await errorOf(again)).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'This upload ticket has been used. Ask the graph for a new one.',
      retryable: false,
    });
    expect(takeRequests()).toEqual([]);
    expect(await stored()).toBe(2);
  });

  test('of two uploads at the same time one is stored', async () => {
    const { adding, put, stored } = await start();
    const path = await adding();
    const slow = sender();

    const first = put(path, slow.body, { duplex: 'half' });
    await until(() => slow.state.asked > 0);
    const second = await put(path, png);
    slow.give(png);
    slow.end();

    expect(second.status).toBe(409);
    expect((await errorOf(second)).message).toContain('is in use at this moment');
    expect((await first).status).toBe(201);
    expect(await stored()).toBe(2);
  });

  test('after a refusal it may be used again', async () => {
    const { adding, put } = await start();
    const path = await adding();

    expect((await put(path, 'no picture at all')).status).toBe(415);
    expect((await put(path, png.subarray(0, -1))).status).toBe(422);
    expect((await put(path, png)).status).toBe(201);
  });

  test('after the upstream refused it may be used again', async () => {
    const { adding, put } = await start({ faults: '429:uploadDataItem:once:retryAfter=7' });
    const path = await adding();

    const refused = await put(path, png);

    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(await errorOf(refused)).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect((await put(path, png)).status).toBe(201);
  });

  test('when it is unclear what became of a new picture it is used up, and says to look', async () => {
    const { adding, put, takeRequests } = await start({ faults: 'reset:uploadDataItem:once:after' });
    const path = await adding();
    takeRequests();

    const unclear = await put(path, png);
    const again = await put(path, png);

    expect(unclear.status).toBe(502);
    expect(await errorOf(unclear)).toMatchObject({ code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false });
    expect(again.status).toBe(409);
    expect(await errorOf(again)).toMatchObject({
      code: 'UPSTREAM_OUTCOME_UNKNOWN',
      message: expect.stringContaining('Look at what is there'),
    });
    expect(takeRequests()).toEqual(['uploadDataItem']);
  });

  test('a replacement that is unclear may be sent again: it does no more than once', async () => {
    const { replacing, put } = await start({ faults: 'reset:replaceDataItem:once:after' });
    const path = await replacing();

    expect((await put(path, png)).status).toBe(502);
    expect((await put(path, png)).status).toBe(200);
  });
});

describe('the bytes of a picture', () => {
  test('pass as fast as the upstream takes them, and the last chunk when all is known', async () => {
    const taken: number[] = [];
    let resume = () => {};
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const { adding, put } = await start({
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
    const path = await adding();
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

    const answer = put(path, body, { duplex: 'half' });
    await until(() => taken.length === 2);
    await settle();
    const whileStalled = given;
    resume();

    expect((await answer).status).toBe(201);
    expect(whileStalled).toBeLessThanOrEqual(7);
    expect(taken).toEqual([...chunks, rest].map(({ byteLength }) => byteLength));
  });

  test('reach the upstream with the length that the client declares', async () => {
    const lengths: (string | null)[] = [];
    const { adding, put } = await start({
      transport: (request, upstream) => {
        if (request.method === 'POST') lengths.push(request.headers.get('content-length'));
        return upstream(request);
      },
    });

    await put(await adding(), png, { headers: { 'content-length': String(png.byteLength) } });
    await put(await adding(), png);

    expect(lengths).toEqual([String(png.byteLength), null]);
  });

  test.each([
    ['nothing', async () => new Uint8Array(0), 422, 'BAD_USER_INPUT', 'the file is empty'],
    [
      'a page',
      async () => Buffer.from('<!doctype html><p>Hello'),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'begins with 3c21646f',
    ],
    ['a part of a picture', async () => png.subarray(0, -4), 422, 'BAD_USER_INPUT', 'before the picture does'],
    ['too many pixels', () => picture({ width: 200, height: 200 }), 422, 'BAD_USER_INPUT', '200 × 200'],
    ['too much', async () => tooLong(), 413, 'PAYLOAD_TOO_LARGE', `at most ${largestImage} bytes`],
  ] as const)('are refused when they are %s', async (_, make, status, code, part) => {
    const { adding, put, takeRequests, stored } = await start({ uploads: { pixels: 10_000 } });
    const path = await adding();
    takeRequests();

    const answer = await put(path, new Uint8Array(await make()));

    expect(answer.status).toBe(status);
    expect(await errorOf(answer)).toMatchObject({ code, retryable: false, message: expect.stringContaining(part) });
    expect(takeRequests()).toEqual([]);
    expect(await stored()).toBe(1);
  });

  test('are not read at all when the client declares too many', async () => {
    const { adding, put } = await start();
    const path = await adding();
    const { body, state } = sender();

    const answer = await put(path, body, { duplex: 'half', headers: { 'content-length': String(largestImage + 1) } });

    expect(answer.status).toBe(413);
    expect((await errorOf(answer)).code).toBe('PAYLOAD_TOO_LARGE');
    expect(state.asked).toBe(0);
  });

  test('are cut off in the middle when they become too many, and the upstream gets no end of them', async () => {
    const outcomes: Arrival[] = [];
    const { adding, put, stored } = await start({ transport: recordingEnds(outcomes) });
    const path = await adding();
    const head = await noise(16, 16).jpeg().toBuffer();
    const { body, give, end } = sender();

    const answering = put(path, body, { duplex: 'half' });
    give(head.subarray(0, -2));
    for (let index = 0; index < 11; index++) give(new Uint8Array(1_048_576));
    end();
    const answer = await answering;
    await until(() => outcomes.length > 0);

    expect(answer.status).toBe(413);
    expect(outcomes).toMatchObject([{ isWhole: false }]);
    expect(await stored()).toBe(1);
  });

  test('of a picture whose end is missing never reach the upstream whole', async () => {
    const outcomes: Arrival[] = [];
    const { adding, put, stored } = await start({ transport: recordingEnds(outcomes) });
    const path = await adding();
    const file = await noise(64, 64).png().toBuffer();
    const { body, give, end } = sender();

    const answering = put(path, body, { duplex: 'half' });
    give(file.subarray(0, 4_000));
    give(file.subarray(4_000, 8_000));
    give(file.subarray(8_000, -1));
    end();
    const answer = await answering;
    await until(() => outcomes.length > 0);

    expect(answer.status).toBe(422);
    expect(outcomes).toMatchObject([{ isWhole: false }]);
    expect(outcomes[0]?.byteSize).toBeLessThanOrEqual(8_000);
    expect(await stored()).toBe(1);
    expect((await put(path, file)).status).toBe(201);
  });

  test('end at the upstream when the client leaves in the middle, and the ticket may be used again', async () => {
    const outcomes: Arrival[] = [];
    const { adding, put, stored, logLines } = await start({ transport: recordingEnds(outcomes) });
    const path = await adding();
    const file = await noise(64, 64).png().toBuffer();
    const leaving = new AbortController();
    const { body, give, state } = sender();

    const answering = put(path, body, { duplex: 'half', signal: leaving.signal });
    give(file.subarray(0, 4_000));
    give(file.subarray(4_000, 8_000));
    await until(() => state.asked > 0);
    leaving.abort();
    const answer = await answering;
    await until(() => outcomes.length > 0);

    expect(answer.status).toBe(400);
    expect(outcomes).toMatchObject([{ isWhole: false }]);
    expect(await stored()).toBe(1);
    expect(logLines).toEqual([]);
    expect((await put(path, file)).status).toBe(201);
  });

  test('that break off are refused', async () => {
    const { adding, put, logLines } = await start();
    const path = await adding();
    const { body, give, leave } = sender();

    const answering = put(path, body, { duplex: 'half' });
    give(png.subarray(0, 20));
    leave();
    const answer = await answering;

    expect(answer.status).toBe(400);
    expect((await errorOf(answer)).message).toBe('The request ended before all of its body had come. Send it again.');
    expect(logLines).toEqual([]);
  });

  test('have their time, and no more', async () => {
    const { adding, put, clock } = await start({ uploads: { milliseconds: 5_000 } });
    const path = await adding();
    const { body, give, state } = sender();

    const answering = put(path, body, { duplex: 'half' });
    give(png.subarray(0, 20));
    await until(() => state.asked > 0);
    await clock.advance(5_000);
    const answer = await answering;

    expect(answer.status).toBe(408);
    expect((await errorOf(answer)).message).toContain('within 5 seconds');
    expect((await put(path, png)).status).toBe(201);
  });

  test('are read only when it is their turn', async () => {
    const { paths, model, put } = await start({ uploads: { atOnce: 1 } });
    const [first = '', second = ''] = await paths({ newInModel: model }, 2);
    const slow = sender();
    const waiting = sender();

    const one = put(first, slow.body, { duplex: 'half' });
    await until(() => slow.state.asked > 0);
    const other = put(second, waiting.body, { duplex: 'half' });
    await settle();
    const askedBefore = waiting.state.asked;
    slow.give(png);
    slow.end();
    expect((await one).status).toBe(201);
    waiting.give(png);
    waiting.end();

    expect((await other).status).toBe(201);
    expect(askedBefore).toBe(0);
  });
});

describe('what goes wrong at the upstream', () => {
  test.each([
    ['503:uploadDataItem:once', 502, 'UPSTREAM_OUTCOME_UNKNOWN'],
    ['404:uploadDataItem:once', 404, 'NOT_FOUND'],
    ['401:uploadDataItem:once', 403, 'UNAUTHENTICATED'],
    ['402:uploadDataItem:once', 403, 'FORBIDDEN'],
    ['413:uploadDataItem:once', 413, 'PAYLOAD_TOO_LARGE'],
    ['415:uploadDataItem:once', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['422:uploadDataItem:once', 422, 'BAD_USER_INPUT'],
  ])('%s is answered as %i %s, and is not sent again', async (faults, status, code) => {
    const { adding, put, takeRequests } = await start({ faults });
    const path = await adding();
    takeRequests();

    const answer = await put(path, png);

    expect(answer.status).toBe(status);
    expect((await errorOf(answer)).code).toBe(code);
    expect(takeRequests()).toEqual(['uploadDataItem']);
  });

  test('a model that is gone by then is not found', async () => {
    const { adding, put, upstream, modelId } = await start();
    const path = await adding();
    await upstream(`/models/${modelId}`, { method: 'DELETE' });

    const answer = await put(path, png);

    expect(answer.status).toBe(404);
    expect(await errorOf(answer)).toMatchObject({ code: 'NOT_FOUND', retryable: false });
  });
});

describe('a page of another site', () => {
  test('may use a ticket that it was given: it is the whole authority', async () => {
    const { adding, put, fetch } = await start();
    const path = await adding();
    const origin = { origin: 'https://elsewhere.example' };

    const asked = await fetch(path, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    });
    const answer = await put(path, png, { headers: { ...origin, 'content-type': 'image/png' } });

    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each(['GET', 'POST', 'DELETE'])('is told which method works, not %s', async (method) => {
    const { adding, fetch } = await start();

    const answer = await fetch(await adding(), { method });

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('PUT, OPTIONS');
    expect((await errorOf(answer)).message).toBe(`Expected PUT with the picture as its body, but got ${method}.`);
  });
});

describe('a form that is sent to a ticket', () => {
  const form = () => {
    const data = new FormData();
    data.set('file', new File([new Uint8Array(png)], 'a.png'));
    return data;
  };

  test.each([
    ['POST', 405],
    ['PUT', 415],
  ])('by %s is recognised, and leaves the ticket as it is', async (method, status) => {
    const { adding, fetch, put } = await start();
    const path = await adding();

    const answer = await fetch(path, { method, body: form() });

    expect(answer.status).toBe(status);
    expect((await errorOf(answer)).message).toMatch(/with a form.*curl -T/);
    expect((await put(path, png)).status).toBe(201);
  });

  test('is told from an encoded body, which is refused too', async () => {
    const { adding, fetch } = await start();

    const answer = await fetch(await adding(), {
      method: 'PUT',
      body: new Uint8Array(png),
      headers: { 'content-encoding': 'gzip' },
    });

    expect(answer.status).toBe(415);
    expect((await errorOf(answer)).message).toContain('"gzip"');
  });
});

describe('createUploadTickets', () => {
  test('makes as many different tickets as asked for, and asks the upstream once', async () => {
    const { paths, model, takeRequests } = await start();

    const made = await paths({ newInModel: model }, 100);

    expect(new Set(made).size).toBe(100);
    expect(takeRequests()).toEqual(['getModel']);
  });

  test('makes one when no number is given', async () => {
    const { tickets, model } = await start();

    expect(await tickets({ target: { newInModel: model } })).toMatchObject({ tickets: [{}] });
  });

  test.each([0, -1, 101])('refuses to make %i', async (count) => {
    const { tickets, model, takeRequests } = await start();

    expect(await tickets({ target: { newInModel: model }, count })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['input', 'count'], message: `Expected 1 to 100 tickets, not ${count}.` }],
    });
    expect(takeRequests()).toEqual([]);
  });

  test('makes one alone to replace a picture', async () => {
    const { tickets, dataItem } = await start();

    expect(await tickets({ target: { replaceDataItem: dataItem }, count: 2 })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['input', 'count'], message: 'Expected exactly 1 ticket to replace an image, not 2.' }],
    });
  });

  test('makes none for what is not there', async () => {
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

test('an upload that is under way ends before the gateway has stopped', async () => {
  const { adding, put, gateway, stored } = await start();
  const path = await adding();
  const { body, give, end, state } = sender();

  const answering = put(path, body, { duplex: 'half' });
  await until(() => state.asked > 0);
  const disposed = gateway.dispose();
  await settle();
  give(png);
  end();

  expect((await answering).status).toBe(201);
  await disposed;
  expect(await stored()).toBe(2);
});

/** A jpeg that goes on for ever, in zeros. */
async function tooLong(): Promise<Uint8Array> {
  return Buffer.concat([(await noise(16, 16).jpeg().toBuffer()).subarray(0, -2), Buffer.alloc(largestImage)]);
}

/** What came of a picture at the upstream. */
interface Arrival {
  isWhole: boolean;
  byteSize: number;
}

const sizeOf = (chunks: readonly Uint8Array[]) => chunks.reduce((size, { byteLength }) => size + byteLength, 0);

/** Stands before the upstream and notes whether the pictures that it is sent have come to their end. */
const recordingEnds =
  (outcomes: Arrival[]) =>
  async (request: Request, upstream: (request: Request) => Promise<Response>): Promise<Response> => {
    if (request.method !== 'POST' || !request.url.endsWith('/data')) return await upstream(request);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of request.body ?? []) chunks.push(chunk);
    } catch (error) {
      outcomes.push({ isWhole: false, byteSize: sizeOf(chunks) });
      throw error;
    }
    outcomes.push({ isWhole: true, byteSize: sizeOf(chunks) });
    return await upstream(
      new Request(request.url, { method: 'POST', headers: request.headers, body: Buffer.concat(chunks) }),
    );
  };
