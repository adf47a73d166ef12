import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { until } from '../support/clock.ts';
import { readEvents, type ServerSentEvent } from '../support/event-source.ts';
import { startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { listen } from '../websocket/support.ts';

const WATCH = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }';

async function startPrediction() {
  const started = await listen();
  const { id: modelId } = await seedModel(started.upstream, 'Dresses');
  const id = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [modelId]) });
  const urlOf = (query: string, variables: object = { id }) =>
    `${started.url}/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`;
  return { ...started, id, urlOf };
}

/** Reads a stream until an EventSource would stop reconnecting. */
function open(url: string) {
  const events: ServerSentEvent[] = [];
  const responses: Response[] = [];
  const over = readEvents(url, {
    onEvent: (event) => events.push(event),
    onOpen: (response) => responses.push(response),
  });
  return { events, responses, over };
}

describe('EventSource clients', () => {
  test('an EventSource reconnects once after the end of a job, and then stops because of status 204', async () => {
    const { urlOf, clock } = await startPrediction();
    const { events, responses, over } = open(urlOf(WATCH));
    await until(() => events.length > 0);

    await clock.advance(60_000);

    expect(await over).toBe(204);
    expect(events.at(-1)).toEqual({ type: 'complete', data: '' });
    expect(events.at(-2)?.data).toContain('COMPLETED');
    expect(responses).toHaveLength(1);
  });

  test.each([
    ['a query', '{ __typename }', {}],
    ['a document that does not match the schema', 'subscription { nothing }', {}],
    ['a missing variable', WATCH, {}],
    ['a wrong id', WATCH, { id: 'wrong' }],
  ])('an EventSource does not retry %s forever', async (_, query, variables) => {
    const { urlOf } = await startPrediction();
    const { responses, over } = open(urlOf(query, variables));

    await over;

    expect(responses.length).toBeLessThan(2);
  });

  test('an EventSource of an allowed origin can read the status 204 that ends its stream', async () => {
    const { url } = await listen({}, { config: { corsOrigins: ['https://app.example.com'] } });

    const { status, headers } = await fetch(`${url}/graphql?query={__typename}`, {
      headers: { accept: 'text/event-stream', 'last-event-id': 'complete', origin: 'https://app.example.com' },
    });

    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example.com']);
  });
});

describe('event streams', () => {
  test('an event stream has headers that keep proxies from buffering, caching or changing it', async () => {
    const { urlOf } = await startPrediction();

    const response = await fetch(urlOf(WATCH), { headers: { accept: 'text/event-stream' } });

    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await response.body?.cancel();
  });

  test('a slow client of an event stream gets the latest state, and not a queue of old ones', async () => {
    let polls = 0;
    const { fetch, upstream, clock } = startGateway({
      transport: async (request, upstreamOf) => {
        const response = await upstreamOf(request);
        if (request.method !== 'GET') return response;
        const row = { ...(await response.json()), status: 'running', progress: ++polls / 1_000 };
        return Response.json(row);
      },
    });
    const { id: modelId } = await seedModel(upstream, 'Dresses');
    const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) });
    const query = `subscription { predictionUpdated(id: "${id}") { progress { fraction } } }`;
    const { body } = await fetch(`/graphql?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'text/event-stream' },
    });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    const read = async () => (await reader?.read())?.value ?? '';
    let text = '';
    while (!text.includes('fraction')) text += await read();

    for (let step = 0; step < 30; step++) await clock.advance(5_000);
    expect(polls).toBeGreaterThan(25);
    text = '';
    while (!text.includes(`${polls / 1_000}`)) text += await read();

    expect(text.match(/event: next/g)?.length).toBeLessThan(5);
    await reader?.cancel();
  });
});
