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

/** Reads a stream until it is over for an EventSource. */
function open(url: string) {
  const events: ServerSentEvent[] = [];
  const responses: Response[] = [];
  const over = readEvents(url, {
    onEvent: (event) => events.push(event),
    onOpen: (response) => responses.push(response),
  });
  return { events, responses, over };
}

describe('an EventSource', () => {
  test('connects once more after the end of a job, and is told by 204 not to come back', async () => {
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
    ['a document that does not fit the schema', 'subscription { nothing }', {}],
    ['a missing variable', WATCH, {}],
    ['a wrong id', WATCH, { id: 'wrong' }],
  ])('does not repeat %s forever', async (_, query, variables) => {
    const { urlOf } = await startPrediction();
    const { responses, over } = open(urlOf(query, variables));

    await over;

    expect(responses.length).toBeLessThan(2);
  });

  test('of another site may see that its stream is over', async () => {
    const { url } = await listen({}, { config: { corsOrigins: ['https://app.example.com'] } });

    const { status, headers } = await fetch(`${url}/graphql?query={__typename}`, {
      headers: { accept: 'text/event-stream', 'last-event-id': 'complete', origin: 'https://app.example.com' },
    });

    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example.com']);
  });
});

describe('a stream', () => {
  test('is neither buffered, stored nor changed by proxies, and begins at once', async () => {
    const { urlOf } = await startPrediction();

    const response = await fetch(urlOf(WATCH), { headers: { accept: 'text/event-stream' } });

    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await response.body?.cancel();
  });

  test('whose client reads slowly brings the newest state next, and no queue of old ones', async () => {
    let looks = 0;
    const { fetch, upstream, clock } = startGateway({
      transport: async (request, passOn) => {
        const response = await passOn(request);
        if (request.method !== 'GET') return response;
        const row = { ...(await response.json()), status: 'running', progress: ++looks / 1_000 };
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

    for (let look = 0; look < 30; look++) await clock.advance(5_000);
    expect(looks).toBeGreaterThan(25);
    text = '';
    while (!text.includes(`${looks / 1_000}`)) text += await read();

    expect(text.match(/event: next/g)?.length).toBeLessThan(5);
    await reader?.cancel();
  });
});
