import { describe, expect, test } from 'vitest';
import { ACTIVE_STATUS_READS, MAX_SCANNED_PAGES } from '../../schema/costs.ts';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';

const activeJobs = graphql(`
  query ActiveJobs($first: Int) { activeJobs(first: $first) { isComplete jobs { __typename id status } } }
`);

/** Changes the upstream's responses to GETs of these paths. */
const changing = (
  path: RegExp,
  change: (response: Response) => Response | Promise<Response>,
  sandbox: StartOptions['sandbox'] = {},
): StartOptions => ({
  sandbox,
  transport: async (request, upstream) => {
    const response = await upstream(request);
    const isChanged = request.method === 'GET' && path.test(new URL(request.url).pathname);
    return isChanged ? change(response) : response;
  },
});
const failing = (status: number) => () => Response.json({ error: 'broken' }, { status });
const withoutStatus = async (response: Response) =>
  new Response((await response.text()).replaceAll(/"(status|createdAt)":"[^"]*",?/g, ''), response);

async function start(options: StartOptions = {}) {
  const started = startGateway(options);
  const { upstream, query, clock } = started;
  const model = await seedModel(upstream, 'Dresses', { images: 1 });
  return {
    ...started,
    model,
    train: async (modelId = model.id) =>
      globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) }),
    predict: async () => globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [model.id]) }),
    /** Lets all jobs finish that run now. */
    finishAll: () => clock.advance(60_000),
    active: async (first?: number) => {
      started.takeRequests();
      return await query(activeJobs, { first });
    },
  };
}

const ids = (result: { data: { activeJobs: { jobs: { id: string }[] } } | null | undefined }) =>
  result.data?.activeJobs.jobs.map(({ id }) => id);

describe('active jobs', () => {
  test('are the unfinished trainings and predictions, newest first, from lists only', async () => {
    const { train, predict, finishAll, active, clock, takeRequests, upstream } = await start();
    await predict();
    await train();
    await finishAll();
    const other = await seedModel(upstream, 'Shoes', { images: 1 });
    const jobs: string[] = [];
    for (const startJob of [predict, train, () => train(other.id), predict]) {
      jobs.unshift(await startJob());
      await clock.advance(1);
    }

    const result = await active();

    expect(ids(result)).toEqual(jobs);
    expect(result.data?.activeJobs.isComplete).toBe(true);
    expect(result.data?.activeJobs.jobs[0]).toEqual({ __typename: 'Prediction', id: jobs[0], status: 'QUEUED' });
    expect(takeRequests().toSorted()).toEqual(['listModels', 'listPredictions', 'listTrainings', 'listTrainings']);
  });

  test('are none without jobs', async () => {
    const { active } = await start();

    expect((await active()).data).toEqual({ activeJobs: { isComplete: true, jobs: [] } });
  });

  test.each([
    ['that repeats', (last: string) => ({ hasMore: true, nextPageCursor: last }), false],
    ['without paging', () => ({}), true],
  ])('are found in a list %s', async (_, endOf, isComplete) => {
    const { predict, active } = await start(
      changing(/\/predictions$/, async (response) => {
        const { predictions } = (await response.json()) as { predictions: { id: string }[] };
        lists.push(predictions);
        // The same page for every cursor.
        const [rows = []] = lists;
        return Response.json({ predictions: rows, ...endOf(rows.at(-1)?.id ?? '') });
      }),
    );
    const lists: { id: string }[][] = [];
    const jobs = [await predict(), await predict()];

    const result = await active();

    expect(ids(result)?.toSorted()).toEqual(jobs.toSorted());
    expect(result.data?.activeJobs.isComplete).toBe(isComplete);
    expect(lists).toHaveLength(2);
  });

  test('are incomplete if there are more than `first`', async () => {
    const { predict, active, clock } = await start();
    await predict();
    await clock.advance(1);
    const newest = await predict();

    expect((await active(1)).data?.activeJobs).toMatchObject({ isComplete: false, jobs: [{ id: newest }] });
    expect((await active(2)).data?.activeJobs.isComplete).toBe(true);
  });

  test.each([0, -1, 101])('cannot be read with `first: %i`', async (first) => {
    const { active, takeRequests } = await start();

    const { data, errors } = await active(first);

    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { message: expect.stringContaining('1 to 100'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(takeRequests()).toEqual([]);
  });

  test('cannot be read with a watch token', async () => {
    const { predict, query } = await start();
    const document = graphql(`
      mutation TokenForActive($ids: [ID!]!) {
        createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }
      }
    `);
    const { data } = await query(document, { ids: [await predict()] });
    const token = data?.createWatchToken && 'token' in data.createWatchToken ? data.createWatchToken.token : '';

    const { errors } = await query(activeJobs, {}, { 'x-watch-token': token });

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('cost at most what is estimated', async () => {
    const { query, fetch } = await start({ limits: { cost: 87 } });
    const explained = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-explain': 'cost' },
      body: JSON.stringify({ query: activeJobs.toString() }),
    });

    expect(await explained.json()).toMatchObject({ extensions: { cost: { requested: 87 } } });
    const document = '{ activeJobs(first: 3) { jobs { ... on Prediction { models { model { displayName } } } } } }';
    expect((await query(document)).errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COSTLY' } }]);
  });
});

describe('a limited scan', () => {
  test('stops after five pages of predictions and is incomplete', async () => {
    const { predict, active, takeRequests } = await start({ sandbox: { pageSize: 1 } });
    for (let count = 0; count < MAX_SCANNED_PAGES; count++) await predict();
    expect((await active()).data?.activeJobs.isComplete).toBe(true);
    await predict();

    const result = await active();

    expect(ids(result)).toHaveLength(MAX_SCANNED_PAGES);
    expect(result.data?.activeJobs.isComplete).toBe(false);
    expect(takeRequests().filter((operation) => operation === 'listPredictions')).toHaveLength(MAX_SCANNED_PAGES);
  });

  test('stops after two pages of models and is incomplete', async () => {
    const { active, takeRequests, upstream } = await start({ sandbox: { pageSize: 1 } });
    await seedModel(upstream, 'Shoes');
    expect((await active()).data?.activeJobs.isComplete).toBe(true);
    await seedModel(upstream, 'Hats', { trainings: 1 });

    expect((await active()).data?.activeJobs).toMatchObject({ isComplete: false, jobs: [{ __typename: 'Training' }] });
    expect(takeRequests().toSorted()).toEqual([
      ...['listModels', 'listModels', 'listPredictions', 'listTrainings', 'listTrainings'],
    ]);
  });

  test('reads one page of trainings of each model and is incomplete', async () => {
    const { active, train } = await start({ sandbox: { pageSize: 1 } });
    await train();
    const newest = await train();

    expect((await active()).data?.activeJobs).toMatchObject({ isComplete: false, jobs: [{ id: newest }] });
  });

  test('scans at most 40 models, however long the pages are', async () => {
    const { active, takeRequests, upstream } = await start({ sandbox: { pageSize: 50 } });
    for (let count = 0; count < 40; count++) await seedModel(upstream, `Model ${count}`);

    expect((await active()).data?.activeJobs.isComplete).toBe(false);
    expect(takeRequests().filter((operation) => operation === 'listTrainings')).toHaveLength(40);
  });

  test('never exceeds the request limit of the operation, and is incomplete', async () => {
    const limit = 89;
    const { query, predict, upstream, takeRequests } = await start({
      ...changing(/\/(predictions|models)$/, async (response) => {
        const text = await (await withoutStatus(response)).text();
        return new Response(text.replaceAll(/"displayName":"[^"]*",?/g, ''), response);
      }),
      limits: { cost: limit },
    });
    for (let count = 0; count < ACTIVE_STATUS_READS; count++) await predict();
    for (let count = 0; count < 38; count++) await seedModel(upstream, `Model ${count}`);
    takeRequests();

    // The estimate does not include a read of each model, whose row has no name.
    const { data } = await query(`{
      models(first: 39) { nodes { displayName } }
      activeJobs { isComplete jobs { id } }
    }`);

    expect(data).toMatchObject({ activeJobs: { isComplete: false } });
    expect(takeRequests()).toHaveLength(limit);
  });
});

describe('a list without statuses', () => {
  test('is completed by reads by id', async () => {
    const { predict, train, finishAll, active, takeRequests } = await start(
      changing(/\/(predictions|trainings)$/, withoutStatus),
    );
    await predict();
    await finishAll();
    const jobs = [await predict(), await train()];

    const result = await active();

    expect(ids(result)?.toSorted()).toEqual(jobs.toSorted());
    expect(result.data?.activeJobs.isComplete).toBe(true);
    expect(takeRequests().filter((operation) => operation?.startsWith('get'))).toHaveLength(3);
  });

  test('is completed for a limited number of jobs, the first of each list', async () => {
    const { predict, active, takeRequests } = await start(changing(/\/predictions$/, withoutStatus, { pageSize: 100 }));
    for (let count = 0; count <= ACTIVE_STATUS_READS; count++) await predict();

    const result = await active();

    expect(ids(result)).toHaveLength(ACTIVE_STATUS_READS);
    expect(result.data?.activeJobs.isComplete).toBe(false);
    expect(takeRequests().filter((operation) => operation === 'getPrediction')).toHaveLength(ACTIVE_STATUS_READS);
  });

  test('may contain a job that was deleted meanwhile', async () => {
    const options = changing(/\/predictions$/, withoutStatus);
    const { predict, active } = await start({
      transport: (request, upstream) =>
        /\/predictions\/./.test(request.url)
          ? Promise.resolve(failing(404)())
          : (options.transport?.(request, upstream) ?? upstream(request)),
    });
    await predict();

    expect((await active()).data).toEqual({ activeJobs: { isComplete: true, jobs: [] } });
  });

  test('may contain a job that cannot be read, which makes the result incomplete', async () => {
    const options = changing(/\/predictions$/, withoutStatus);
    const { predict, train, active } = await start({
      transport: (request, upstream) =>
        /\/predictions\/./.test(request.url)
          ? Promise.resolve(failing(500)())
          : (options.transport?.(request, upstream) ?? upstream(request)),
    });
    await predict();
    const id = await train();

    const { data, errors } = await active();

    expect(errors).toBeUndefined();
    expect(data?.activeJobs).toMatchObject({ isComplete: false, jobs: [{ id }] });
  });
});

describe('a failing list', () => {
  test.each([
    ['predictions', /\/predictions$/, 'Training'],
    ['models', /\/models$/, 'Prediction'],
    ['trainings', /\/trainings$/, 'Prediction'],
  ])('of %s leaves the jobs of the others', async (_, path, kind) => {
    const { predict, train, active } = await start(changing(path, failing(500)));
    await predict();
    await train();

    const { data, errors } = await active();

    expect(errors).toBeUndefined();
    expect(data?.activeJobs).toMatchObject({ isComplete: false, jobs: [{ __typename: kind }] });
  });

  test('is an error if all lists fail', async () => {
    const { active } = await start(changing(/./, failing(500)));

    const { data, errors } = await active();

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['activeJobs'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });

  test('is an error if the upstream rejects the key', async () => {
    const { active } = await start(changing(/\/predictions$/, failing(401)));

    expect((await active()).errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('of trainings is complete if its model was deleted meanwhile', async () => {
    const { active } = await start(changing(/\/trainings$/, failing(404)));

    expect((await active()).data).toEqual({ activeJobs: { isComplete: true, jobs: [] } });
  });

  test('contains rows that cannot be read', async () => {
    const { predict, active } = await start(
      changing(/\/predictions$/, async (response) => {
        const body = (await response.json()) as { predictions: unknown[] };
        return Response.json({ ...body, predictions: ['not a prediction', ...body.predictions] });
      }),
    );
    const id = await predict();

    expect((await active()).data?.activeJobs).toMatchObject({ isComplete: false, jobs: [{ id }] });
  });
});
