import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, smallImage } from '../support/seeds.ts';

const copies = graphql(`
  query Copies($id: ID!, $width: Int, $format: ImageFormat) {
    node(id: $id) { ... on DataItem { image { original: url copy: url(width: $width, format: $format) } } }
  }
`);
const facts = graphql(`
  query FactsAndPlaceholder($id: ID!) {
    node(id: $id) { ... on DataItem { image { url placeholder contentType byteSize width height } } }
  }
`);
const list = graphql(`
  query ListImages($id: ID!) {
    model(id: $id) { dataItems(first: 100) { nodes { image { url small: url(width: 200, format: WEBP) } } } }
  }
`);
const predicted = graphql(`
  query PredictedImages($id: ID!) {
    prediction(id: $id) { images { url width height placeholder } }
  }
`);
const replace = graphql(`
  mutation ReplaceImage($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }
`);
const remove = graphql(`
  mutation DeleteImage($input: DeleteDataItemInput!) { deleteDataItem(input: $input) { __typename } }
`);

async function startWithImages(images: number, ...[options]: Parameters<typeof startGateway>) {
  const started = startGateway(options);
  const { id: modelId, globalId: id, dataItems } = await seedModel(started.upstream, 'Dresses', { images });
  const items = dataItems.map((dataId) => globalId({ kind: 'DataItem', modelId, id: dataId }));
  started.takeRequests();
  return { ...started, modelId, id, items, item: items[0] ?? '' };
}

const inline = (bytes: Uint8Array) => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
const show = (started: Pick<ReturnType<typeof startGateway>, 'fetch'>, url = '') =>
  started.fetch(new URL(url).pathname);

describe('a converted copy of an image', () => {
  test.each(['WEBP', 'PNG', 'JPEG'] as const)(
    'a copy in %s with a given width is served under its own URL',
    async (format) => {
      const started = await startWithImages(0);
      const bytes = await smallImage({ width: 300, height: 150 });
      const stored = await started.upstream(`/models/${started.modelId}/data`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: bytes,
      });
      const { dataId } = (await stored.json()) as { dataId: string };
      const id = globalId({ kind: 'DataItem', modelId: started.modelId, id: dataId });

      const result = await started.query(copies, { id, width: 100, format });
      const node = result.data?.node as { image: { original: string; copy: string } } | undefined;
      const shown = await show(started, node?.image.copy);

      expect(node?.image.copy).not.toBe(node?.image.original);
      expect(shown.headers.get('content-type')).toBe(`image/${format.toLowerCase()}`);
      expect(await sharp(Buffer.from(await shown.arrayBuffer())).metadata()).toMatchObject({
        format: format.toLowerCase(),
        width: 128,
        height: 64,
      });
    },
  );

  test.each([0, -1])('a width of %i is rejected with an explanation', async (width) => {
    const { query, item } = await startWithImages(1);

    const { errors } = await query(copies, { id: item, width });

    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('Expected a width of 1 pixel or more.'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });
});

describe('the facts of an image', () => {
  test.each(['bytes', 'url', 'base64'] as const)(
    'all facts and the placeholder cost one read, from a data item returned as %s',
    async (dataItemShape) => {
      const { query, item, takeRequests } = await startWithImages(1, { sandbox: { dataItemShape } });

      const { data, errors } = await query(facts, { id: item });

      expect(errors).toBeUndefined();
      expect(data?.node).toMatchObject({
        image: {
          placeholder: expect.stringMatching(/^data:image\/webp;base64,/),
          contentType: 'image/png',
          width: 8,
          height: 8,
        },
      });
      // The first request reads the data item itself, by its id.
      expect(takeRequests().filter((operation) => operation === 'getDataItem')).toHaveLength(2);
    },
  );

  test('a fact is null, with an error of the field, if the image cannot be read', async () => {
    const { query, item } = await startWithImages(1, {
      transport: async (request, upstream) =>
        /\/data\/[^/]+$/.test(new URL(request.url).pathname) && request.method === 'GET'
          ? new Response('<!doctype html>', { headers: { 'content-type': 'image/png' } })
          : upstream(request),
    });

    const { data, errors } = await query(facts, { id: item });

    expect(data?.node).toMatchObject({
      image: { url: expect.stringContaining('/images/'), placeholder: null, contentType: null, byteSize: null },
    });
    expect(errors?.map(({ path }) => path?.at(-1)).sort()).toEqual(
      ['byteSize', 'contentType', 'height', 'placeholder', 'width'].sort(),
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' });
  });

  test('the facts of a prediction’s image are cached across operations, because it never changes', async () => {
    const { query, upstream, clock, takeRequests, modelId } = await startWithImages(1);
    const id = await seedPrediction(upstream, [modelId], { num_images: 2, image_size: { width: 512, height: 512 } });
    await clock.advance(60_000);
    takeRequests();

    const first = await query(predicted, { id: globalId({ kind: 'Prediction', id }) });
    const reads = takeRequests();
    const second = await query(predicted, { id: globalId({ kind: 'Prediction', id }) });

    expect(first.data?.prediction?.images).toHaveLength(2);
    expect(first.errors).toBeUndefined();
    expect(second.data).toEqual(first.data);
    expect(reads.filter((operation) => operation === 'getPrediction')).toHaveLength(1);
    expect(takeRequests()).toEqual([]);
  });
});

test('listing a hundred images downloads none of them', async () => {
  const { query, id, takeRequests } = await startWithImages(100, { sandbox: { pageSize: 100 } });

  const { data } = await query(list, { id });

  expect(data?.model?.dataItems.nodes).toHaveLength(100);
  expect(new Set(data?.model?.dataItems.nodes.flatMap((node) => [node?.image.url, node?.image.small])).size).toBe(200);
  expect(takeRequests()).toEqual(['getModel', 'listDataItems']);
});

describe('the image of a data item', () => {
  const addressesOf = async (started: Awaited<ReturnType<typeof startWithImages>>, id = started.item) => {
    const { data } = await started.query(copies, { id, width: 64 });
    return data?.node as { image: { original: string; copy: string } } | undefined;
  };

  test('a replaced data item has its new image, under a new URL', async () => {
    const started = await startWithImages(2);
    const before = await addressesOf(started);
    const neighbor = await addressesOf(started, started.items[1]);
    for (const url of [before?.image.original, before?.image.copy]) await show(started, url);

    const bytes = await smallImage({ width: 20, height: 10 });
    await started.query(replace, { input: { id: started.item, file: inline(bytes) } });
    const after = await addressesOf(started);

    expect(after?.image.original).not.toBe(before?.image.original);
    expect(after?.image.copy).not.toBe(before?.image.copy);
    expect(await addressesOf(started, started.items[1])).toEqual(neighbor);
    for (const url of [after?.image.original, after?.image.copy, before?.image.copy]) {
      const shown = Buffer.from(await (await show(started, url)).arrayBuffer());
      expect(await sharp(shown).metadata()).toMatchObject({ width: 20, height: 10 });
    }
  });

  test('the image of a deleted data item is no longer served', async () => {
    const started = await startWithImages(2);
    const before = await addressesOf(started);
    await show(started, before?.image.copy);

    await started.query(remove, { input: { id: started.item } });

    expect((await show(started, before?.image.copy)).status).toBe(404);
    expect((await show(started, before?.image.original)).status).toBe(404);
  });

  test('a data item whose replacement has an unknown outcome has its current image', async () => {
    const started = await startWithImages(1, {
      transport: async (request, upstream) => {
        const response = await upstream(request);
        return request.method === 'PUT' ? new Response(null, { status: 502 }) : response;
      },
    });
    const before = await addressesOf(started);
    await show(started, before?.image.copy);

    const bytes = await smallImage({ width: 20, height: 10 });
    await started.query(replace, { input: { id: started.item, file: inline(bytes) } });

    const shown = Buffer.from(await (await show(started, before?.image.copy)).arrayBuffer());
    expect(await sharp(shown).metadata()).toMatchObject({ width: 20, height: 10 });
  });
});
