import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { serializeTicket } from '../../src/uploads/ticket.ts';
import { until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { noise } from '../support/images.ts';
import { seedModel } from '../support/seeds.ts';

const file = await noise(64, 64).png().toBuffer();
const breaker = { failureThreshold: 0.5, attempts: 2, window: 1_000_000, coolDown: 5_000 };

/** A body that the test sends in parts. */
function clientBody() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const start = (given: ReadableStreamDefaultController<Uint8Array>) => {
    controller = given;
  };
  const body = new ReadableStream<Uint8Array>({ start }, { highWaterMark: 0 });
  return {
    body,
    send: (bytes: Uint8Array) => controller?.enqueue(bytes),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error('The connection was closed.')),
  };
}

type Transport = NonNullable<Parameters<typeof startGateway>[0]>['transport'];

/** A gateway whose circuit breaker opens after two failures, and clients that upload images. */
async function start(upload?: (request: Request, upstream: () => Promise<Response>) => Promise<Response>) {
  let begun = 0;
  let isDown = false;
  const transport: Transport = async (request, upstream) => {
    if (isDown) return new Response(null, { status: 503 });
    if (request.method !== 'POST' || !request.url.endsWith('/data')) return await upstream(request);
    begun++;
    return upload ? await upload(request, () => upstream(request)) : await upstream(request);
  };
  const started = startGateway({
    transport,
    upstream: { breaker, retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
  });
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: started.clock.now });
  const put = (body: ReadableStream<Uint8Array>, signal: AbortSignal) => {
    const ticket = { apiKey: 'demo', target: { modelId, replace: undefined }, nonce: randomUUID() };
    const token = sealer.seal(serializeTicket(ticket), 'upload');
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half', signal };
    return started.fetch(`/uploads/${token}`, init);
  };
  /** Two uploads of which the upstream has received only a part after eleven seconds. */
  const slowUploads = async () => {
    const uploads = [1, 2].map(() => {
      const client = clientBody();
      const abort = new AbortController();
      return { ...client, abort, response: put(client.body, abort.signal) };
    });
    const before = begun;
    for (const { send } of uploads) {
      send(file.subarray(0, 4_000));
      send(file.subarray(4_000, 8_000));
    }
    await until(() => begun === before + uploads.length);
    await started.clock.advance(11_000);
    return uploads;
  };
  const readModel = async () => {
    const { errors } = await started.query(`query ($id: ID!) { node(id: $id) { id } }`, {
      id: globalId({ kind: 'Model', id: modelId }),
    });
    return errors?.map(({ message }) => message) ?? 'read';
  };
  const setDown = (down: boolean) => {
    isDown = down;
  };
  return { ...started, slowUploads, readModel, setDown };
}

describe('the circuit breaker and slow clients', () => {
  test('the circuit breaker stays closed when slow clients abort their requests', async () => {
    const { slowUploads, readModel } = await start();

    for (const { abort, response } of await slowUploads()) {
      abort.abort();
      expect((await response).status).toBe(400);
    }

    expect(await readModel()).toBe('read');
  });

  test('the circuit breaker stays closed when connections of slow clients break', async () => {
    const { slowUploads, readModel } = await start();

    for (const { fail, response } of await slowUploads()) {
      fail();
      expect((await response).status).toBe(400);
    }

    expect(await readModel()).toBe('read');
  });

  test('the circuit breaker stays closed when slow clients send invalid images', async () => {
    const { slowUploads, readModel } = await start();

    for (const { send, end, response } of await slowUploads()) {
      send(Buffer.alloc(100));
      end();
      expect((await response).status).toBeGreaterThanOrEqual(400);
    }

    expect(await readModel()).toBe('read');
  });

  test('the circuit breaker stays closed when uploads exceed their time limit', async () => {
    const { slowUploads, clock, readModel } = await start();

    const uploads = await slowUploads();
    await clock.advance(109_000);
    for (const { response } of uploads) expect((await response).status).toBe(408);

    expect(await readModel()).toBe('read');
  });

  test('the circuit breaker stays closed when the upstream responds with 5xx to an incomplete image', async () => {
    const { slowUploads, clock, readModel } = await start(async (request) => {
      await clock.sleep(11_000, request.signal);
      return new Response(null, { status: 504 });
    });

    for (const { response } of await slowUploads()) expect((await response).status).toBe(504);

    expect(await readModel()).toBe('read');
  });

  test('the circuit breaker stays closed when the upstream closes the connection of an incomplete image', async () => {
    const { slowUploads, clock, readModel } = await start(async (request) => {
      await clock.sleep(11_000, request.signal);
      throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
    });

    for (const { response } of await slowUploads()) expect((await response).status).toBe(502);

    expect(await readModel()).toBe('read');
  });
});

test('the circuit breaker opens when the upstream fails complete uploads', async () => {
  const { slowUploads, readModel } = await start(async (request) => {
    await request.arrayBuffer();
    return new Response(null, { status: 503 });
  });

  for (const { send, end, response } of await slowUploads()) {
    send(file.subarray(8_000));
    end();
    expect((await response).status).toBe(502);
  }

  expect(await readModel()).toEqual([expect.stringContaining('has been failing')]);
});

test('a slow upload does not keep the circuit breaker open', async () => {
  const { slowUploads, readModel, setDown, clock } = await start();
  setDown(true);
  await readModel();
  await readModel();
  expect(await readModel()).toEqual([expect.stringContaining('has been failing')]);
  setDown(false);
  await clock.advance(5_000);

  const uploads = await slowUploads();

  expect(await readModel()).toBe('read');
  for (const { abort } of uploads) abort.abort();
});

test('an upstream that stops reading an image is reported as an upstream timeout', async () => {
  const { slowUploads, clock } = await start(async ({ body, signal }) => {
    await body?.getReader().read();
    return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const uploads = await slowUploads();
  for (const { send, end } of uploads) {
    send(file.subarray(8_000));
    end();
  }

  await clock.advance(120_000);

  for (const { response } of uploads) {
    const { status, body } = await response.then(async (received) => ({
      status: received.status,
      body: await received.json(),
    }));
    expect(status).toBe(504);
    expect(body.error).toMatchObject({ code: 'UPSTREAM_TIMEOUT', retryable: true });
  }
});
