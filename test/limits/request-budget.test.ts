import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { startGateway } from '../support/gateway.ts';
import { TypedDocumentString } from '../support/gql/graphql.ts';
import { transports } from '../support/subscribe.ts';
import { ways } from './send.ts';

const rows = <Row>(count: number, row: (index: number) => Row): Row[] =>
  Array.from({ length: count }, (_, index) => row(index));

/** Starts a gateway with an upstream whose lists have unusual lengths. */
function startWith(bodyOf: (url: URL) => object | undefined, cost = 300) {
  const paths: string[] = [];
  const started = startGateway({
    limits: { cost },
    transport: async ({ url }) => {
      paths.push(new URL(url).pathname);
      return Response.json(bodyOf(new URL(url)) ?? {});
    },
  });
  return { ...started, paths };
}

/** Twenty predictions, each with a number of models that no other prediction uses. */
const predictionsOf = (models: number) => (url: URL) => {
  if (url.pathname !== '/predictions') return { displayName: 'A model' };
  const predictions = rows(20, (index) => ({
    id: `p${index}`,
    status: 'completed',
    prompt: `Prompt ${index}`,
    scaleConfigs: Object.fromEntries(rows(models, (model) => [`m${index}-${model}`, 1])),
    images: rows(models, (image) => `https://images.example/${index}/${image}`),
  }));
  return { predictions, hasMore: false, nextPageCursor: null };
};

const query = '{ predictions(first: 20) { nodes { prompt models { model { displayName } } } } }';

describe.each(ways)('over $way', ({ send }) => {
  test('an operation with longer lists than estimated stops at the limit, and returns the fields read so far', async () => {
    const started = startWith(predictionsOf(50));

    const { data, errors } = await send(started, { query });

    expect(started.paths).toHaveLength(300);
    const { nodes } = (data as { predictions: { nodes: { prompt: string; models: { model: unknown }[] }[] } })
      .predictions;
    expect(nodes.map(({ prompt }) => prompt)).toEqual(rows(20, (index) => `Prompt ${index}`));
    expect(nodes.flatMap(({ models }) => models).filter(({ model }) => model !== null)).toHaveLength(299);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('may cost 300 upstream requests (MAX_QUERY_COST)'),
      extensions: { code: 'QUERY_TOO_COSTLY', retryable: false, cost: { limit: 300 } },
    });
    expect(errors).toHaveLength(51);
    expect(errors?.at(-1)).toMatchObject({
      message: `A response reports 50 errors (MAX_REPORTED_ERRORS), but 651 more occurred. Request less at once, or correct the reported errors first.`,
      extensions: { code: 'ERRORS_OMITTED', retryable: false, omitted: 651 },
    });
  });

  test('an operation that needs exactly the limit succeeds', async () => {
    const started = startWith(predictionsOf(5), 101);

    const { errors } = await send(started, { query });

    expect(errors).toBeUndefined();
    expect(started.paths).toHaveLength(101);
  });
});

test('the additional requests for short pages count', async () => {
  const started = startWith(({ searchParams }) => {
    const next = Number(searchParams.get('lastDocId') ?? 0) + 1;
    return { models: [{ id: String(next), displayName: 'A model' }], nextPageCursor: String(next), hasMore: true };
  }, 20);

  const result = await started.query('{ a: models(first: 100) { nodes { id } } }');

  expect(started.paths).toHaveLength(20);
  expect(result).toMatchObject({ data: null, errors: [{ path: ['a'], extensions: { code: 'QUERY_TOO_COSTLY' } }] });
});

test('the additional requests for more images than estimated count', async () => {
  const started = startWith(predictionsOf(40), 200);

  const { errors } = await started.query('{ predictions(first: 20) { nodes { images { width placeholder } } } }');
  expect(errors).toMatchObject([{ message: expect.stringContaining('this one may cost'), extensions: {} }]);
  const few = await started.query('{ predictions(first: 4) { nodes { images { width } } } }');

  expect(few.errors?.filter(({ extensions }) => extensions.code === 'QUERY_TOO_COSTLY').length).toBeGreaterThan(0);
  expect(started.paths.length).toBeLessThanOrEqual(200);
});

test('each of two operations that share reads counts them', async () => {
  const started = startWith(predictionsOf(10), 150);
  const other = '{ predictions(first: 20) { nodes { id models { model { displayName } } } } }';

  const results = await Promise.all([started.query(query), started.query(other)]);

  for (const { errors } of results) expect(errors?.[0]).toMatchObject({ extensions: { code: 'QUERY_TOO_COSTLY' } });
  expect(started.paths).toHaveLength(150);
});

test('each operation has its own budget', async () => {
  const started = startWith(predictionsOf(4), 85);

  for (const _ of rows(3, () => undefined)) expect((await started.query(query)).errors).toBeUndefined();

  expect(started.paths).toHaveLength(3 * 81);
});

test('all fields of a mutation share one budget', async () => {
  let page = 0;
  const started = startWith(({ pathname }) => {
    if (!pathname.endsWith('/trainings')) return { id: 'a', displayName: 'A model' };
    page++;
    return { trainings: [{ id: `t${page}`, status: 'completed' }], nextPageCursor: `t${page}`, hasMore: true };
  }, 12);
  const id = globalId({ kind: 'Model', id: 'a' });
  const rename = (alias: string) =>
    `${alias}: renameModel(input: { id: "${id}", displayName: "b" }) { ... on RenameModelSuccess { model { trainings(first: 5) { nodes { id } } } } }`;

  const { data, errors } = await started.query(`mutation { ${rename('a')} ${rename('b')} ${rename('c')} }`);

  expect(errors).toMatchObject([{ path: ['c'], extensions: { code: 'QUERY_TOO_COSTLY' } }]);
  expect(data).toBeNull();
  expect(started.paths).toHaveLength(12);
});

describe.each(transports)('a subscription over $transport', ({ subscribe }) => {
  test('each event has its own budget', async () => {
    const document = new TypedDocumentString<{ trainingUpdated: { status: string; model: unknown } }, { id: string }>(
      'subscription ($id: ID!) { trainingUpdated(id: $id) { status model { dataItems(first: 100) { nodes { id } } } } }',
    );
    const started = startWith(({ pathname, searchParams }) => {
      if (!pathname.endsWith('/data')) return { status: 'completed', displayName: 'A model' };
      const next = Number(searchParams.get('lastDocId') ?? 0) + 1;
      return { data: [{ id: String(next) }], nextPageCursor: String(next), hasMore: true };
    }, 20);
    const id = globalId({ kind: 'Training', modelId: 'm', id: 't' });

    const stream = await subscribe(started, document, { id });

    expect(await stream.rest()).toMatchObject([
      {
        data: { trainingUpdated: { status: 'COMPLETED', model: null } },
        errors: [{ path: ['trainingUpdated', 'model', 'dataItems'], extensions: { code: 'QUERY_TOO_COSTLY' } }],
      },
    ]);
    expect(started.paths.filter((path) => path.endsWith('/t'))).toHaveLength(1);
    expect(started.paths.filter((path) => !path.endsWith('/t'))).toHaveLength(20);
  });

  test('each listener with a different selection adds to the budget of an event', async () => {
    const watch = (selection: string) =>
      new TypedDocumentString<{ trainingUpdated: { model: object } }, { id: string }>(
        `subscription ($id: ID!) { trainingUpdated(id: $id) { model { ${selection} } } }`,
      );
    const started = startWith(({ pathname }) => {
      const list = pathname.split('/').at(-1) ?? '';
      const isList = ['data', 'trainings', 'predictions'].includes(list);
      return isList ? { [list]: [], hasMore: false } : { status: 'completed', displayName: 'A model' };
    }, 3);
    const id = globalId({ kind: 'Training', modelId: 'm', id: 't' });

    const streams = await Promise.all(
      ['dataItems { nodes { id } }', 'trainings { nodes { id } }', 'displayName'].map((selection) =>
        subscribe(started, watch(selection), { id }),
      ),
    );

    for (const stream of streams) for (const { errors } of await stream.rest()) expect(errors).toBeUndefined();
  });
});
