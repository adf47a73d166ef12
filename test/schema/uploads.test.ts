import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { upload } from '../support/multipart.ts';
import { MAX_IMAGE_BYTES, seedModel, smallImage } from '../support/seeds.ts';

const uploadDataItem = graphql(`
  mutation Upload($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) {
      __typename
      ... on UploadDataItemSuccess {
        dataItem { id createdAt model { displayName } image { url contentType byteSize width height } }
      }
      ... on Error { message }
      ... on UnsupportedImageError { fileName }
      ... on FileTooLargeError { fileName maxBytes }
    }
  }
`);
const uploadDataItems = graphql(`
  mutation UploadMany($input: UploadDataItemsInput!) {
    uploadDataItems(input: $input) {
      __typename
      ... on UploadDataItemsSuccess {
        outcomes { fileName dataItem { id } error { __typename message ... on UnsupportedImageError { fileName } } }
      }
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);
const replaceDataItem = graphql(`
  mutation Replace($input: ReplaceDataItemInput!) {
    replaceDataItem(input: $input) {
      __typename
      ... on ReplaceDataItemSuccess { dataItem { id image { url contentType } } }
      ... on Error { message }
    }
  }
`);
const images = graphql(`
  query Images($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }
`);

const file = (bytes: Uint8Array<ArrayBuffer>, name: string, type = 'application/octet-stream') =>
  new File([bytes], name, { type });
const text = (content: string) => new Uint8Array(new TextEncoder().encode(content));

async function startWithModel(...[options]: Parameters<typeof startGateway>) {
  const started = startGateway(options);
  const { id: modelId, globalId: id } = await seedModel(started.upstream, 'Dresses');
  started.takeRequests();
  return { ...started, started, modelId, id };
}

describe('an uploaded image', () => {
  test.each(['webp', 'png', 'jpeg'] as const)(
    'an image in %s is stored unchanged, and served under its own URL',
    async (format) => {
      const { started, id } = await startWithModel();
      const bytes = await smallImage({ format, width: 33, height: 21 });

      const { data, errors } = await upload(
        started,
        uploadDataItem,
        { input: { modelId: id, file: null } },
        {
          // The name and the declared type are wrong: only the bytes count.
          'variables.input.file': file(bytes, 'notes.txt', 'text/plain'),
        },
      );

      expect(errors).toBeUndefined();
      if (data?.uploadDataItem.__typename !== 'UploadDataItemSuccess') throw new Error('The upload failed.');
      const { dataItem } = data.uploadDataItem;
      expect(dataItem).toEqual({
        id: expect.any(String),
        createdAt: null,
        model: { displayName: 'Dresses' },
        image: {
          url: expect.stringMatching(/^http:\/\/localhost:4000\/images\//),
          contentType: `image/${format}`,
          byteSize: bytes.byteLength,
          width: 33,
          height: 21,
        },
      });
      const shown = await started.fetch(new URL(dataItem.image.url).pathname);
      expect(shown.headers.get('content-type')).toBe(`image/${format}`);
      expect(new Uint8Array(await shown.arrayBuffer())).toEqual(bytes);
    },
  );

  test('an image in a JSON request may be a data URL', async () => {
    const { query, id } = await startWithModel();
    const bytes = await smallImage();

    const { data } = await query(uploadDataItem, {
      input: { modelId: id, file: `data:image/png;base64,${Buffer.from(bytes).toString('base64')}` },
    });

    expect(data?.uploadDataItem).toMatchObject({
      dataItem: { image: { contentType: 'image/png', byteSize: bytes.byteLength } },
    });
  });

  test.each([
    ['a GIF', 'GIF89a\u0001\u0000\u0001\u0000\u0000'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['an empty file', ''],
  ])('an upload that is %s is rejected by its bytes, without an upstream request', async (_, content) => {
    const { started, id, takeRequests } = await startWithModel();

    const { data } = await upload(
      started,
      uploadDataItem,
      { input: { modelId: id, file: null } },
      {
        'variables.input.file': file(text(content), 'cat.png', 'image/png'),
      },
    );

    expect(data?.uploadDataItem).toEqual({
      __typename: 'UnsupportedImageError',
      message: expect.stringContaining('webp, png or jpeg'),
      fileName: 'cat.png',
    });
    expect(takeRequests()).toEqual([]);
  });

  test('an image that is one byte too large is rejected without an upstream request', async () => {
    const { started, id, takeRequests } = await startWithModel();
    const bytes = new Uint8Array(MAX_IMAGE_BYTES + 1);
    bytes.set(await smallImage());

    const { data } = await upload(
      started,
      uploadDataItem,
      { input: { modelId: id, file: null } },
      {
        'variables.input.file': file(bytes, 'huge.png'),
      },
    );

    expect(data?.uploadDataItem).toEqual({
      __typename: 'FileTooLargeError',
      message: expect.stringContaining('10485760'),
      fileName: 'huge.png',
      maxBytes: 10_485_760,
    });
    expect(takeRequests()).toEqual([]);
  });

  test('an upload to a model that does not exist is a NotFoundError', async () => {
    const { started } = await startWithModel();

    const { data } = await upload(
      started,
      uploadDataItem,
      { input: { modelId: globalId({ kind: 'Model', id: 'nowhere' }), file: null } },
      {
        'variables.input.file': file(await smallImage(), 'cat.png'),
      },
    );

    expect(data?.uploadDataItem.__typename).toBe('NotFoundError');
  });
});

describe('an upload of several images', () => {
  test('each image has an outcome, in order, and a rejected one does not affect the others', async () => {
    const { started, id, takeRequests } = await startWithModel();

    const { data } = await upload(
      started,
      uploadDataItems,
      { input: { modelId: id, files: [null, null, null] } },
      {
        'variables.input.files.0': file(await smallImage({ hue: 10 }), 'one.png'),
        'variables.input.files.1': file(text('GIF89a'), 'two.gif'),
        'variables.input.files.2': file(await smallImage({ format: 'jpeg' }), 'three.jpg'),
      },
    );

    expect(data?.uploadDataItems).toEqual({
      __typename: 'UploadDataItemsSuccess',
      outcomes: [
        { fileName: 'one.png', dataItem: { id: expect.any(String) }, error: null },
        {
          fileName: 'two.gif',
          dataItem: null,
          error: { __typename: 'UnsupportedImageError', message: expect.any(String), fileName: 'two.gif' },
        },
        { fileName: 'three.jpg', dataItem: { id: expect.any(String) }, error: null },
      ],
    });
    expect(takeRequests()).toEqual(['uploadDataItem', 'uploadDataItem']);
  });

  test('stored images are returned although the outcome of another one is unknown', async () => {
    const [one, two] = [await smallImage(), await smallImage({ width: 64 })];
    let uploads = 0;
    const { started, id } = await startWithModel({
      transport: async (request, upstream) => {
        const response = await upstream(request);
        if (!request.url.endsWith('/data')) return response;
        uploads++;
        const isSecond = request.headers.get('content-length') === String(two.byteLength);
        return isSecond ? new Response(null, { status: 502 }) : response;
      },
    });
    expect(one.byteLength).not.toBe(two.byteLength);

    const { data, errors } = await upload(
      started,
      uploadDataItems,
      { input: { modelId: id, files: [null, null] } },
      {
        'variables.input.files.0': file(one, 'one.png'),
        'variables.input.files.1': file(two, 'two.png'),
      },
    );

    expect(data?.uploadDataItems).toMatchObject({
      outcomes: [{ dataItem: { id: expect.any(String) } }, { dataItem: null, error: null }],
    });
    expect(errors).toMatchObject([
      {
        path: ['uploadDataItems', 'outcomes', 1, 'dataItem'],
        extensions: { code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false },
      },
    ]);
    expect(uploads).toBe(2);
  });

  test.each([0, 21])('an upload of %i images is rejected', async (count) => {
    const { query, takeRequests, id } = await startWithModel();

    const { data } = await query(uploadDataItems, {
      input: { modelId: id, files: Array(count).fill('data:image/png;base64,') },
    });

    expect(data?.uploadDataItems).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['input', 'files'] }],
    });
    expect(takeRequests()).toEqual([]);
  });
});

test('a replaced data item keeps its id', async () => {
  const { started, id } = await startWithModel();
  const first = await upload(
    started,
    uploadDataItem,
    { input: { modelId: id, file: null } },
    { 'variables.input.file': file(await smallImage(), 'a.png') },
  );
  const item =
    first.data?.uploadDataItem.__typename === 'UploadDataItemSuccess' ? first.data.uploadDataItem.dataItem.id : '';

  const { data } = await upload(
    started,
    replaceDataItem,
    { input: { id: item, file: null } },
    {
      'variables.input.file': file(await smallImage({ format: 'webp' }), 'b.webp'),
    },
  );

  expect(data?.replaceDataItem).toMatchObject({ dataItem: { id: item, image: { contentType: 'image/webp' } } });
});

test.each(['bytes', 'url', 'base64'] as const)(
  'the image of a data item that the upstream returns as %s is served',
  async (dataItemShape) => {
    const { started, query, id } = await startWithModel({ sandbox: { dataItemShape } });
    const bytes = await smallImage({ format: 'jpeg', width: 20, height: 10 });
    await upload(
      started,
      uploadDataItem,
      { input: { modelId: id, file: null } },
      { 'variables.input.file': file(bytes, 'a.jpg') },
    );

    const { data } = await query(images, { id });
    const shown = await started.fetch(new URL(data?.model?.dataItems.nodes[0]?.image.url ?? '').pathname);

    expect(shown.headers.get('content-type')).toBe('image/jpeg');
    expect(await sharp(new Uint8Array(await shown.arrayBuffer())).metadata()).toMatchObject({ width: 20, height: 10 });
  },
);

test('listing images costs no download', async () => {
  const { started, query, id, takeRequests } = await startWithModel();
  await upload(
    started,
    uploadDataItem,
    { input: { modelId: id, file: null } },
    { 'variables.input.file': file(await smallImage(), 'a.png') },
  );
  takeRequests();

  await query(images, { id });

  expect(takeRequests()).toEqual(['getModel', 'listDataItems']);
});

test('the facts of an image cost one download per response, whatever is selected', async () => {
  const { started, query, id, takeRequests } = await startWithModel();
  await upload(
    started,
    uploadDataItem,
    { input: { modelId: id, file: null } },
    { 'variables.input.file': file(await smallImage(), 'a.png') },
  );
  takeRequests();

  await query(
    graphql(
      `query Facts($id: ID!) { model(id: $id) { dataItems { nodes { image { contentType byteSize width height } again: image { width } } } } }`,
    ),
    { id },
  );

  expect(takeRequests()).toEqual(['getModel', 'listDataItems', 'getDataItem']);
});

test('absolute URLs are built from PUBLIC_URL, never from a Host header that names another machine', async () => {
  const { started, id } = await startWithModel();
  await upload(
    started,
    uploadDataItem,
    { input: { modelId: id, file: null } },
    { 'variables.input.file': file(await smallImage(), 'a.png') },
  );
  const urlFor = async (gateway: ReturnType<typeof startGateway>, host: string, key: string) => {
    const { data } = await gateway.query(images, { id }, { host, 'x-api-key': key });
    return data?.model?.dataItems.nodes[0]?.image.url;
  };

  expect(await urlFor(started, 'localhost:9999', 'demo')).toMatch(/^http:\/\/localhost:9999\/images\//);
  expect(await urlFor(started, 'evil.example', 'demo')).toMatch(/^http:\/\/127\.0\.0\.1:4000\/images\//);
});
