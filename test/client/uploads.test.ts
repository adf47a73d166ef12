import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FlairClient, UploadProgress } from '../../src/client/index.ts';
import { MAX_IMAGE_BYTES as CLIENT_MAXIMUM } from '../../src/client/upload.ts';
import { settle, until } from '../support/clock.ts';
import { MAX_IMAGE_BYTES, seedModel, smallImage } from '../support/seeds.ts';
import { start } from './support.ts';

const image = async (hue = 0) => new Blob([await smallImage({ hue })]);

test('images are uploaded with their progress, and a rejected file does not affect the others', async () => {
  const { client, upstream, takeRequests } = await start();
  const { globalId: modelId } = await seedModel(upstream, 'Coats');
  takeRequests();
  const text = new File(['no image'], 'notes.txt');
  const large = new Blob([new Uint8Array(MAX_IMAGE_BYTES + 1)]);
  const progress: UploadProgress[] = [];
  const files = [await image(), text, large, await image(90)];

  const outcomes = await client.uploadImages(files, { modelId, onProgress: (each) => progress.push(each) });

  expect(outcomes.map(({ index, file }) => files[index] === file)).toEqual([true, true, true, true]);
  expect(outcomes.map(({ dataItem, error }) => error?.code ?? typeof dataItem?.image.url)).toEqual([
    'string',
    'UNSUPPORTED_MEDIA_TYPE',
    'PAYLOAD_TOO_LARGE',
    'string',
  ]);
  expect(takeRequests().filter((operation) => operation === 'uploadDataItem')).toHaveLength(2);
  const statesOf = (index: number) => [
    ...new Set(progress.filter((each) => each.index === index).map(({ state }) => state)),
  ];
  expect(statesOf(0)).toEqual(['waiting', 'uploading', 'processing', 'stored']);
  expect(statesOf(1).at(-1)).toBe('rejected');
  expect(statesOf(2)).toEqual(['rejected']);
  expect(progress.flatMap(({ error }) => error ?? [])).toEqual(
    expect.arrayContaining(outcomes.flatMap(({ error }) => error ?? [])),
  );
  const last = progress.findLast(({ index }) => index === 3);
  expect(last?.sentBytes).toBe(last?.totalBytes);
});

test('the library knows the maximum size of an image', () => {
  expect(CLIENT_MAXIMUM).toBe(MAX_IMAGE_BYTES);
});

test('tickets are requested for a hundred files at once, and few files are sent at once', async () => {
  let active = 0;
  let highest = 0;
  let puts = 0;
  let tickets = 0;
  const { client } = await start({
    fetch: async (_, init) => {
      if (init?.method === 'POST') {
        const { count } = JSON.parse(String(init.body)).variables.input;
        tickets++;
        return Response.json({
          data: {
            createUploadTickets: {
              __typename: 'CreateUploadTicketsSuccess',
              tickets: Array.from({ length: count }, () => ({ url: 'http://gateway.test/uploads/a' })),
            },
          },
        });
      }
      highest = Math.max(highest, ++active);
      await new Response(init?.body as ReadableStream).arrayBuffer();
      active--;
      puts++;
      return Response.json({ id: 'a', dataItem: { id: 'a', image: { url: 'a' } } }, { status: 201 });
    },
  });

  const files = Array.from({ length: 150 }, () => new Blob(['a']));
  const outcomes = await client.uploadImages(files, { modelId: 'a', concurrency: 4 });

  expect([tickets, puts, highest]).toEqual([2, 150, 4]);
  expect(outcomes.every(({ dataItem }) => dataItem)).toBe(true);
});

test('the reason for which there are no tickets is the outcome of each file', async () => {
  const { client } = await start();

  const outcomes = await client.uploadImages([await image(), await image(30)], { modelId: 'TW9kZWw6YQ' });

  expect(outcomes.map(({ error }) => error?.code)).toEqual(['NotFoundError', 'NotFoundError']);
});

describe('each of 102 files, two more than one request for tickets may concern, has its own outcome', () => {
  test.each<[what: string, second: (next: () => Promise<Response>) => Promise<Response>, code: string]>([
    ['the response is not one of the gateway', async () => new Response(null, { status: 404 }), 'INVALID_RESPONSE'],
    ['there is no response', () => Promise.reject(new TypeError('fetch failed')), 'NETWORK_ERROR'],
    ['the model was deleted in the meantime', (next) => next(), 'NotFoundError'],
  ])('although the second request for tickets fails: %s', async (_, second, code) => {
    let requests = 0;
    const started = await start({
      fetch: async (input, init) => {
        const next = () => fetch(input, init);
        if (init?.method === 'PUT')
          return Response.json({ dataItem: { id: 'a', image: { url: 'a' } } }, { status: 201 });
        if (++requests === 1) return await next();
        await started.upstream(`/models/${model.id}`, { method: 'DELETE' });
        return await second(next);
      },
    });
    const model = await seedModel(started.upstream, 'Coats');
    const files = Array<Blob>(102).fill(await image());
    let isOver = false;
    const upload = started.client.uploadImages(files, { modelId: model.globalId }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await settle(1);
      if (started.clientClock.waits().length > 0) await started.clientClock.endWaits();
    }

    const outcomes = await upload;

    expect(outcomes.map(({ index }) => index)).toEqual([...files.keys()]);
    expect(outcomes.map(({ error }) => error?.code)).toEqual([...Array(100), code, code]);
  });
});

describe('each of four files has its own outcome', () => {
  const responds = (status: number) => async () => new Response(null, { status });
  interface Started {
    client: FlairClient;
    controller: AbortController;
  }
  type Store = (nth: number, next: () => Promise<Response>, started: Started) => Promise<Response>;
  test.each<[what: string, store: Store, codes: (string | undefined)[]]>([
    [
      'one upload fails',
      (nth, next) => (nth === 2 ? responds(403)() : next()),
      [undefined, 'FORBIDDEN', undefined, undefined],
    ],
    [
      'the key is rejected',
      (nth, next) => (nth < 3 ? next() : responds(401)()),
      [undefined, undefined, 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
    ],
    [
      'the upload is stopped',
      (nth, next, { controller }) => {
        if (nth === 3) controller.abort();
        return next();
      },
      [undefined, undefined, 'ABORTED', 'ABORTED'],
    ],
    [
      'the client is disposed of',
      (nth, next, { client }) => {
        if (nth === 3) client.dispose();
        return next();
      },
      [undefined, undefined, 'ABORTED', 'ABORTED'],
    ],
  ])('although %s', async (_, store, codes) => {
    let nth = 0;
    const controller = new AbortController();
    const started = await start({
      gateway: {
        transport: (request, upstream) => {
          const next = () => upstream(request);
          const isStore = request.headers.get('content-type') === 'application/octet-stream';
          return isStore ? store(++nth, next, { client: started.client, controller }) : next();
        },
      },
    });
    const { globalId: modelId } = await seedModel(started.upstream, 'Coats');
    const files = Array<Blob>(4).fill(await image());

    const outcomes = await started.client.uploadImages(files, { modelId, concurrency: 1, signal: controller.signal });

    expect(outcomes.map(({ error }) => error?.code)).toEqual([...codes]);
    expect(outcomes.map(({ dataItem }) => dataItem !== undefined)).toEqual([...codes].map((code) => !code));
  });
});

test('an error thrown by onProgress is reported, and does not change an outcome', async () => {
  const { client, upstream } = await start();
  const { globalId: modelId } = await seedModel(upstream, 'Coats');
  const reported: unknown[] = [];
  const queueTask = queueMicrotask;
  vi.stubGlobal('queueMicrotask', (task: () => void) =>
    queueTask(() => {
      try {
        task();
      } catch (error) {
        reported.push(error);
      }
    }),
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  const onProgress = ({ state }: UploadProgress) => {
    if (state === 'stored') throw new RangeError('a bug of the page');
  };

  const outcomes = await client.uploadImages([await image(), await image(30)], { modelId, onProgress });

  expect(outcomes.map(({ dataItem }) => typeof dataItem?.id)).toEqual(['string', 'string']);
  expect(reported).toEqual(Array(2).fill(new RangeError('a bug of the page')));
});

describe('a second attempt whose ticket was used', () => {
  test.each<[what: string, second: () => Response, expected: object]>([
    [
      'by the first one is unknown',
      () => Response.json({ error: { code: 'BAD_USER_INPUT', message: 'Used.', retryable: false } }, { status: 409 }),
      { code: 'UPSTREAM_OUTCOME_UNKNOWN', message: expect.stringContaining('may have been stored') },
    ],
    [
      'has the code and the message of the gateway, if it names one',
      () =>
        Response.json(
          { error: { code: 'UPSTREAM_OUTCOME_UNKNOWN', message: 'Check.', retryable: false } },
          { status: 409 },
        ),
      { code: 'UPSTREAM_OUTCOME_UNKNOWN', message: 'Check.' },
    ],
    [
      'is no response of the gateway if a proxy responds 409',
      () => Response.json({ error: { code: 409, message: 'Conflict' } }, { status: 409 }),
      { code: 'INVALID_RESPONSE', message: expect.stringContaining('status 409 (application/json)') },
    ],
  ])('%s', async (_, second, expected) => {
    let attempts = 0;
    const started = await start({
      fetch: async (input, init) => {
        if (init?.method !== 'PUT') return await fetch(input, init);
        if (++attempts === 1) throw new TypeError('fetch failed');
        return second();
      },
    });
    const { globalId: modelId } = await seedModel(started.upstream, 'Coats');

    const upload = started.client.uploadImages([await image()], { modelId });
    await until(() => started.clientClock.waits().length > 0);
    await started.clientClock.endWaits();

    expect(await upload).toMatchObject([{ error: { ...expected, retryable: false } }]);
    expect(attempts).toBe(2);
  });
});

test('a file is sent again after a temporary failure, and its ticket prevents a second data item', async () => {
  let failures = 0;
  const started = await start({
    fetch: async (input, init) => {
      if (init?.method !== 'PUT' || failures++ > 1) return await fetch(input, init);
      if (failures === 1) return new Response('busy', { status: 503, headers: { 'retry-after': '2' } });
      await (await fetch(input, init)).arrayBuffer();
      throw new TypeError('fetch failed');
    },
  });
  const { globalId: modelId } = await seedModel(started.upstream, 'Coats');
  started.takeRequests();

  const upload = started.client.uploadImages([await image()], { modelId });
  for (const delay of [2_100, 750]) {
    await until(() => started.clientClock.waits().includes(delay));
    await started.clientClock.advance(delay);
  }

  expect(await upload).toMatchObject([{ error: { code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false } }]);
  expect(started.takeRequests().filter((operation) => operation === 'uploadDataItem')).toHaveLength(1);
});

test('an upload that is stopped rejects the files that are not stored', async () => {
  const controller = new AbortController();
  let isStored = false;
  const started = await start({
    fetch: async (input, init) => {
      if (init?.method === 'PUT' && isStored) controller.abort();
      isStored ||= init?.method === 'PUT';
      return await fetch(input, init);
    },
  });
  const { globalId: modelId } = await seedModel(started.upstream, 'Coats');
  const files = [await image(), await image(30), await image(60)];

  const outcomes = await started.client.uploadImages(files, { modelId, concurrency: 1, signal: controller.signal });

  expect(outcomes.map(({ error }) => error?.code)).toEqual([undefined, 'ABORTED', 'ABORTED']);
});

describe('an upload of which no attempt succeeds', () => {
  type Put = (next: () => Promise<Response>) => Promise<Response>;
  /** Stores the image, and loses the response. */
  const storeAndLose: Put = async (next) => {
    await (await next()).arrayBuffer();
    throw new TypeError('fetch failed');
  };
  const offline: Put = async () => {
    throw new TypeError('fetch failed');
  };
  const respond =
    (status: number, body: BodyInit): Put =>
    async () =>
      new Response(body, { status });
  const refuse = (status: number, code: string, retryable: boolean) =>
    respond(status, JSON.stringify({ error: { code, message: 'Refused.', retryable } }));
  const badGateway = respond(502, '<h1>Bad gateway</h1>');
  const unknown = { code: 'UPSTREAM_OUTCOME_UNKNOWN', message: expect.stringContaining('may have been stored') };

  test.each<[what: string, first: Put, others: Put, stored: number, expected: object]>([
    ['is unknown if the first response was lost and the client is offline', storeAndLose, offline, 1, unknown],
    ['is unknown if the first response was lost and a proxy responds', storeAndLose, badGateway, 1, unknown],
    ['is unknown if a proxy refuses the next attempt', storeAndLose, respond(403, ''), 1, unknown],
    [
      'is unknown if the gateway refuses the next attempts before it checks the ticket',
      storeAndLose,
      refuse(429, 'RATE_LIMITED', true),
      1,
      unknown,
    ],
    [
      'has the error of the gateway that says that nothing was stored',
      storeAndLose,
      refuse(422, 'BAD_USER_INPUT', false),
      1,
      { code: 'BAD_USER_INPUT', message: 'Refused.' },
    ],
    [
      'is unknown if a proxy times out after all bytes',
      async (next) => {
        await (await next()).arrayBuffer();
        return new Response('', { status: 504 });
      },
      badGateway,
      1,
      unknown,
    ],
    ['can be repeated if nothing was sent', offline, offline, 0, { code: 'NETWORK_ERROR', retryable: true }],
    ['can be repeated after responses of a proxy', badGateway, badGateway, 0, { code: 'INVALID_RESPONSE' }],
    [
      'can be repeated if the gateway refuses each attempt',
      refuse(503, 'SHUTTING_DOWN', true),
      refuse(503, 'SHUTTING_DOWN', true),
      0,
      { code: 'SHUTTING_DOWN', retryable: true },
    ],
  ])('%s', async (_, first, others, stored, expected) => {
    let attempts = 0;
    const started = await start({
      fetch: async (input, init) => {
        const next = () => fetch(input, init);
        if (init?.method !== 'PUT') return await next();
        return await (attempts++ === 0 ? first : others)(next);
      },
    });
    const { globalId: modelId } = await seedModel(started.upstream, 'Coats');
    started.takeRequests();

    let isOver = false;
    const upload = started.client.uploadImages([await image()], { modelId }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await settle(1);
      if (started.clientClock.waits().length > 0) await started.clientClock.endWaits();
    }

    expect(await upload).toMatchObject([{ error: { retryable: stored === 0, ...expected } }]);
    expect(started.takeRequests().filter((operation) => operation === 'uploadDataItem')).toHaveLength(stored);
  });
});

test('a file that is too large for a proxy is rejected as such, and is sent once', async () => {
  let attempts = 0;
  const started = await start({
    fetch: async (input, init) => {
      if (init?.method !== 'PUT') return await fetch(input, init);
      attempts++;
      return new Response('<h1>Request Entity Too Large</h1>', { status: 413 });
    },
  });
  const { globalId: modelId } = await seedModel(started.upstream, 'Coats');

  const [outcome] = await started.client.uploadImages([await image()], { modelId });

  expect(outcome?.error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', retryable: false });
  expect(attempts).toBe(1);
});

test.each([
  [Number.POSITIVE_INFINITY, 3],
  [100, 3],
  [2, 2],
  [0, 1],
  [-1, 1],
  [Number.NaN, 1],
])('with a concurrency of %d, three files are sent %d at once', async (concurrency, expected) => {
  let active = 0;
  let highest = 0;
  const started = await start({
    fetch: async (input, init) => {
      if (init?.method !== 'PUT') return await fetch(input, init);
      highest = Math.max(highest, ++active);
      const response = await fetch(input, init);
      active--;
      return response;
    },
  });
  const { globalId: modelId } = await seedModel(started.upstream, 'Coats');
  const files = Array<Blob>(3).fill(await image());

  const outcomes = await started.client.uploadImages(files, { modelId, concurrency });

  expect(outcomes.map(({ error }) => error?.code)).toEqual([undefined, undefined, undefined]);
  expect(highest).toBe(expected);
});
