import { describe, expect, test } from 'vitest';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const models = graphql(`
  query Models($first: Int, $after: String) {
    models(first: $first, after: $after) {
      edges { cursor node { id displayName } }
      nodes { displayName }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`);

const modelPredictions = graphql(`
  query ModelPredictions($id: ID!, $first: Int, $after: String) {
    model(id: $id) {
      predictions(first: $first, after: $after) {
        nodes { prompt }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

/** Starts a gateway with a number of models, named by their position in the upstream's order. */
async function startWithModels(count: number, options: StartOptions = {}) {
  const started = startGateway(options);
  for (let index = count - 1; index >= 0; index--) await seedModel(started.upstream, `Model ${index}`);
  started.takeRequests();
  return started;
}

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ displayName: `Model ${from + index}` }));

describe('a page of any size', () => {
  test.each([
    { first: 1, pageSize: 1 },
    { first: 1, pageSize: 5 },
    { first: 3, pageSize: 2 },
    { first: 4, pageSize: 2 },
    { first: 5, pageSize: 5 },
    { first: 7, pageSize: 3 },
    { first: 100, pageSize: 3 },
  ])(
    'pages of $first nodes contain all eleven models, over upstream pages of $pageSize',
    async ({ first, pageSize }) => {
      const { query } = await startWithModels(11, { sandbox: { pageSize } });
      const pages = await walk(async (after) => (await query(models, { first, after })).data?.models);

      for (const [index, page] of pages.entries()) {
        expect(page.nodes.length).toBeLessThanOrEqual(first);
        expect(page.pageInfo).toEqual({
          hasNextPage: index < pages.length - 1,
          hasPreviousPage: index > 0,
          startCursor: page.edges[0]?.cursor,
          endCursor: page.edges.at(-1)?.cursor,
        });
      }
      expect(pages.flatMap(({ nodes }) => nodes)).toEqual(names(0, 11));
    },
  );

  test('a page has twenty nodes if `first` is omitted or null', async () => {
    const { query } = await startWithModels(21);

    expect((await query(models, {})).data?.models.nodes).toHaveLength(20);
    expect((await query(models, { first: null })).data?.models.nodes).toHaveLength(20);
  });

  test.each([0, -1, 101])('`first: %i` is rejected', async (first) => {
    const { query, takeRequests } = startGateway();

    const { data, errors } = await query(models, { first });

    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { message: expect.stringContaining('1 to 100'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(takeRequests()).toEqual([]);
  });
});

test('an empty list has no cursors', async () => {
  const { query } = startGateway();

  expect((await query(models, {})).data?.models).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('a page that ends with the upstream page reads no further', async () => {
  const { query, takeRequests } = await startWithModels(4, { sandbox: { pageSize: 2 } });

  const { data } = await query(models, { first: 2 });

  expect(data?.models.pageInfo.hasNextPage).toBe(true);
  expect(takeRequests()).toEqual(['listModels']);
});

test('if the upstream does not report whether more follows, one more page is read', async () => {
  const { query, takeRequests } = await startWithModels(2, {
    sandbox: { pageSize: 2 },
    transport: async (request, upstream) => {
      const { models: rows } = (await (await upstream(request)).json()) as { models: unknown };
      return Response.json({ models: rows });
    },
  });

  const { data } = await query(models, { first: 2 });

  expect(data?.models).toMatchObject({ nodes: names(0, 2), pageInfo: { hasNextPage: false } });
  expect(takeRequests()).toEqual(['listModels', 'listModels']);
});

describe('an upstream that returns the whole list for every cursor', () => {
  const unpaged: StartOptions['transport'] = async (request, upstream) => {
    if (request.method !== 'GET') return upstream(request);
    const whole = (await (await upstream(new Request('http://sandbox.internal/models', request))).json()) as {
      models: unknown;
    };
    return Response.json({ models: whole.models });
  };

  test.each([3, 4, 100])('lists each item once: first %i', async (first) => {
    const { query } = await startWithModels(3, { transport: unpaged });

    const { data, errors } = await query(models, { first });

    expect(errors).toBeUndefined();
    expect(data?.models).toMatchObject({ nodes: names(0, 3), pageInfo: { hasNextPage: false } });
  });

  test('continues after a cursor', async () => {
    const { query } = await startWithModels(3, { transport: unpaged });
    const start = await query(models, { first: 2 });
    const after = start.data?.models.pageInfo.endCursor;

    const { data } = await query(models, { first: 2, after });

    expect(start.data?.models).toMatchObject({ nodes: names(0, 2), pageInfo: { hasNextPage: true } });
    expect(data?.models).toMatchObject({ nodes: names(2, 3), pageInfo: { hasNextPage: false } });
  });
});

test('page cursors that form a cycle are an error, not an endless scan', async () => {
  const { query } = await startWithModels(2, {
    transport: async (request, upstream) => {
      if (request.method !== 'GET') return upstream(request);
      const { models: rows } = (await (
        await upstream(new Request('http://sandbox.internal/models', request))
      ).json()) as {
        models: { id: string }[];
      };
      return Response.json({ models: rows, hasMore: true, nextPageCursor: rows.at(-1)?.id });
    },
  });

  const { errors } = await query(models, { first: 100 });

  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
});

test('upstream cursors of any characters are sent back unchanged, also after a round trip through the client', async () => {
  const opaque = (id: unknown) => (typeof id === 'string' ? `${'é/+:%=&? '.repeat(40)}${id}` : id);
  const seen: string[] = [];
  const { query } = await startWithModels(5, {
    sandbox: { pageSize: 2 },
    transport: async (request, upstream) => {
      if (request.method !== 'GET') return upstream(request);
      const url = new URL(request.url);
      const cursor = url.searchParams.get('lastDocId');
      if (cursor?.includes(':')) {
        seen.push(cursor);
        url.searchParams.set('lastDocId', cursor.split(' ').at(-1) ?? '');
      }
      const page = (await (await upstream(new Request(url, request))).json()) as { nextPageCursor: unknown };
      return Response.json({ ...page, nextPageCursor: opaque(page.nextPageCursor) });
    },
  });

  const pages = await walk(async (after) => (await query(models, { first: 2, after })).data?.models);

  expect(pages.flatMap(({ nodes }) => nodes)).toEqual(names(0, 5));
  expect(seen).toHaveLength(2);
  expect(new Set(seen.map((cursor) => cursor.slice(0, 9)))).toEqual(new Set(['é/+:%=&? ']));
});

describe('empty pages', () => {
  test('the cursor of an empty page is followed', async () => {
    const { query } = await startWithModels(1, {
      transport: async (request, upstream) =>
        request.method !== 'GET' || request.url.includes('lastDocId=a%20place')
          ? await upstream(new Request(request.url.split('?')[0] ?? '', request))
          : Response.json({ models: [], hasMore: true, nextPageCursor: 'a place' }),
    });

    expect((await query(models)).data?.models).toMatchObject({ nodes: names(0, 1), pageInfo: { hasNextPage: false } });
  });

  test('after several empty pages, the connection ends and the client can continue', async () => {
    let reads = 0;
    const { query } = startGateway({
      transport: async () => Response.json({ models: [], nextPageCursor: `page ${++reads}` }),
    });

    const { data, errors } = await query(models);

    expect(errors).toBeUndefined();
    expect(data?.models).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true, endCursor: expect.any(String) } });
    expect(reads).toBe(5);
  });
});

describe('a cursor', () => {
  test('a cursor of another list is rejected without an upstream request', async () => {
    const { query, upstream, takeRequests } = await startWithModels(2);
    await seedPrediction(upstream, [(await seedModel(upstream, 'Painter')).id]);
    const { data } = await query(graphql(`query PredictionCursor { predictions { pageInfo { endCursor } } }`));
    takeRequests();

    const { errors } = await query(models, { after: data?.predictions.pageInfo.endCursor ?? '' });

    expect(errors).toMatchObject([
      { message: expect.stringContaining('not a cursor of this list'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(takeRequests()).toEqual([]);
  });

  test.each([
    '',
    'x',
    'bGlzdE1vZGVsczo6Li46MA',
    Buffer.from('listModels::../x:0').toString('base64url'),
    Buffer.from('listModels::a:00').toString('base64url'),
  ])('an invalid cursor is rejected: %j', async (after) => {
    const { query, takeRequests } = startGateway();

    const { errors } = await query(models, { after });

    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
    expect(takeRequests()).toEqual([]);
  });

  test('a cursor whose item was deleted is rejected with an explanation', async () => {
    const { query } = await startWithModels(1);

    const { errors } = await query(models, { after: Buffer.from('listModels::gone:0').toString('base64url') });

    expect(errors).toMatchObject([
      { message: expect.stringContaining('is no longer valid'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('a row that cannot be read', () => {
  const breakSecond: StartOptions = {
    transport: async (request, upstream) => {
      const response = await upstream(request);
      if (request.method !== 'GET') return response;
      const page = (await response.json()) as { models: { id?: unknown }[] };
      for (const model of page.models) if (Reflect.get(model, 'displayName') === 'Model 1') model.id = '../secrets';
      return Response.json(page);
    },
  };

  test('a row that cannot be read nulls only its own node, with an error', async () => {
    const { query } = await startWithModels(3, breakSecond);

    const { data, errors } = await query(models, { first: 3 });

    expect(data?.models.nodes).toEqual([{ displayName: 'Model 0' }, null, { displayName: 'Model 2' }]);
    expect(errors?.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        ['models', 'edges', 1, 'node'],
        ['models', 'nodes', 1],
      ]),
    );
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('Model.id'),
      extensions: { code: 'UPSTREAM_INVALID_RESPONSE' },
    });
  });

  test('a row that cannot be read does not stop pagination with `first: 1`', async () => {
    const { query } = await startWithModels(3, breakSecond);
    const pages = await walk(async (after) => (await query(models, { first: 1, after })).data?.models);

    expect(pages.flatMap(({ nodes }) => nodes)).toEqual([{ displayName: 'Model 0' }, null, { displayName: 'Model 2' }]);
  });
});

describe('the predictions of a model', () => {
  /** Twelve predictions, newest first; every third is of the first model. */
  async function startWithPredictions(pageSize: number) {
    const started = startGateway({ sandbox: { pageSize } });
    const wanted = await seedModel(started.upstream, 'Wanted');
    const other = await seedModel(started.upstream, 'Other');
    for (let index = 11; index >= 0; index--) {
      await seedPrediction(started.upstream, [index % 3 === 0 ? wanted.id : other.id], { prompt: `picture ${index}` });
    }
    started.takeRequests();
    return { ...started, wanted, other };
  }

  test('the predictions of a model are those that use it', async () => {
    const { query, wanted } = await startWithPredictions(20);

    const { data } = await query(modelPredictions, { id: wanted.globalId });

    expect(data?.model?.predictions).toEqual({
      nodes: [0, 3, 6, 9].map((index) => ({ prompt: `picture ${index}` })),
      pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
    });
  });

  test('at most five upstream pages are scanned per response, shared by all its models', async () => {
    const { query, takeRequests } = await startWithPredictions(2);

    const { data } = await query(
      graphql(
        `query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }`,
      ),
    );

    expect(data?.models.nodes).toEqual([
      expect.objectContaining({
        displayName: 'Other',
        predictions: expect.objectContaining({ pageInfo: { hasNextPage: true } }),
      }),
      {
        displayName: 'Wanted',
        predictions: {
          nodes: [0, 3, 6, 9].map((index) => ({ prompt: `picture ${index}` })),
          pageInfo: { hasNextPage: true },
        },
      },
    ]);
    expect(takeRequests().filter((operation) => operation === 'listPredictions')).toHaveLength(5);
  });

  test('the next page continues after the last scanned row, even if the page contained no match', async () => {
    const { query, wanted } = await startWithPredictions(1);
    const pages = await walk(
      async (after) =>
        (await query(modelPredictions, { id: wanted.globalId, first: 2, after })).data?.model?.predictions,
    );

    expect(pages.flatMap(({ nodes }) => nodes)).toEqual([0, 3, 6, 9].map((index) => ({ prompt: `picture ${index}` })));
    expect(pages.length).toBeGreaterThan(2);
  });

  test('a connection for which no page could be scanned has a cursor to continue from', async () => {
    const { query, other } = await startWithPredictions(1);
    const starts = (
      await walk(
        async (after) =>
          (
            await query(modelPredictions, { id: other.globalId, first: 1, after })
          ).data?.model?.predictions,
      )
    )
      .slice(0, 5)
      .map(({ pageInfo }) => pageInfo.endCursor);
    const late = `late: predictions(first: 1) { nodes { prompt } pageInfo { hasNextPage endCursor } }`;
    const fields = starts.map(
      (after, index) => `p${index}: predictions(first: 3, after: "${after}") { nodes { prompt } }`,
    );

    const { data } = await query<
      { model: { late: { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } },
      object
    >(`{ model(id: "${other.globalId}") { ${fields.join(' ')} ${late} } }`);

    expect(data?.model.late).toEqual({ nodes: [], pageInfo: { hasNextPage: true, endCursor: expect.any(String) } });
    const next = await query(modelPredictions, {
      id: other.globalId,
      first: 1,
      after: data?.model.late.pageInfo.endCursor ?? null,
    });
    expect(next.errors).toBeUndefined();
    expect(next.data?.model?.predictions.nodes).toHaveLength(1);
  });

  test('a scan of five upstream pages without a match returns an empty page with a next page', async () => {
    const { query, upstream } = await startWithPredictions(2);
    const idle = await seedModel(upstream, 'Idle');

    const pages = await walk(
      async (after) => (await query(modelPredictions, { id: idle.globalId, after })).data?.model?.predictions,
    );

    expect(pages).toEqual([
      { nodes: [], pageInfo: { hasNextPage: true, endCursor: expect.any(String) } },
      { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } },
    ]);
  });
});

interface AnyPage {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Reads all pages of a connection, each after the end cursor of the previous one. */
async function walk<Page extends AnyPage>(
  pageBehind: (after: string | null) => Promise<Page | undefined>,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page | undefined = await pageBehind(after);
    if (!page) throw new Error('There is no page.');
    pages.push(page);
    if (!page.pageInfo.hasNextPage) return pages;
    after = page.pageInfo.endCursor;
  }
}
