import type { ExecutionResult } from 'graphql';
import { beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import type { PlannedOperation } from '../../src/executor/execution.ts';
import { QuerySingleFlight, type RunningQuery } from '../../src/operations/single-flight.ts';
import { settle } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const MODELS = '{ models { nodes { displayName } } }';

/** Starts a gateway whose upstream holds its responses to reads until they are released. */
function startHeld(options: StartOptions = {}) {
  let isHolding = false;
  const held: { request: Request; release: () => void }[] = [];
  const started = startGateway({
    ...options,
    sandbox: { keys: ['other'], ...options.sandbox },
    transport: async (request, upstream) => {
      if (!isHolding || request.method !== 'GET') return await upstream(request);
      // The response is read before it is held, so that it contains the state at the time of the request.
      const response = await upstream(request.clone());
      await new Promise<void>((resolve, reject) => {
        held.push({ request, release: resolve });
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
      return response;
    },
  });
  return {
    ...started,
    held,
    hold: () => {
      isHolding = true;
    },
    async release() {
      isHolding = false;
      for (const each of held.splice(0)) each.release();
      await settle();
    },
  };
}

/** Sends an operation with its own signal. */
const send = (
  { fetch }: Pick<ReturnType<typeof startHeld>, 'fetch'>,
  query: string,
  {
    headers = {},
    variables,
    signal,
  }: { headers?: Record<string, string>; variables?: object; signal?: AbortSignal } = {},
) =>
  fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  }).then((response) => response.json());

const namesIn = ({ data }: { data?: { models: { nodes: { displayName: string }[] } } }) =>
  data?.models.nodes.map(({ displayName }) => displayName);

describe('concurrent equal queries', () => {
  let started: ReturnType<typeof startHeld>;
  beforeEach(async () => {
    started = startHeld();
    await seedModel(started.upstream, 'A dress');
    started.takeRequests();
    started.hold();
  });

  test('concurrent equal queries are executed once', async () => {
    const pending = Array.from({ length: 5 }, () => send(started, MODELS));
    await settle();

    expect(started.takeRequests()).toEqual(['listModels']);
    await started.release();
    expect((await Promise.all(pending)).map(namesIn)).toEqual(Array.from({ length: 5 }, () => ['A dress']));
  });

  test('queries with different credentials are executed separately', async () => {
    const pending = [send(started, MODELS), send(started, MODELS, { headers: { 'x-api-key': 'other' } })];
    await settle();

    expect(started.takeRequests()).toEqual(['listModels', 'listModels']);
    await started.release();
    expect((await Promise.all(pending)).map(namesIn)).toEqual([['A dress'], []]);
  });

  test('a query joins only a query that started less than a second ago', async () => {
    const first = send(started, MODELS);
    await settle();
    await started.clock.advance(1_001);
    await seedModel(started.upstream, 'A coat');
    const second = send(started, MODELS);
    await settle();
    await started.release();

    expect((await Promise.all([first, second])).map(namesIn)).toEqual([['A dress'], ['A coat', 'A dress']]);
  });

  test('a query does not join a query that started before a write', async () => {
    const model = await seedModel(started.upstream, 'Before');
    started.takeRequests();
    const before = send(started, MODELS);
    await settle();
    const rename = 'mutation ($id: ID!) { renameModel(input: { id: $id, displayName: "After" }) { __typename } }';
    await send(started, rename, { variables: { id: model.globalId } });
    const after = send(started, MODELS);
    await settle();

    expect(started.takeRequests().filter((operation) => operation === 'listModels')).toHaveLength(2);
    await started.release();
    expect(namesIn(await before)).toContain('Before');
    expect(namesIn(await after)).toContain('After');
  });

  test('a shared query is aborted only when every caller has disconnected', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const pending = [first, second].map(({ signal }) => send(started, MODELS, { signal }).catch(() => 'aborted'));
    await settle();

    first.abort();
    await settle();
    expect(started.held[0]?.request.signal.aborted).toBe(false);
    second.abort();
    await settle();
    expect(started.held[0]?.request.signal.aborted).toBe(true);
    await Promise.all(pending);
  });

  test('the second caller gets a result after the first has disconnected', async () => {
    const first = new AbortController();
    const aborted = send(started, MODELS, { signal: first.signal }).catch(() => 'aborted');
    const second = send(started, MODELS);
    await settle();
    first.abort();
    await settle();
    await started.release();

    expect(namesIn(await second)).toEqual(['A dress']);
    await aborted;
  });

  test('a query is executed again after every caller of an equal one has disconnected', async () => {
    const abortController = new AbortController();
    const aborted = send(started, MODELS, { signal: abortController.signal }).catch(() => 'aborted');
    await settle();
    abortController.abort();
    await settle();
    const second = send(started, MODELS);
    await settle();
    await started.release();

    expect(namesIn(await second)).toEqual(['A dress']);
    await aborted;
  });

  test('a shared result contains its cost only for the callers that requested it', async () => {
    const pending = [
      send(started, MODELS),
      send(started, MODELS, { headers: { 'x-explain': 'cost' } }),
      send(started, MODELS),
    ];
    await settle();
    await started.release();

    const results: { extensions?: object }[] = await Promise.all(pending);
    expect(results.map(({ extensions }) => extensions !== undefined)).toEqual([false, true, false]);
  });
});

test('queries with equal variables are equal, in any order of the variables', async () => {
  const started = startHeld();
  const models = [await seedModel(started.upstream, 'One'), await seedModel(started.upstream, 'Two')];
  const query = 'query ($id: ID!, $all: Boolean = true) { model(id: $id) { displayName @include(if: $all) } }';
  const [one = '', two = ''] = models.map(({ globalId }) => globalId);
  started.takeRequests();
  started.hold();
  const pending = [
    { id: one, all: true },
    { all: true, id: one },
    { id: one },
    { id: one, all: false },
    { id: two },
  ].map((variables) => send(started, query, { variables }));
  await settle();
  await started.release();

  expect((await Promise.all(pending)).map(({ data }) => data.model)).toEqual([
    { displayName: 'One' },
    { displayName: 'One' },
    { displayName: 'One' },
    {},
    { displayName: 'Two' },
  ]);
});

test('concurrent equal mutations are each executed', async () => {
  const started = startHeld();
  const create = 'mutation { createModel(input: { displayName: "A dress" }) { __typename } }';

  await Promise.all([send(started, create), send(started, create)]);

  expect(started.takeRequests()).toEqual(['createModel', 'createModel']);
});

test('image URLs contain the base URL of the request, also for concurrent equal queries', async () => {
  const started = startHeld();
  const model = await seedModel(started.upstream, 'A dress', { images: 1 });
  const query = 'query ($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }';
  started.hold();
  const pending = ['localhost:1', 'localhost:2'].map((host) =>
    send(started, query, { headers: { host }, variables: { id: model.globalId } }),
  );
  await settle();
  await started.release();
  await started.release();

  const urls = (await Promise.all(pending)).map(({ data }) => new URL(data.model.dataItems.nodes[0].image.url).host);
  expect(urls).toEqual(['localhost:1', 'localhost:2']);
});

test('a query with a watch token does not join a concurrent one with its full credential', async () => {
  const started = startHeld();
  const model = await seedModel(started.upstream, 'A dress');
  const [mine = '', other = ''] = [
    await seedPrediction(started.upstream, [model.id]),
    await seedPrediction(started.upstream, [model.id]),
  ].map((id) => globalId({ kind: 'Prediction', id }));
  const { data } = await send(
    started,
    'mutation ($jobs: [ID!]!) { createWatchToken(input: { jobIds: $jobs }) { ... on CreateWatchTokenSuccess { token } } }',
    { variables: { jobs: [mine] } },
  );
  const query = 'query ($id: ID!) { prediction(id: $id) { prompt } }';
  started.hold();
  const pending = [{}, { 'x-watch-token': data.createWatchToken.token }].map((headers) =>
    send(started, query, { headers, variables: { id: other } }),
  );
  await settle();
  await started.release();

  const [owner, viewer] = await Promise.all(pending);
  expect(owner.data.prediction.prompt).toBe('a dress');
  expect(viewer.data?.prediction ?? null).toBeNull();
});

test('a failed query rejects for every caller, is ended, and is not joined afterwards', async () => {
  const singleFlight = new QuerySingleFlight(() => 0);
  const plan = {} as PlannedOperation;
  let [begun, ended] = [0, 0];
  const run = async () =>
    singleFlight.run(
      plan,
      () => 'a',
      { onAbort: () => () => {} },
      () => {
        begun++;
        return { result: Promise.reject(new Error('broken')), abort: () => {}, end: () => void ended++ };
      },
    );

  const outcomes = await Promise.allSettled([run(), run()]);
  await expect(run()).rejects.toThrow('broken');

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([begun, ended]).toEqual([2, 2]);
});

test('the key of a query is computed only to share its result', () => {
  const singleFlight = new QuerySingleFlight(() => 0);
  const plan = {} as PlannedOperation;
  const keys: string[] = [];
  const run = (result: RunningQuery | ExecutionResult) =>
    singleFlight.run(
      plan,
      () => {
        keys.push('a');
        return 'a';
      },
      { onAbort: () => () => {} },
      () => result,
    );
  const synchronous = { data: {} };

  expect(run(synchronous)).toBe(synchronous);
  expect(keys).toEqual([]);

  const running = run({ result: new Promise(() => {}), abort: () => {}, end: () => {} });
  expect(run(synchronous)).toBeInstanceOf(Promise);
  expect(keys.length).toBeGreaterThanOrEqual(2);
  expect(running).toBeInstanceOf(Promise);
});
