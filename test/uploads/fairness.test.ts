import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { serializeTicket } from '../../src/uploads/ticket.ts';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { seedModel, smallImage } from '../support/seeds.ts';

const png = await smallImage();
const QUERY = `mutation ($modelId: ID!, $files: [File!]!) {
  uploadDataItems(input: { modelId: $modelId, files: $files }) {
    ... on UploadDataItemsSuccess { outcomes { dataItem { id } } }
  }
}`;

/** A gateway with two tenants. The upstream holds the uploads of the tenant `demo` until `release` is called. */
async function start(options: Parameters<typeof startGateway>[0] = {}) {
  const seen: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const started = startGateway({
    sandbox: { keys: ['second'] },
    transport: async (request, upstream) => {
      if (request.method === 'POST' && request.url.endsWith('/data')) {
        const key = request.headers.get('x-api-key') ?? '';
        seen.push(key);
        if (key === 'demo') await released;
      }
      return await upstream(request);
    },
    ...options,
  });
  const model = async (key: string) =>
    await seedModel(
      (path, init) => started.upstream(path, { ...init, headers: { 'x-api-key': key, ...init?.headers } }),
      'M',
    );
  const models = { demo: await model('demo'), second: await model('second') };
  const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: started.clock.now });
  const send = (key: keyof typeof models, count: number) => {
    const body = new FormData();
    const files = Array(count).fill(null);
    body.set('operations', JSON.stringify({ query: QUERY, variables: { modelId: models[key].globalId, files } }));
    body.set('map', JSON.stringify(Object.fromEntries(files.map((_, at) => [at, [`variables.files.${at}`]]))));
    for (const at of files.keys()) body.set(String(at), new File([png], `${at}.png`));
    return started.fetch('/graphql', { method: 'POST', body, headers: { 'x-api-key': key } });
  };
  const put = (key: keyof typeof models, body: BodyInit) => {
    const ticket = { apiKey: key, target: { modelId: models[key].id, replace: undefined }, nonce: randomUUID() };
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' };
    return started.fetch(`/uploads/${sealer.seal(serializeTicket(ticket), 'upload')}`, init);
  };
  seen.splice(0);
  return { ...started, send, put, seen, release };
}

test('slow multipart uploads of one key do not delay those of another', async () => {
  const { send, seen, release } = await start();
  const first = send('demo', 8);
  await until(() => seen.length >= 3);
  await settle();

  expect((await send('second', 2)).status).toBe(200);

  expect(seen).toEqual(['demo', 'demo', 'demo', 'second', 'second']);
  release();
  expect((await first).status).toBe(200);
});

test.each([2, 3])('one of %i slots for upstream uploads stays free for another key', async (upstreamAtOnce) => {
  const { send, seen, release } = await start({ uploads: { concurrentUpstreamFiles: upstreamAtOnce } });
  const first = send('demo', 8);
  await until(() => seen.length >= upstreamAtOnce - 1);
  await settle();

  expect((await send('second', 2)).status).toBe(200);

  expect(seen.filter((key) => key === 'demo')).toHaveLength(upstreamAtOnce - 1);
  release();
  expect((await first).status).toBe(200);
});

test('two keys alternate at a single slot for upstream uploads', async () => {
  const { send, seen, release } = await start({ uploads: { concurrentUpstreamFiles: 1 } });
  const first = send('demo', 3);
  await until(() => seen.length === 1);
  const second = send('second', 2);
  await settle();
  expect(seen).toEqual(['demo']);

  release();

  expect((await first).status).toBe(200);
  expect((await second).status).toBe(200);
  expect(seen.slice(0, 4).filter((key) => key === 'second').length).toBeGreaterThan(0);
});

test.each([2, 3])('one of %i slots for bodies with files stays free for another key', async (atOnce) => {
  const { put } = await start({ uploads: { concurrentBodies: atOnce } });
  const controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  const slow = Array.from({ length: 8 }, () =>
    put('demo', new ReadableStream<Uint8Array>({ start: (controller) => void controllers.push(controller) })),
  );
  await settle();

  expect((await put('second', png)).status).toBe(201);

  for (const controller of controllers) controller.error(new Error('The connection was closed.'));
  for (const response of slow) expect((await response).status).toBe(400);
});

test('slow ticket uploads of one key do not delay those of another', async () => {
  const { put } = await start({ uploads: { concurrentBodies: 4 } });
  const controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  const slow = Array.from({ length: 8 }, () =>
    put(
      'demo',
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          controllers.push(controller);
        },
      }),
    ),
  );
  await settle();

  expect((await put('second', png)).status).toBe(201);

  for (const controller of controllers) controller.error(new Error('The connection was closed.'));
  for (const response of slow) expect((await response).status).toBe(400);
});
