import { gql } from '@apollo/client';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { type NodeKey, globalId as toGlobalId } from '../../schema/ids.ts';
import {
  createPredictions,
  deleteDataItems,
  deleteModels,
  deletePredictions,
  deleteTrainings,
  getDataItem,
  listDataItems,
  listModels,
  replaceDataItem,
  uploadDataItem,
} from '../../src/client/index.ts';
import { seedModels } from '../clients/support.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { start } from './support.ts';

test('typed documents, tags and plain text are sent', async () => {
  const started = await start();
  await seedModels(started, ['Coats']);
  const { client } = started;

  expect((await client.request(listModels, { first: 5 })).models).toMatchObject({
    nodes: [{ __typename: 'Model', displayName: 'Coats' }],
    pageInfo: { hasNextPage: false },
  });
  const codegen = Object.assign(new String('{ models { nodes { displayName } } }'), {});
  for (const document of [gql`{ models { nodes { displayName } } }`, codegen, String(codegen)]) {
    expect(await client.request(document)).toMatchObject({ models: { nodes: [{ displayName: 'Coats' }] } });
  }
  await expect(client.request(parse('{ __typename }', { noLocation: true }))).rejects.toThrow('print()');
});

test('files are uploaded and replaced as forms', async () => {
  const { client, upstream } = await start();
  const { globalId: modelId } = await seedModel(upstream, 'Coats');

  const file = new File([await smallImage()], 'coat.png');
  const { uploadDataItem: uploaded } = await client.request(uploadDataItem, { input: { modelId, file } });
  if (uploaded.__typename !== 'UploadDataItemSuccess') return expect.fail(uploaded.message);
  const { id } = uploaded.dataItem;
  const { replaceDataItem: replaced } = await client.request(replaceDataItem, {
    input: { id, file: new Blob([await smallImage({ hue: 90 })]) },
  });
  const rejected = await client.request(uploadDataItem, { input: { modelId, file: new File(['text'], 'notes.txt') } });

  expect(replaced.__typename).toBe('ReplaceDataItemSuccess');
  expect(rejected.uploadDataItem).toMatchObject({ __typename: 'UnsupportedImageError', fileName: 'notes.txt' });
  expect((await client.request(getDataItem, { modelId, id })).model?.dataItem?.id).toBe(id);
  expect((await client.request(listDataItems, { modelId })).model?.dataItems.nodes).toHaveLength(1);
});

test('a form that is too large for a proxy is rejected as such', async () => {
  const { client } = await start({ fetch: async () => new Response('<h1>Too large</h1>', { status: 413 }) });

  const input = { modelId: 'a', file: new Blob(['image']) };
  const upload = client.request(uploadDataItem, { input });

  await expect(upload).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', retryable: false });
});

test('bulk mutations return an outcome for each item', async () => {
  const { client, upstream } = await start();
  const { id: model, globalId, dataItems, trainings } = await seedModel(upstream, 'Coats', { images: 1, trainings: 1 });
  const missing = '404';
  const settings = { models: [{ id: globalId, scale: 1 }], prompt: 'A coat' };

  const { createPredictions: created } = await client.request(createPredictions, {
    input: {
      items: [
        { ...settings, idempotencyKey: 'a' },
        { ...settings, idempotencyKey: 'b', models: [{ id: toGlobalId({ kind: 'Model', id: missing }), scale: 1 }] },
      ],
    },
  });
  if (!('outcomes' in created)) return expect.fail(created.message);
  const [{ prediction } = {}] = created.outcomes;
  const idsOf = (key: NodeKey) => ({ input: { ids: [toGlobalId(key), missing] } });
  const results = [
    await client.request(deletePredictions, { input: { ids: [prediction?.id ?? '', missing] } }),
    await client.request(deleteDataItems, idsOf({ kind: 'DataItem', modelId: model, id: dataItems[0] ?? '' })),
    await client.request(deleteTrainings, idsOf({ kind: 'Training', modelId: model, id: trainings[0] ?? '' })),
    await client.request(deleteModels, idsOf({ kind: 'Model', id: model })),
  ];

  expect(created.outcomes).toMatchObject([
    { idempotencyKey: 'a', prediction: { __typename: 'Prediction' }, error: null },
    { idempotencyKey: 'b', prediction: null, error: { __typename: 'NotFoundError' } },
  ]);
  for (const result of results) {
    expect(Object.values(result)).toMatchObject([
      { outcomes: [{ deletedId: expect.any(String), error: null }, { error: { __typename: 'NotFoundError' } }] },
    ]);
  }
  expect(await client.request(deleteModels, { input: { ids: [] } })).toMatchObject({
    deleteModels: { __typename: 'InvalidInputError', issues: [{ message: 'Expected at least one id.' }] },
  });
});

test('an error carries its code, its delay and the data of the response', async () => {
  const { client } = await start({
    fetch: async () =>
      Response.json(
        {
          data: { models: { nodes: [null] } },
          errors: [
            { message: 'Later.', path: ['models', 'nodes', 0], extensions: { code: 'RATE_LIMITED', retryable: true } },
          ],
        },
        { headers: { 'retry-after': '4' } },
      ),
  });

  await expect(client.request(listModels, {})).rejects.toMatchObject({
    name: 'FlairError',
    message: 'Later.',
    code: 'RATE_LIMITED',
    retryable: true,
    retryAfter: 4,
    data: { models: { nodes: [null] } },
    errors: [{ path: ['models', 'nodes', 0] }],
  });
});

test('a signal ends a request with its reason', async () => {
  const { client } = await start();
  const signal = AbortSignal.abort(new Error('not needed'));

  await expect(client.request(listModels, {}, { signal })).rejects.toThrow('not needed');
});

test('a relative URL needs a page', async () => {
  const { client } = await start({ url: '/graphql' });

  await expect(client.request(listModels, {})).rejects.toThrow('Invalid URL');
});

test('the key and the headers are read for each request', async () => {
  const seen: (string | null)[] = [];
  let key = 'first';
  const { client } = await start({
    apiKey: () => key,
    headers: () => ({ 'x-request-id': `of ${key}` }),
    fetch: async (_, init) => {
      const headers = new Headers(init?.headers);
      seen.push(headers.get('x-api-key'), headers.get('x-request-id'));
      return Response.json({ data: {} });
    },
  });

  await client.request('{ __typename }');
  key = 'second';
  await client.request('{ __typename }');

  expect(seen).toEqual(['first', 'of first', 'second', 'of second']);
});
