import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { errorOf, JPEG_START, okJson, PNG_START, startSandbox, WEBP_START } from './support.ts';

describe('data items', () => {
  test.each([
    ['image/png', PNG_START],
    ['image/jpeg', JPEG_START],
    ['image/webp', WEBP_START],
  ])('%s is detected by its first bytes and returned unchanged', async (contentType, bytes) => {
    const { send, createModel, upload } = startSandbox();
    const modelId = await createModel();
    const dataId = await upload(modelId, bytes);

    const response = await send('getDataItem', { path: { modelId, dataId } });
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  test('a list of data items contains id, time and format, newest first', async () => {
    const { send, clock, createModel, upload } = startSandbox();
    const modelId = await createModel();
    const first = await upload(modelId, PNG_START);
    clock.now += 1_000;
    const second = await upload(modelId, JPEG_START);

    expect(await okJson(send('listDataItems', { path: { modelId } }))).toEqual({
      data: [
        { id: second, createdAt: '2026-01-01T00:00:01.000Z', contentType: 'image/jpeg' },
        { id: first, createdAt: '2026-01-01T00:00:00.000Z', contentType: 'image/png' },
      ],
      nextPageCursor: null,
      hasMore: false,
    });
  });

  test('replacing an image keeps the id of its data item', async () => {
    const { send, createModel, upload } = startSandbox();
    const modelId = await createModel();
    const dataId = await upload(modelId, PNG_START);
    await okJson(send('replaceDataItem', { path: { modelId, dataId }, bytes: WEBP_START }));

    const response = await send('getDataItem', { path: { modelId, dataId } });
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(WEBP_START);
  });

  test('a deleted data item is not found and is no valid cursor', async () => {
    const { send, createModel, upload } = startSandbox();
    const modelId = await createModel();
    const dataId = await upload(modelId);
    await okJson(send('deleteDataItem', { path: { modelId, dataId } }));

    for (const operation of ['getDataItem', 'deleteDataItem'] as const) {
      expect(await errorOf(send(operation, { path: { modelId, dataId } }))).toMatchObject({ status: 404 });
    }
    expect(await errorOf(send('listDataItems', { path: { modelId }, lastDocId: dataId }))).toMatchObject({
      status: 400,
    });
  });

  test('a data item of another model is not found', async () => {
    const { send, createModel, upload } = startSandbox();
    const dataId = await upload(await createModel());
    const modelId = await createModel();

    expect(await errorOf(send('getDataItem', { path: { modelId, dataId } }))).toMatchObject({ status: 404 });
  });
});

describe('the format of data item images', () => {
  test('an image can be a URL that needs no key and expires', async () => {
    const { send, open, clock, createModel, upload } = startSandbox({ dataItemShape: 'url', imageUrlSeconds: 60 });
    const modelId = await createModel();
    const dataId = await upload(modelId, JPEG_START);
    const { url, contentType } = await okJson<Wire['DataItemDetails']>(
      send('getDataItem', { path: { modelId, dataId } }),
    );

    const image = await open(url);
    expect(contentType).toBe('image/jpeg');
    expect(image.headers.get('content-type')).toBe('image/jpeg');
    expect(new Uint8Array(await image.arrayBuffer())).toEqual(JPEG_START);
    clock.now += 60_000;
    expect(await errorOf(open(url))).toMatchObject({ status: 403 });
  });

  test('the URL of a deleted image returns 404', async () => {
    const { send, open, createModel, upload } = startSandbox({ dataItemShape: 'url' });
    const modelId = await createModel();
    const dataId = await upload(modelId);
    const { url } = await okJson<Wire['DataItemDetails']>(send('getDataItem', { path: { modelId, dataId } }));
    await send('deleteDataItem', { path: { modelId, dataId } });

    expect(await errorOf(open(url))).toMatchObject({ status: 404 });
  });

  test('an image can be base64', async () => {
    const { send, createModel, upload } = startSandbox({ dataItemShape: 'base64' });
    const modelId = await createModel();
    const dataId = await upload(modelId, PNG_START);
    const { image } = await okJson<Wire['DataItemDetails']>(send('getDataItem', { path: { modelId, dataId } }));

    expect(new Uint8Array(Buffer.from(image ?? '', 'base64'))).toEqual(PNG_START);
  });
});
