import { beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import type { PlannedOperation } from '../../src/executor/plan.ts';
import { QuerySingleFlight } from '../../src/operations/single-flight.ts';
import { settle } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const MODELS = '{ models { nodes { displayName } } }';

/** A gateway whose upstream keeps its answers to reads back until they are let go. */
function startHeld(options: StartOptions = {}) {
  let isHolding = false;
  const held: { request: Request; letGo: () => void }[] = [];
  const started = startGateway({
    ...options,
    sandbox: { keys: ['other'], ...options.sandbox },
    transport: async (request, upstream) => {
      if (!isHolding || request.method !== 'GET') return await upstream(request);
      // What was read before the answer is let go is what the upstream said then.
      const answer = await upstream(request.clone());
      await new Promise<void>((resolve, reject) => {
        held.push({ request, letGo: resolve });
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
      return answer;
    },
  });
  return {
    ...started,
    held,
    hold: () => {
      isHolding = true;
    },
    async letGo() {
      isHolding = false;
      for (const each of held.splice(0)) each.letGo();
      await settle();
    },
  };
}

/** Sends an operation with a signal of its own. */
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

describe('queries that are asked alike at the same time', () => {
  let started: ReturnType<typeof startHeld>;
  beforeEach(async () => {
    started = startHeld();
    await seedModel(started.upstream, 'A dress');
    started.takeRequests();
    started.hold();
  });

  test('are answered once', async () => {
    const asking = Array.from({ length: 5 }, () => send(started, MODELS));
    await settle();

    expect(started.takeRequests()).toEqual(['listModels']);
    await started.letGo();
    expect((await Promise.all(asking)).map(namesIn)).toEqual(Array.from({ length: 5 }, () => ['A dress']));
  });

  test('are none of one another with another credential', async () => {
    const asking = [send(started, MODELS), send(started, MODELS, { headers: { 'x-api-key': 'other' } })];
    await settle();

    expect(started.takeRequests()).toEqual(['listModels', 'listModels']);
    await started.letGo();
    expect((await Promise.all(asking)).map(namesIn)).toEqual([['A dress'], []]);
  });

  test('are not joined for longer than a second', async () => {
    const first = send(started, MODELS);
    await settle();
    await started.clock.advance(1_001);
    await seedModel(started.upstream, 'A coat');
    const second = send(started, MODELS);
    await settle();
    await started.letGo();

    expect((await Promise.all([first, second])).map(namesIn)).toEqual([['A dress'], ['A coat', 'A dress']]);
  });

  test('are not those that a write has made old, whoever wrote', async () => {
    const model = await seedModel(started.upstream, 'Before');
    started.takeRequests();
    const before = send(started, MODELS);
    await settle();
    const rename = 'mutation ($id: ID!) { renameModel(input: { id: $id, displayName: "After" }) { __typename } }';
    await send(started, rename, { variables: { id: model.globalId } });
    const after = send(started, MODELS);
    await settle();

    expect(started.takeRequests().filter((operation) => operation === 'listModels')).toHaveLength(2);
    await started.letGo();
    expect(namesIn(await before)).toContain('Before');
    expect(namesIn(await after)).toContain('After');
  });

  test('go on when one of those who asked leaves, and end when all have left', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const asking = [first, second].map(({ signal }) => send(started, MODELS, { signal }).catch(() => 'left'));
    await settle();

    first.abort();
    await settle();
    expect(started.held[0]?.request.signal.aborted).toBe(false);
    second.abort();
    await settle();
    expect(started.held[0]?.request.signal.aborted).toBe(true);
    await Promise.all(asking);
  });

  test('are left by the first without harm to the second', async () => {
    const first = new AbortController();
    const left = send(started, MODELS, { signal: first.signal }).catch(() => 'left');
    const stayed = send(started, MODELS);
    await settle();
    first.abort();
    await settle();
    await started.letGo();

    expect(namesIn(await stayed)).toEqual(['A dress']);
    await left;
  });

  test('are begun anew after all have left', async () => {
    const leaving = new AbortController();
    const left = send(started, MODELS, { signal: leaving.signal }).catch(() => 'left');
    await settle();
    leaving.abort();
    await settle();
    const second = send(started, MODELS);
    await settle();
    await started.letGo();

    expect(namesIn(await second)).toEqual(['A dress']);
    await left;
  });

  test('tell their cost to none but who wants to know it', async () => {
    const asking = [
      send(started, MODELS),
      send(started, MODELS, { headers: { 'x-explain': 'cost' } }),
      send(started, MODELS),
    ];
    await settle();
    await started.letGo();

    const answers: { extensions?: object }[] = await Promise.all(asking);
    expect(answers.map(({ extensions }) => extensions !== undefined)).toEqual([false, true, false]);
  });
});

test('variables tell queries apart, in whichever order they come', async () => {
  const started = startHeld();
  const models = [await seedModel(started.upstream, 'One'), await seedModel(started.upstream, 'Two')];
  const query = 'query ($id: ID!, $all: Boolean = true) { model(id: $id) { displayName @include(if: $all) } }';
  const [one = '', two = ''] = models.map(({ globalId }) => globalId);
  started.takeRequests();
  started.hold();
  const asking = [
    { id: one, all: true },
    { all: true, id: one },
    { id: one },
    { id: one, all: false },
    { id: two },
  ].map((variables) => send(started, query, { variables }));
  await settle();
  await started.letGo();

  expect((await Promise.all(asking)).map(({ data }) => data.model)).toEqual([
    { displayName: 'One' },
    { displayName: 'One' },
    { displayName: 'One' },
    {},
    { displayName: 'Two' },
  ]);
});

test('mutations that are asked alike at the same time are as many as were asked', async () => {
  const started = startHeld();
  const create = 'mutation { createModel(input: { displayName: "A dress" }) { __typename } }';

  await Promise.all([send(started, create), send(started, create)]);

  expect(started.takeRequests()).toEqual(['createModel', 'createModel']);
});

test('whoever asks under another address gets addresses of pictures that lead there', async () => {
  const started = startHeld();
  const model = await seedModel(started.upstream, 'A dress', { images: 1 });
  const query = 'query ($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }';
  started.hold();
  const asking = ['localhost:1', 'localhost:2'].map((host) =>
    send(started, query, { headers: { host }, variables: { id: model.globalId } }),
  );
  await settle();
  await started.letGo();
  await started.letGo();

  const urls = (await Promise.all(asking)).map(({ data }) => new URL(data.model.dataItems.nodes[0].image.url).host);
  expect(urls).toEqual(['localhost:1', 'localhost:2']);
});

test('a watch token does not show what its credential is asked at the same time', async () => {
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
  const asking = [{}, { 'x-watch-token': data.createWatchToken.token }].map((headers) =>
    send(started, query, { headers, variables: { id: other } }),
  );
  await settle();
  await started.letGo();

  const [owner, viewer] = await Promise.all(asking);
  expect(owner.data.prediction.prompt).toBe('a dress');
  expect(viewer.data?.prediction ?? null).toBeNull();
});

test('a failure is told to all who wait for it, ends their time, and is joined by nobody', async () => {
  const underWay = new QuerySingleFlight(() => 0);
  const plan = {} as PlannedOperation;
  let [begun, ended] = [0, 0];
  const ask = async () =>
    underWay.run(plan, 'a', { onAbort: () => () => {} }, () => {
      begun++;
      return { result: Promise.reject(new Error('broken')), abort: () => {}, end: () => void ended++ };
    });

  const outcomes = await Promise.allSettled([ask(), ask()]);
  await expect(ask()).rejects.toThrow('broken');

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([begun, ended]).toEqual([2, 2]);
});
