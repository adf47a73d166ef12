import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

graphql(`
  fragment DeleteOutcomeFields on DeleteOutcome {
    id
    deletedId
    error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }
  }
`);
const deleteModels = graphql(`
  mutation DeleteModels($input: DeleteModelsInput!) {
    deleteModels(input: $input) {
      __typename
      ... on DeleteModelsSuccess { outcomes { ...DeleteOutcomeFields } }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);
const deleteDataItems = graphql(`
  mutation DeleteDataItems($input: DeleteDataItemsInput!) {
    deleteDataItems(input: $input) { ... on DeleteDataItemsSuccess { outcomes { ...DeleteOutcomeFields } } }
  }
`);
const deleteTrainings = graphql(`
  mutation DeleteTrainings($input: DeleteTrainingsInput!) {
    deleteTrainings(input: $input) { ... on DeleteTrainingsSuccess { outcomes { ...DeleteOutcomeFields } } }
  }
`);
const deletePredictions = graphql(`
  mutation DeletePredictions($input: DeletePredictionsInput!) {
    deletePredictions(input: $input) { ... on DeletePredictionsSuccess { outcomes { ...DeleteOutcomeFields } } }
  }
`);
const nodes = graphql(`query DeletedNodes($ids: [ID!]!) { nodes(ids: $ids) { __typename } }`);

const modelIds = (count: number) =>
  Array.from({ length: count }, (_, index) => globalId({ kind: 'Model', id: `m${index}` }));
const deleted = (id: string) => ({ id, deletedId: id, error: null });

/** Starts a gateway whose upstream responds to deletions with `respond`. */
function startWith(respond: (id: string, nth: number) => Response | Promise<Response>, options: StartOptions = {}) {
  const sent: string[] = [];
  const started = startGateway({
    ...options,
    transport: async (request, upstream) => {
      if (request.method !== 'DELETE') return upstream(request);
      const id = new URL(request.url).pathname.split('/').at(-1) ?? '';
      sent.push(id);
      return respond(id, sent.length);
    },
  });
  return { ...started, sent };
}

async function outcomesOf(pending: ReturnType<typeof runDeleteModels>) {
  const { data, errors } = await pending;
  const result = data?.deleteModels;
  return { errors, outcomes: result?.__typename === 'DeleteModelsSuccess' ? result.outcomes : [] };
}
const runDeleteModels = ({ query }: Pick<ReturnType<typeof startGateway>, 'query'>, ids: string[]) =>
  query(deleteModels, { input: { ids } });
const OK = () => Response.json({});

describe('deletions of several objects', () => {
  test('objects of each type are deleted, and no longer found', async () => {
    const { query, upstream } = startGateway();
    const first = await seedModel(upstream, 'First', { images: 2, trainings: 2 });
    const second = await seedModel(upstream, 'Second');
    const modelId = first.id;
    const dataItems = first.dataItems.map((id) => globalId({ kind: 'DataItem', modelId, id }));
    const trainings = first.trainings.map((id) => globalId({ kind: 'Training', modelId, id }));
    const predictions = [await seedPrediction(upstream, [modelId]), await seedPrediction(upstream, [modelId])].map(
      (id) => globalId({ kind: 'Prediction', id }),
    );
    const models = [first.globalId, second.globalId];
    // Cached, so that a deletion that does not evict them is noticed.
    await query(nodes, { ids: [...predictions, ...trainings] });

    expect((await query(deletePredictions, { input: { ids: predictions } })).data?.deletePredictions).toEqual({
      outcomes: predictions.map(deleted),
    });
    expect((await query(deleteTrainings, { input: { ids: trainings } })).data?.deleteTrainings).toEqual({
      outcomes: trainings.map(deleted),
    });
    expect((await query(deleteDataItems, { input: { ids: dataItems } })).data?.deleteDataItems).toEqual({
      outcomes: dataItems.map(deleted),
    });
    expect((await query(deleteModels, { input: { ids: models } })).data?.deleteModels).toMatchObject({
      outcomes: models.map(deleted),
    });

    const ids = [...models, ...dataItems, ...trainings, ...predictions];
    expect((await query(nodes, { ids })).data?.nodes).toEqual(ids.map(() => null));
  });

  test('finished jobs are evicted from the cache', async () => {
    const { query, upstream, clock } = startGateway();
    const { id: modelId, trainings } = await seedModel(upstream, 'Dresses', { trainings: 2 });
    const ids = trainings.map((id) => globalId({ kind: 'Training', modelId, id }));
    await clock.advance(60_000);
    const statuses = graphql(`query CachedStatuses($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { status } } }`);
    expect((await query(statuses, { ids })).data?.nodes).toEqual([{ status: 'COMPLETED' }, { status: 'COMPLETED' }]);

    await query(deleteTrainings, { input: { ids } });

    expect((await query(statuses, { ids })).data?.nodes).toEqual([null, null]);
  });

  test('outcomes are in the order of the ids: unknown ids and ids of other types are NotFoundErrors', async () => {
    const { query, upstream, takeRequests } = startGateway();
    const { globalId: id } = await seedModel(upstream, 'Dresses');
    const [unknown = ''] = modelIds(1);
    const other = globalId({ kind: 'Prediction', id: 'abc' });
    takeRequests();

    const { outcomes } = await outcomesOf(runDeleteModels({ query }, [unknown, other, 'nonsense', id]));

    const notFound = (missing: string) => ({
      id: missing,
      deletedId: null,
      error: { __typename: 'NotFoundError', id: missing, message: expect.any(String) },
    });
    expect(outcomes).toEqual([notFound(unknown), notFound(other), notFound('nonsense'), deleted(id)]);
    expect(takeRequests()).toEqual(['deleteModel', 'deleteModel']);
  });

  test('an id that occurs twice is deleted once, and has two equal outcomes', async () => {
    const started = startWith(OK);
    const [one = '', two = ''] = modelIds(2);

    const { outcomes } = await outcomesOf(runDeleteModels(started, [one, two, one]));

    expect(outcomes).toEqual([deleted(one), deleted(two), deleted(one)]);
    expect(started.sent).toEqual(['m0', 'm1']);
  });

  test.each([
    [0, 'Expected at least one id.'],
    [101, 'Expected at most 100 ids. Send the others in another request.'],
  ])('%i ids are an InvalidInputError, and nothing is sent', async (count, message) => {
    const started = startWith(OK);

    const { data } = await runDeleteModels(started, modelIds(count));

    expect(data?.deleteModels).toEqual({
      __typename: 'InvalidInputError',
      issues: [{ path: ['input', 'ids'], message }],
    });
    expect(started.sent).toEqual([]);
  });

  test('at most a quarter of the concurrent requests of the key are used', async () => {
    let running = 0;
    let most = 0;
    const started = startWith(
      async () => {
        running++;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running--;
        return OK();
      },
      { upstream: { concurrency: 12 } },
    );

    const { outcomes } = await outcomesOf(runDeleteModels(started, modelIds(100)));

    expect(outcomes).toEqual(modelIds(100).map(deleted));
    expect(most).toBe(3);
  });

  test('two operations of a key share its pace', async () => {
    const waiting: (() => void)[] = [];
    const started = startWith(() => new Promise((resolve) => void waiting.push(() => resolve(OK()))), {
      upstream: { concurrency: 8 },
    });

    const both = [runDeleteModels(started, modelIds(5)), runDeleteModels(started, modelIds(10).slice(5))];
    await until(() => waiting.length === 2);
    await settle();
    expect(waiting).toHaveLength(2);
    await until(() => {
      for (const release of waiting.splice(0)) release();
      return started.sent.length === 10;
    });
    for (const release of waiting.splice(0)) release();

    for (const pending of both) expect((await outcomesOf(pending)).outcomes).toHaveLength(5);
  });
});

describe('failures of single deletions', () => {
  test('each failure is the outcome of its id, however many they are, and never an error of the response', async () => {
    const started = startWith((id) =>
      Number(id.slice(1)) % 2 ? OK() : Response.json({ message: 'No.' }, { status: 403 }),
    );

    const { outcomes, errors } = await outcomesOf(runDeleteModels(started, modelIds(100)));

    expect(errors).toBeUndefined();
    const forbidden = {
      __typename: 'RequestFailedError',
      message: 'No.',
      code: 'FORBIDDEN',
      retryable: false,
      retryAfter: null,
    };
    expect(outcomes).toEqual(
      modelIds(100).map((id, index) => (index % 2 ? deleted(id) : { id, deletedId: null, error: forbidden })),
    );
  });

  test('an upstream failure is retried, and then is a retryable outcome', async () => {
    const started = startWith((id) => (id === 'm1' ? new Response(null, { status: 503 }) : OK()));

    const { outcomes } = await outcomesOf(runDeleteModels(started, modelIds(3)));

    expect(outcomes.map(({ error }) => error)).toEqual([
      null,
      expect.objectContaining({ code: 'UPSTREAM_UNAVAILABLE', retryable: true }),
      null,
    ]);
    expect(started.sent.filter((id) => id === 'm1')).toHaveLength(3);
  });

  test('an unexpected error is logged, and is in the errors of the response, too', async () => {
    const started = startWith(() => Promise.reject(new RangeError('a bug')));
    const [id = ''] = modelIds(1);

    const { outcomes, errors } = await outcomesOf(runDeleteModels(started, [id]));

    expect(outcomes).toMatchObject([
      { id, deletedId: null, error: { code: 'INTERNAL_SERVER_ERROR', retryable: false } },
    ]);
    expect(errors).toMatchObject([
      { path: ['deleteModels', 'outcomes', 0, 'deletedId'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    const logId = /[\w-]{36}/.exec(errors?.[0]?.message ?? '')?.[0] ?? '';
    expect(started.logLines.filter((line) => line.includes(logId) && line.includes('a bug'))).toHaveLength(1);
  });

  test('a rejected key is the outcome of every id that was not deleted', async () => {
    const started = startWith((_, nth) => (nth <= 2 ? OK() : new Response(null, { status: 401 })), {
      upstream: { concurrency: 4 },
    });

    const { outcomes } = await outcomesOf(runDeleteModels(started, modelIds(10)));

    expect(outcomes.map(({ error }) => (error && 'code' in error ? error.code : null))).toEqual([
      null,
      null,
      ...Array(8).fill('UNAUTHENTICATED'),
    ]);
    expect(started.sent).toHaveLength(3);
  });

  test('a request without a key fails as a whole', async () => {
    const started = startGateway({ config: { ownKey: undefined } });

    const { data, errors } = await runDeleteModels(started, modelIds(2));

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['deleteModels'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('rate limits of the upstream', () => {
  const limited = (seconds?: number) =>
    new Response(null, { status: 429, headers: seconds === undefined ? {} : { 'retry-after': String(seconds) } });

  test('a pause that the upstream requests holds the remaining deletions, which then succeed', async () => {
    let isLimited = true;
    const started = startWith((_, nth) => (nth > 2 && isLimited ? limited(5) : OK()), { upstream: { concurrency: 4 } });

    const pending = outcomesOf(runDeleteModels(started, modelIds(10)));
    await until(() => started.clock.waits().includes(5_000));
    expect(started.sent).toHaveLength(3);
    await started.clock.advance(4_999);
    expect(started.sent).toHaveLength(3);
    isLimited = false;
    await started.clock.advance(1);

    expect((await pending).outcomes).toEqual(modelIds(10).map(deleted));
    expect(new Set(started.sent).size).toBe(10);
    expect(started.sent).toHaveLength(11);
    expect(started.clock.waits()).toEqual([]);
  });

  test('a pause that the upstream requests in the response to a read of the key holds deletions, too', async () => {
    let deletions = 0;
    const started = startGateway({
      transport: async (request) => {
        if (request.method === 'GET') return limited(5);
        deletions++;
        return OK();
      },
    });
    const ids = modelIds(3);
    await started.query(nodes, { ids: ids.slice(0, 1) });

    const pending = outcomesOf(runDeleteModels(started, ids));
    await until(() => started.clock.waits().includes(5_000));
    expect(deletions).toBe(0);
    await started.clock.advance(5_000);

    expect((await pending).outcomes).toEqual(ids.map(deleted));
  });

  test.each([
    ['without a time', undefined],
    ['with a time that is over', 0],
  ])('a rate limit %s pauses for times that double', async (_, seconds) => {
    const started = startWith(() => limited(seconds), { upstream: { concurrency: 4 } });
    const pending = outcomesOf(runDeleteModels(started, modelIds(2)));
    await until(() => started.clock.waits().includes(1_000));
    const tries: number[] = [];
    for (const pause of [1_000, 2_000, 4_000]) {
      tries.push(started.sent.length);
      await started.clock.advance(pause);
    }
    tries.push(started.sent.length);

    // Each try is a request with two retries.
    expect(tries).toEqual([3, 6, 9, 12]);
    // The next pause would be longer than the time that is left.
    await started.clock.advance(8_000);
    expect((await pending).outcomes.map(({ error }) => error)).toEqual(
      modelIds(2).map(() => expect.objectContaining({ code: 'RATE_LIMITED', retryable: true, retryAfter: 16 })),
    );
  });

  test('a pause beyond the deadline ends the operation at once: the others are RATE_LIMITED', async () => {
    const started = startWith((_, nth) => (nth > 2 ? limited(120) : OK()), { upstream: { concurrency: 4 } });

    const { outcomes } = await outcomesOf(runDeleteModels(started, modelIds(5)));

    expect(outcomes.map(({ error }) => error)).toEqual([
      null,
      null,
      ...Array(3).fill(expect.objectContaining({ code: 'RATE_LIMITED', retryable: true, retryAfter: 120 })),
    ]);
    expect(started.sent).toEqual(['m0', 'm1', 'm2']);
  });

  test.each([
    ['is deleted if the first attempt may have deleted it', 503, deleted],
    [
      'is not found if no attempt can have deleted it',
      429,
      (id: string) => ({ id, deletedId: null, error: expect.objectContaining({ __typename: 'NotFoundError' }) }),
    ],
  ])('an object that is missing after a rate limit %s', async (_, first, outcomeOf) => {
    const started = startWith((_, nth) =>
      nth === 1 ? new Response(null, { status: first }) : nth <= 3 ? limited() : new Response(null, { status: 404 }),
    );
    const [id = ''] = modelIds(1);

    const pending = outcomesOf(runDeleteModels(started, [id]));
    await until(() => started.clock.waits().includes(1_000));
    await started.clock.advance(1_000);

    expect((await pending).outcomes).toEqual([outcomeOf(id)]);
    expect(started.sent).toHaveLength(4);
  });

  test('repeated attempts do not count for the cost limit', async () => {
    const started = startWith((_, nth) => (nth % 2 ? limited(1) : OK()), { limits: { cost: 5 } });

    const pending = outcomesOf(runDeleteModels(started, modelIds(5)));
    await started.clock.advance(20_000);

    expect((await pending).outcomes).toEqual(modelIds(5).map(deleted));
  });

  test('a full request queue of the key holds the deletions', async () => {
    const reads: (() => void)[] = [];
    const started = startGateway({
      upstream: { concurrency: 1, waiting: 1 },
      transport: (request) =>
        request.method === 'DELETE'
          ? Promise.resolve(OK())
          : new Promise((resolve) => void reads.push(() => resolve(Response.json({ displayName: 'A' })))),
    });
    // One runs, the other waits: the queue is full.
    const read = graphql(
      `query TwoModels($a: ID!, $b: ID!) { a: model(id: $a) { displayName } b: model(id: $b) { displayName } }`,
    );
    const [a = '', b = '', ...ids] = modelIds(5);
    const reading = started.query(read, { a, b });
    await until(() => reads.length === 1);

    const pending = outcomesOf(runDeleteModels(started, ids));
    await until(() => started.clock.waits().includes(1_000));
    for (let released = 0; released < 2; released++) {
      await until(() => reads.length > 0);
      reads.pop()?.();
    }
    expect((await reading).errors).toBeUndefined();
    await started.clock.advance(1_000);

    expect((await pending).outcomes).toEqual(ids.map(deleted));
  });
});

describe('the end of an operation', () => {
  test('at the deadline, sent deletions are unknown, and the others say that they were not sent', async () => {
    const started = startWith((id) => (id === 'm0' ? OK() : new Promise<Response>(() => {})), {
      deadline: 60_000,
      upstream: { concurrency: 8 },
    });

    const pending = outcomesOf(runDeleteModels(started, modelIds(5)));
    await until(() => started.sent.length === 3);
    await started.clock.advance(30_000);

    const { outcomes, errors } = await pending;
    expect(errors).toBeUndefined();
    const unknown = expect.objectContaining({ code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false });
    const notSent = expect.objectContaining({
      code: 'UPSTREAM_TIMEOUT',
      retryable: true,
      message: expect.stringContaining('was not sent'),
    });
    expect(outcomes.map(({ error }) => error)).toEqual([null, unknown, unknown, notSent, notSent]);
    expect(started.sent).toEqual(['m0', 'm1', 'm2']);
  });

  test('no deletion starts after the client has disconnected', async () => {
    const releases: (() => void)[] = [];
    const started = startWith(() => new Promise((resolve) => void releases.push(() => resolve(OK()))), {
      upstream: { concurrency: 8 },
    });
    const client = new AbortController();
    const pending = started
      .fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: String(deleteModels), variables: { input: { ids: modelIds(5) } } }),
        signal: client.signal,
      })
      .catch((error: unknown) => error);
    await until(() => started.sent.length === 2);

    client.abort();
    for (const release of releases.splice(0)) release();
    await pending;
    await until(() => started.clock.waits().length === 0);

    expect(started.sent).toEqual(['m0', 'm1']);
  });
});

test('a watch token may not delete', async () => {
  const started = startGateway();
  const { id: modelId, trainings, globalId: model } = await seedModel(started.upstream, 'Dresses', { trainings: 1 });
  const job = globalId({ kind: 'Training', modelId, id: trainings[0] ?? '' });
  const { data } = await started.query<{ createWatchToken: { token: string } }, object>(
    'mutation ($ids: [ID!]!) { createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } } }',
    { ids: [job] },
  );
  started.takeRequests();

  const { errors } = await started.query(
    deleteModels,
    { input: { ids: [model] } },
    {
      'x-watch-token': data?.createWatchToken.token ?? '',
    },
  );

  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect(started.takeRequests()).toEqual([]);
});
