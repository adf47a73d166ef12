import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { createPrediction } from '../support/operations.ts';
import { seedModel } from '../support/seeds.ts';

const createPredictions = graphql(`
  mutation CreatePredictions($input: CreatePredictionsInput!) {
    createPredictions(input: $input) {
      __typename
      ... on CreatePredictionsSuccess {
        outcomes {
          idempotencyKey
          prediction { id status prompt }
          warnings
          error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }
        }
      }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);

const MODEL = globalId({ kind: 'Model', id: 'm0' });
const itemsWith = (count: number, model = MODEL) =>
  Array.from({ length: count }, (_, index) => ({
    models: [{ id: model, scale: 1 }],
    prompt: `prompt ${index}`,
    idempotencyKey: `key-${index}`,
  }));
type Query = Pick<ReturnType<typeof startGateway>, 'query'>;

async function create({ query }: Query, items: ReturnType<typeof itemsWith>) {
  const { data, errors } = await query(createPredictions, { input: { items } });
  const result = data?.createPredictions;
  return { result, errors, outcomes: result?.__typename === 'CreatePredictionsSuccess' ? result.outcomes : [] };
}

/** Starts a gateway whose upstream responds to `createPrediction` with `respond`. */
function startWith(
  respond: (prompt: string, nth: number, pass: () => Promise<Response>) => Response | Promise<Response>,
  options: StartOptions = {},
) {
  const sent: string[] = [];
  const started = startGateway({
    ...options,
    transport: async (request, upstream) => {
      if (request.method !== 'POST' || !request.url.endsWith('/predictions')) return upstream(request);
      const { prompt } = await request.clone().json();
      sent.push(prompt);
      return respond(prompt, sent.length, () => upstream(request));
    },
  });
  return { ...started, sent };
}

const accepted = (prompt: string) => Response.json({ predictionId: prompt.replace(' ', '-') });
const codesOf = (outcomes: Awaited<ReturnType<typeof create>>['outcomes']) =>
  outcomes.map(({ error }) => (error && 'code' in error ? error.code : (error?.__typename ?? null)));

describe('predictions that are started together', () => {
  test('100 predictions are started, each once, and watched with one subscription', async () => {
    const { query, upstream, takeRequests, fetch, clock } = startGateway();
    const { globalId: model } = await seedModel(upstream, 'Dresses', { trainings: 1 });
    await clock.advance(60_000);
    takeRequests();

    const { outcomes, errors } = await create({ query }, itemsWith(100, model));

    expect(errors).toBeUndefined();
    expect(outcomes.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      itemsWith(100).map((item) => item.idempotencyKey),
    );
    expect(outcomes.map(({ prediction }) => prediction?.prompt)).toEqual(itemsWith(100).map(({ prompt }) => prompt));
    expect(outcomes[99]).toMatchObject({
      prediction: { status: 'QUEUED' },
      warnings: [expect.stringContaining('does not include')],
      error: null,
    });
    const requests = takeRequests();
    expect(requests.filter((operation) => operation === 'createPrediction')).toHaveLength(100);
    expect(requests.filter((operation) => operation === 'listTrainings')).toHaveLength(1);

    const ids = outcomes.map(({ prediction }) => prediction?.id ?? '');
    expect(new Set(ids).size).toBe(100);
    const response = fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { id isFinished } }',
        variables: { ids },
      }),
    }).then((stream) => stream.text());
    let text: string | undefined;
    void response.then((received) => {
      text = received;
    });
    await until(() => clock.waits().length > 0);
    while (text === undefined) await clock.advance(10_000);
    const finished = [...(await response).matchAll(/"id":"([^"]+)","isFinished":true/g)].map(([, id]) => id);
    expect(finished.toSorted()).toEqual(ids.toSorted());
  });

  test('a repeated request returns the first results, and sends nothing', async () => {
    const started = startWith(accepted);
    const first = await create(started, itemsWith(5));
    const again = await create(started, [...itemsWith(5), { ...itemsWith(1)[0], idempotencyKey: 'new' } as never]);

    expect(again.outcomes.slice(0, 5).map(({ prediction }) => prediction?.id)).toEqual(
      first.outcomes.map(({ prediction }) => prediction?.id),
    );
    expect(started.sent).toHaveLength(6);
  });

  test('two equal requests at the same time start each prediction once', async () => {
    const started = startWith(accepted);

    const [one, two] = await Promise.all([create(started, itemsWith(20)), create(started, itemsWith(20))]);

    expect(one.outcomes.map(({ prediction }) => prediction?.id)).toEqual(
      two.outcomes.map(({ prediction }) => prediction?.id),
    );
    expect(started.sent).toHaveLength(20);
  });

  test('createPrediction accepts the same keys', async () => {
    const started = startWith(accepted);
    const [item] = itemsWith(1);

    const { outcomes } = await create(started, itemsWith(1));
    const single = await started.query(createPrediction, { input: item as NonNullable<typeof item> });

    expect(single.data?.createPrediction).toMatchObject({ prediction: { id: outcomes[0]?.prediction?.id } });
    expect(started.sent).toHaveLength(1);
  });
});

describe('invalid items', () => {
  test('all invalid values of all items are reported with their paths, and nothing is sent', async () => {
    const started = startWith(accepted);
    const [first, second, third] = itemsWith(3);

    const { result } = await create(started, [
      { ...first, prompt: ' ' },
      { ...second, imageCount: 5 },
      { ...third, idempotencyKey: '' },
    ] as never);

    const issues = result?.__typename === 'InvalidInputError' ? result.issues : [];
    expect(issues.map(({ path }) => path.join('.'))).toEqual([
      'input.items.0.prompt',
      'input.items.1.imageCount',
      'input.items.2.idempotencyKey',
    ]);
    expect(started.sent).toEqual([]);
  });

  test('two items with the same key are an InvalidInputError, and nothing is sent', async () => {
    const started = startWith(accepted);
    const [first, second] = itemsWith(2);

    const { result } = await create(started, [first, second, { ...second, idempotencyKey: 'key-0' }] as never);

    expect(result).toEqual({
      __typename: 'InvalidInputError',
      issues: [
        { path: ['input', 'items', '2', 'idempotencyKey'], message: 'Expected another key than in an earlier item.' },
      ],
    });
    expect(started.sent).toEqual([]);
  });

  test.each([
    [0, 'Expected at least one item.'],
    [101, 'Expected at most 100 items. Send the others in another request.'],
  ])('%i items are an InvalidInputError, and nothing is sent', async (count, message) => {
    const started = startWith(accepted);

    const { result } = await create(started, itemsWith(count));

    expect(result).toEqual({ __typename: 'InvalidInputError', issues: [{ path: ['input', 'items'], message }] });
    expect(started.sent).toEqual([]);
  });

  test('an invalid model id, an unknown model and a reused key are the outcomes of their items', async () => {
    const { query, upstream } = startGateway();
    const { globalId: model } = await seedModel(upstream, 'Dresses');
    const [one, two, three, four] = itemsWith(4, model);
    await create({ query }, itemsWith(1, model));

    const { outcomes } = await create({ query }, [
      { ...one, prompt: 'another prompt' },
      { ...two, models: [{ id: 'nonsense', scale: 1 }] },
      { ...three, models: [{ id: MODEL, scale: 1 }] },
      four,
    ] as never);

    expect(codesOf(outcomes)).toEqual(['ConflictError', 'NotFoundError', 'NotFoundError', null]);
    expect(outcomes.map(({ prediction }) => prediction?.prompt)).toEqual([undefined, undefined, undefined, 'prompt 3']);
  });
});

describe('an upstream that fails for some items', () => {
  test('failures are outcomes: sent items are unknown and are never sent again with their keys', async () => {
    let isHealthy = false;
    const started = startWith((prompt) => {
      if (prompt === 'prompt 1' && !isHealthy) return new Response(null, { status: 503 });
      if (prompt === 'prompt 2' && !isHealthy) return Response.json({ message: 'Out of credit.' }, { status: 402 });
      return accepted(prompt);
    });

    const { outcomes, errors } = await create(started, itemsWith(4));
    isHealthy = true;
    const again = await create(started, itemsWith(4));

    expect(errors).toBeUndefined();
    expect(codesOf(outcomes)).toEqual([null, 'UPSTREAM_OUTCOME_UNKNOWN', 'FORBIDDEN', null]);
    expect(codesOf(again.outcomes)).toEqual([null, 'UPSTREAM_OUTCOME_UNKNOWN', null, null]);
    expect(started.sent.toSorted()).toEqual(['prompt 0', 'prompt 1', 'prompt 2', 'prompt 2', 'prompt 3']);
  });

  test('at the deadline, no outcome is lost, and a repeated request completes them without paying twice', async () => {
    const releases: (() => void)[] = [];
    const started = startWith(
      (prompt) =>
        prompt === 'prompt 0' || releases.length >= 4
          ? accepted(prompt)
          : new Promise((resolve) => void releases.push(() => resolve(accepted(prompt)))),
      { deadline: 60_000, upstream: { concurrency: 16 } },
    );

    const pending = create(started, itemsWith(10));
    await until(() => started.sent.length === 5);
    await started.clock.advance(30_000);
    const { outcomes, errors } = await pending;

    expect(codesOf(outcomes)).toEqual([
      null,
      ...Array(4).fill('UPSTREAM_OUTCOME_UNKNOWN'),
      ...Array(5).fill('UPSTREAM_TIMEOUT'),
    ]);
    expect(outcomes[9]?.error).toMatchObject({ retryable: true, message: expect.stringContaining('was not sent') });
    expect(outcomes[0]?.prediction).toMatchObject({
      id: globalId({ kind: 'Prediction', id: 'prompt-0' }),
      status: 'UNKNOWN',
    });
    expect(errors).toBeUndefined();
    expect(started.sent).toHaveLength(5);

    for (const release of releases) release();
    await settle();
    const again = await create(started, itemsWith(10));

    expect(codesOf(again.outcomes)).toEqual(Array(10).fill(null));
    expect(started.sent.toSorted()).toEqual(itemsWith(10).map(({ prompt }) => prompt));
  });

  test('a rate limit holds the remaining items', async () => {
    let allowed = 3;
    const started = startWith(
      (prompt) =>
        allowed-- > 0 ? accepted(prompt) : new Response(null, { status: 429, headers: { 'retry-after': '2' } }),
      { upstream: { concurrency: 4 } },
    );

    const pending = create(started, itemsWith(12));
    for (let window = 0; window < 3; window++) {
      await until(() => started.clock.waits().includes(2_000));
      allowed = 3;
      await started.clock.advance(2_000);
    }

    const { outcomes } = await pending;
    expect(codesOf(outcomes)).toEqual(Array(12).fill(null));
    // Each prediction was accepted once, and one item per window was rejected.
    expect(started.sent).toHaveLength(12 + 3);
  });

  test('a store of keys that fails sends nothing', async () => {
    const store = openDiskStore('memory', { now: Date.now });
    const started = startWith(accepted, {
      idempotencyStore: { ...store, claim: () => Promise.reject(new Error('the disk is full')) },
    });

    const { outcomes } = await create(started, itemsWith(3));

    expect(codesOf(outcomes)).toEqual(Array(3).fill('SERVICE_UNAVAILABLE'));
    expect(started.sent).toEqual([]);
  });
});

test('the cost counts a write and a read per item, and each model once', async () => {
  const { query } = startGateway({ limits: { cost: 210 } });
  const items = (models: number) =>
    itemsWith(100).map((item, index) => ({
      ...item,
      models: [{ id: globalId({ kind: 'Model', id: `m${index % models}` }), scale: 1 }],
    }));

  expect((await create({ query }, items(10))).errors).toBeUndefined();
  expect((await create({ query }, items(11))).errors).toMatchObject([
    { extensions: { code: 'QUERY_TOO_COSTLY', cost: { requested: 211 } } },
  ]);
});
