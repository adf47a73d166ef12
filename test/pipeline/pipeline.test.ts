import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { STEPS, type Step } from '../../src/pipeline/table.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { prepareDocument } from '../support/transports.ts';
import { traced } from './trace.ts';

/** Starts a gateway that records the steps of its operations, in the order in which each is first taken. */
function startObserved() {
  const taken = new Set<Step>();
  const started = startGateway({ wrapPipeline: (pipeline) => traced(pipeline, (step) => void taken.add(step)) });
  return { started, taken };
}

/** A message is received before the operation in it, and so its address, can be counted. */
const OVER_WEB_SOCKET: readonly Step[] = ['body', 'rateLimit', ...STEPS.slice(2)];

const QUERY = '{ models { nodes { id } } }';
const MUTATION = 'mutation { createModel(input: { displayName: "a" }) { __typename } }';
const SUBSCRIPTION = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }';

const post = (query: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query }),
});

async function send(started: TestGateway, path: string, init: RequestInit, fastPath: boolean): Promise<unknown> {
  const { url } = await serverOf(started, { fastPath });
  return await (await fetch(url + path, init)).json();
}

describe('every operation passes all steps in their order', () => {
  test.each([
    ['a query by POST', '/graphql', post(QUERY)],
    ['a query by GET', `/graphql?query=${encodeURIComponent(QUERY)}`, {}],
    ['a mutation', '/graphql', post(MUTATION)],
  ])('%s through Yoga', async (_, path, init) => {
    const { started, taken } = startObserved();

    expect(await send(started, path, init, false)).not.toHaveProperty('errors');

    expect([...taken]).toEqual(STEPS);
  });

  test('a query on the fast path', async () => {
    const { started, taken } = startObserved();
    await prepareDocument(started, post(QUERY));
    taken.clear();

    expect(await send(started, '/graphql', post(QUERY), true)).not.toHaveProperty('errors');

    expect([...taken]).toEqual(STEPS);
  });

  test('a query that the fast path leaves to Yoga', async () => {
    const { started, taken } = startObserved();

    expect(await send(started, '/graphql', post(QUERY), true)).not.toHaveProperty('errors');

    expect([...taken]).toEqual(STEPS);
  });

  test.each([
    ['a query', QUERY],
    ['a mutation', MUTATION],
  ])('%s over a WebSocket', async (_, query) => {
    const { started, taken } = startObserved();
    const client = await clientOf(started);

    const results = client.iterate({ query });
    expect(await results.next()).toMatchObject({ value: { data: expect.anything() } });
    await client.dispose();

    expect([...taken]).toEqual(OVER_WEB_SOCKET);
  });

  test('a subscription over server-sent events', async () => {
    const { started, taken, variables } = await startWithJob();
    const { url } = await serverOf(started);
    const query = new URLSearchParams({ query: SUBSCRIPTION, variables: JSON.stringify(variables) });

    const response = await fetch(`${url}/graphql?${query}`, { headers: { accept: 'text/event-stream' } });
    expect(await firstEventOf(response)).toContain('"data":{"predictionUpdated"');

    expect([...taken]).toEqual(STEPS);
  });

  test('a subscription over a WebSocket', async () => {
    const { started, taken, variables } = await startWithJob();
    const client = await clientOf(started);

    const results = client.iterate({ query: SUBSCRIPTION, variables });
    expect(await results.next()).toMatchObject({ value: { data: expect.anything() } });
    await client.dispose();

    expect([...taken]).toEqual(OVER_WEB_SOCKET);
  });
});

async function startWithJob() {
  const { started, taken } = startObserved();
  const { id } = await seedModel(started.upstream, 'a model');
  const prediction = await seedPrediction(started.upstream, [id]);
  return { started, taken, variables: { id: globalId({ kind: 'Prediction', id: prediction }) } };
}

async function clientOf(started: TestGateway) {
  const { url } = await serverOf(started);
  return createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
}

/** The first `next` event of a stream; ends the stream. */
async function firstEventOf({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/event: next\ndata: .*\n\n/.test(text)) break;
  }
  return text;
}
