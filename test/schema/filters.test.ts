import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import type { JobStatus } from '../support/gql/graphql.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const filteredPredictions = graphql(`
  query FilteredPredictions($first: Int, $after: String, $status: [JobStatus!], $createdAfter: DateTime) {
    predictions(first: $first, after: $after, status: $status, createdAfter: $createdAfter) {
      nodes { id status createdAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const filteredModels = graphql(`
  query FilteredModels($first: Int, $after: String, $nameContains: String) {
    models(first: $first, after: $after, nameContains: $nameContains) {
      nodes { displayName }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

interface AnyPage<Node> {
  nodes: readonly Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Reads all pages of a connection, and returns their nodes. */
async function nodesOf<Node>(read: (after: string | null) => Promise<AnyPage<Node> | undefined>): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ; ) {
    const page = await read(after);
    if (!page) throw new Error('There is no page.');
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}

/** Fourteen predictions, created two seconds apart: completed, processing and queued ones. */
async function startWithPredictions(pageSize: number) {
  const started = startGateway({ sandbox: { pageSize } });
  const { id } = await seedModel(started.upstream, 'Dresses');
  for (let index = 0; index < 14; index++) {
    await started.clock.advance(2_000);
    await seedPrediction(started.upstream, [id]);
  }
  started.takeRequests();
  return started;
}

const first = fc.integer({ min: 1, max: 8 });

describe('filtered predictions', () => {
  test('all pages together are the filter over the whole list', async () => {
    const { query } = await startWithPredictions(2);
    const all = await nodesOf(async (after) => (await query(filteredPredictions, { after })).data?.predictions);
    const times = all.map((node) => Date.parse(node?.createdAt ?? ''));
    expect(new Set(all.map((node) => node?.status)).size).toBeGreaterThan(2);
    const statuses = fc.subarray<JobStatus>(['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED'], { minLength: 1 });
    const time = fc.tuple(fc.constantFrom(...times), fc.integer({ min: -1, max: 1 })).map(([at, shift]) => at + shift);

    await fc.assert(
      fc.asyncProperty(first, fc.option(statuses), fc.option(time), async (first, status, at) => {
        const createdAfter = at === null ? null : new Date(at).toISOString();
        const found = await nodesOf(
          async (after) => (await query(filteredPredictions, { first, after, status, createdAfter })).data?.predictions,
        );

        expect(found).toEqual(
          all.filter(
            (node) =>
              node &&
              (status === null || status.includes(node.status)) &&
              (at === null || Date.parse(node.createdAt ?? '') > at),
          ),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('all filtered fields of a response scan five pages together', async () => {
    const { query, takeRequests } = await startWithPredictions(1);

    const { data } = await query(
      graphql(`
        query TwoFilters {
          failed: predictions(status: [FAILED]) { nodes { id } pageInfo { hasNextPage endCursor } }
          canceled: predictions(status: [CANCELED]) { nodes { id } pageInfo { hasNextPage endCursor } }
        }
      `),
    );

    const page = { nodes: [], pageInfo: { hasNextPage: true, endCursor: expect.any(String) } };
    expect(data).toEqual({ failed: page, canceled: page });
    expect(takeRequests()).toEqual(Array.from({ length: 5 }, () => 'listPredictions'));
  });

  test('a prediction whose time of creation is unknown is not among those after a time', async () => {
    const { query, upstream } = startGateway({
      transport: async (request, upstream) => {
        const response = await upstream(request);
        if (request.method !== 'GET') return response;
        return new Response((await response.text()).replaceAll(/"createdAt":"[^"]*"/g, '"createdAt":null'), response);
      },
    });
    await seedPrediction(upstream, [(await seedModel(upstream, 'Dresses')).id]);
    const createdAfter = '1900-01-01T00:00:00Z';

    expect((await query(filteredPredictions, { createdAfter })).data?.predictions.nodes).toEqual([]);
    expect((await query(filteredPredictions, {})).data?.predictions.nodes).toHaveLength(1);
  });

  test('an empty list of statuses is rejected with an explanation', async () => {
    const { query, takeRequests } = startGateway();

    const { errors } = await query(filteredPredictions, { status: [] });

    expect(errors).toMatchObject([
      { message: expect.stringContaining('at least one status'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(takeRequests()).toEqual([]);
  });

  test.each(['2026-01-01', '2026-01-01T00:00:00', 'yesterday', '2026-02-31T25:00:00Z'])(
    'a time without a time zone, or another text, is rejected: %s',
    async (createdAfter) => {
      const { query, takeRequests } = startGateway();

      const { errors } = await query(filteredPredictions, { createdAfter });

      expect(errors).toMatchObject([
        { message: expect.stringContaining('ISO 8601 with a time zone'), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
      expect(takeRequests()).toEqual([]);
    },
  );

  test.each(['2026-01-01T00:00:01Z', '2026-01-01T00:00:01.000Z', '2026-01-01T01:00:01+01:00', '2026-01-01T00:00Z'])(
    'a time may have any time zone and precision: %s',
    async (createdAfter) => {
      const { query } = await startWithPredictions(20);

      const { data } = await query(filteredPredictions, { createdAfter });

      expect(data?.predictions.nodes).toHaveLength(14);
    },
  );
});

describe('filtered models', () => {
  const NAMES = ['Summer dresses', 'DRESS shoes', 'Élan', 'élan vital', 'Shoes', 'ÄÖÜ', 'a%b_c.*', 'Shoes'];

  test('all pages together are the filter over the whole list, whatever the case and the Unicode form', async () => {
    const { query, upstream } = startGateway({ sandbox: { pageSize: 1 } });
    for (const name of NAMES) await seedModel(upstream, name);
    const all = await nodesOf(async (after) => (await query(filteredModels, { after })).data?.models);
    const part = fc
      .tuple(fc.constantFrom(...NAMES), fc.nat(6), fc.integer({ min: 1, max: 6 }))
      .map(([name, start, length]) => name.slice(start, start + length));
    const spelled = fc
      .tuple(fc.oneof(part, fc.constantFrom('', 'none', '.*')), fc.nat(3))
      .map(([text, way]) => [text, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD')][way] ?? text);

    await fc.assert(
      fc.asyncProperty(first, spelled, async (first, nameContains) => {
        const found = await nodesOf(
          async (after) => (await query(filteredModels, { first, after, nameContains })).data?.models,
        );

        const fold = (text: string) => text.normalize('NFC').toLowerCase();
        expect(found).toEqual(all.filter((node) => fold(node?.displayName ?? '').includes(fold(nameContains))));
      }),
      { numRuns: 30 },
    );
  });

  test('upper and lower case, and composed and decomposed letters, match each other', async () => {
    const { query, upstream } = startGateway();
    for (const name of NAMES) await seedModel(upstream, name);
    const find = async (nameContains: string) =>
      (await query(filteredModels, { nameContains })).data?.models.nodes.map((node) => node?.displayName);

    expect(await find('dress')).toEqual(['DRESS shoes', 'Summer dresses']);
    expect(await find('E\u0301LAN')).toEqual(['élan vital', 'Élan']);
  });

  test('five pages are scanned, and an empty text is no filter', async () => {
    const { query, upstream, takeRequests } = startGateway({ sandbox: { pageSize: 1 } });
    for (const name of NAMES) await seedModel(upstream, name);
    takeRequests();

    const filtered = await query(filteredModels, { nameContains: 'none' });
    const scanned = takeRequests();
    const all = await query(filteredModels, { nameContains: '' });

    expect(filtered.data?.models).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true } });
    expect(scanned).toHaveLength(5);
    expect(all.data?.models.nodes).toHaveLength(NAMES.length);
  });
});
