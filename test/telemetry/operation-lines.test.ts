import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { hashOf } from '../../src/persisted-documents/hash.ts';
import { openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { seedModel, seedPrediction, seedTraining, smallImage } from '../support/seeds.ts';
import { serveLogged } from './support.ts';

const QUERY = 'query Names { models { nodes { displayName } } }';
const WATCH = 'subscription Watch($id: ID!) { predictionUpdated(id: $id) { status } }';
const tenant = createHash('sha256').update('demo').digest('base64url').slice(0, 16);
const key = { 'x-api-key': 'demo' };

describe('the log line of an operation', () => {
  test('contains its name, document, tenant, upstream requests and size, on the fast path and without it', async () => {
    const { post, ended } = await serveLogged();

    // The first request goes through Yoga, and the second on the fast path.
    for (const count of [1, 2]) {
      const response = await post({ query: QUERY }, key);
      const body = await response.text();
      await until(() => ended().length === count);
      expect(ended().at(-1)).toMatchObject({
        msg: 'operation',
        transport: 'http',
        operation: 'Names',
        type: 'query',
        document: hashOf(QUERY),
        tenant,
        status: 200,
        sent: 1,
        shared: 0,
        cached: 0,
        requestId: response.headers.get('x-request-id'),
        ms: expect.any(Number),
      });
      expect(Number(ended().at(-1)?.bytes)).toBeGreaterThan(body.length);
      expect(ended().at(-1)).not.toHaveProperty('codes');
    }
  });

  test.each<[failure: string, body: object, codes: string[]]>([
    ['of execution', { query: '{ models { nodes { id } } }' }, ['UPSTREAM_UNAVAILABLE']],
    ['of the syntax', { query: '{' }, ['GRAPHQL_PARSE_FAILED']],
    ['of validation', { query: '{ unknown }' }, ['GRAPHQL_VALIDATION_FAILED']],
    ['of variables', { query: 'query ($id: ID!) { model(id: $id) { id } }' }, ['BAD_USER_INPUT']],
    ['of several kinds', { query: '{ models { nodes { id } } node(id: "!") { id } }' }, ['UPSTREAM_UNAVAILABLE']],
  ])('contains the codes of an error %s, whatever the status', async (_, body, codes) => {
    const { post, ended } = await serveLogged({ transport: async () => new Response(null, { status: 503 }) });

    for (const count of [1, 2]) {
      await (await post(body, key)).text();
      await until(() => ended().length === count);
      expect(ended().at(-1)?.codes).toEqual(codes);
    }
  });

  test('counts reads that were served by others or from memory', async () => {
    const { post, ended, upstream, clock } = await serveLogged();
    const model = await seedModel(upstream, 'Dresses');
    const prediction = await seedPrediction(upstream, [model.id]);
    await clock.advance(60_000);
    const id = globalId({ kind: 'Prediction', id: prediction });
    const read = { query: 'query Read($id: ID!) { prediction(id: $id) { status } }', variables: { id } };
    await (await post(read, key)).text();

    await (await post(read, key)).text();

    await until(() => ended().length === 2);
    expect(ended()).toMatchObject([
      { operation: 'Read', sent: 1, cached: 0 },
      { operation: 'Read', sent: 0, cached: 1 },
    ]);
  });

  test('contains the ids of unexpected errors, under which their causes are logged', async () => {
    const { post, ended, logLines } = await serveLogged({
      transport: () => Promise.reject(new RangeError('a bug')),
    });

    await (await post({ query: QUERY }, key)).text();

    await until(() => ended().length === 1);
    const causes = logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'unexpected error');
    expect(causes).toHaveLength(1);
    expect(ended()[0]?.errorIds).toEqual(causes.map(({ id }) => id));
  });

  test('of an upload to a ticket contains its tenant, its upstream request and its errors', async () => {
    const { url, post, ended, forwarded, upstream } = await serveLogged();
    const model = await seedModel(upstream, 'Dresses');
    const query = `mutation { createUploadTickets(input: { target: { newInModel: "${globalId({ kind: 'Model', id: model.id })}" } }) { ... on CreateUploadTicketsSuccess { tickets { url } } } }`;
    const { data } = (await (await post({ query }, key)).json()) as {
      data: { createUploadTickets: { tickets: { url: string }[] } };
    };
    const ticket = url + new URL(data.createUploadTickets.tickets[0]?.url ?? '').pathname;
    const put = (body: BodyInit) =>
      fetch(ticket, { method: 'PUT', body, headers: { 'x-request-id': 'upload-1' } }).then((one) => one.text());

    await put('no image');
    await put(await smallImage());

    await until(() => ended().length === 3);
    expect(ended().slice(1)).toMatchObject([
      { msg: 'request', path: '/uploads/…', tenant, codes: ['UNSUPPORTED_MEDIA_TYPE'], requestId: 'upload-1' },
      { msg: 'request', path: '/uploads/…', status: 201, tenant, sent: 1 },
    ]);
    expect(forwarded.at(-1)?.get('x-request-id')).toBe('upload-1');
  });

  test('shows that a read or a whole query was shared', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = 0;
    const { post, ended, begun } = await serveLogged({
      async transport(request, upstream) {
        arrived++;
        await released;
        return await upstream(request);
      },
    });
    const first = post({ query: QUERY }, key);
    await until(() => arrived === 1);
    const others = [post({ query: QUERY }, key), post({ query: `query Other { models { nodes { id } } }` }, key)];
    await until(() => begun() === 3);
    await settle();

    release();
    await Promise.all([first, ...others].map(async (response) => (await response).text()));

    await until(() => ended().length === 3);
    const byKind = (name: string) => ended().filter(({ operation }) => operation === name);
    expect(byKind('Names')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ sent: 1 }),
        expect.objectContaining({ sent: 0, joined: true }),
      ]),
    );
    expect(byKind('Other')).toMatchObject([{ sent: 0, shared: 1 }]);
    expect(arrived).toBe(1);
  });

  test('over a WebSocket: queries, rejected operations, and streams when they end', async () => {
    const { url, ended, upstream, clock } = await serveLogged();
    const model = await seedModel(upstream, 'Dresses');
    const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [model.id]) });
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { apiKey: 'demo' },
      retryAttempts: 0,
      // One socket for all operations.
      lazy: false,
      onNonLazyError: () => {},
      generateID: (() => {
        let last = 0;
        return () => `op-${++last}`;
      })(),
    });
    onTestFinished(() => void client.dispose());

    for await (const result of client.iterate({ query: QUERY })) expect(result.errors).toBeUndefined();
    await expect(client.iterate({ query: '{ unknown }' }).next()).rejects.toBeDefined();
    const stream = client.iterate({ query: WATCH, variables: { id } });
    expect((await stream.next()).value).toMatchObject({ data: { predictionUpdated: { status: expect.any(String) } } });
    expect(ended()).toHaveLength(2);
    const rest = (async () => {
      for (let read = await stream.next(); !read.done; read = await stream.next());
    })();
    while (ended().length < 3) await clock.advance(1_000);
    await rest;

    expect(ended()).toMatchObject([
      { msg: 'operation', transport: 'websocket', operation: 'Names', tenant, sent: 1 },
      { msg: 'operation', transport: 'websocket', codes: ['GRAPHQL_VALIDATION_FAILED'] },
      { msg: 'stream', transport: 'websocket', operation: 'Watch', type: 'subscription', events: expect.any(Number) },
    ]);
    expect(Number(ended()[2]?.events)).toBeGreaterThan(1);
    expect(Number(ended()[2]?.bytes)).toBeGreaterThan(50);
    const ids = ended().map(({ requestId }) => String(requestId).split('/'));
    expect(ids.map(([, operation]) => operation)).toEqual(['op-1', 'op-2', 'op-3']);
    expect(new Set(ids.map(([socket]) => socket)).size).toBe(1);
  });

  test('over a WebSocket: a query whose client disconnects', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = 0;
    const { url, ended } = await serveLogged({
      async transport(request, upstream) {
        arrived++;
        await released;
        return await upstream(request);
      },
    });
    const { send, receive, socket } = await openSocket(url);
    send({ type: 'connection_init' });
    expect(await receive()).toEqual({ type: 'connection_ack' });
    send({ type: 'subscribe', id: 'a', payload: { query: QUERY } });
    await until(() => arrived === 1);

    socket.terminate();

    await until(() => ended().length === 1);
    expect(ended()).toMatchObject([{ msg: 'operation', transport: 'websocket', left: true }]);
    release();
  });

  test('of a stream of server-sent events is written when it ends', async () => {
    const { url, ended, upstream, requests } = await serveLogged();
    const model = await seedModel(upstream, 'Dresses', { images: 1 });
    const training = await seedTraining(upstream, model.id);
    const id = globalId({ kind: 'Training', modelId: model.id, id: training });
    const abort = new AbortController();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...key },
      body: JSON.stringify({
        query: 'subscription S($id: ID!) { trainingUpdated(id: $id) { status } }',
        variables: { id },
      }),
      signal: abort.signal,
    });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    for (let text = ''; !text.includes('"status"'); ) text += decoder.decode((await reader?.read())?.value);
    expect(requests.streams).toMatchObject({ sse: 1, websocket: 0, events: 1 });
    expect(ended().filter(({ msg }) => msg === 'stream')).toEqual([]);

    abort.abort();

    await until(() => ended().some(({ msg }) => msg === 'stream'));
    expect(ended().find(({ msg }) => msg === 'stream')).toMatchObject({
      transport: 'sse',
      operation: 'S',
      events: 1,
      left: true,
      tenant,
    });
    expect(requests.streams).toMatchObject({ sse: 0, websocket: 0, events: 1 });
  });
});
