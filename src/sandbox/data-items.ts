import type { Wire } from '../contract/contract.ts';
import { ApiError, notFound } from './api-error.ts';
import { isoTime, type SandboxContext } from './context.ts';
import type { Handlers } from './handler.ts';
import { randomId } from './ids.ts';
import { dataItemImagePath } from './image-paths.ts';
import type { StoredImage } from './image-store.ts';
import { imageTypeOf } from './image-type.ts';
import { requireModel } from './models.ts';
import { type Collection, readPage } from './page.ts';

const DATA_ITEMS: Collection = {
  kind: 'data item',
  table: 'dataItems',
  columns: 'id, createdAt, (SELECT contentType FROM pictures WHERE pictures.id = picture) AS contentType',
  scope: 'model',
  softDelete: false,
};

interface DataItemRow {
  id: string;
  createdAt: number;
  contentType: string;
}

/** Handlers for data items, the training images of a model. */
export function dataItemHandlers({ database, images, urls, now, pageSize, listDetail, dataItemShape }: SandboxContext) {
  const item = ({ id, createdAt, contentType }: DataItemRow): Wire['DataItem'] =>
    listDetail === 'ids' ? { id } : { id, createdAt: isoTime(createdAt), contentType };

  const requireItem = (owner: string, { modelId, dataId }: { modelId: string; dataId: string }) => {
    requireModel(database, owner, modelId);
    const sql = 'SELECT picture AS imageId, createdAt FROM dataItems WHERE id = ? AND model = ?';
    const row = database.get<{ imageId: string; createdAt: number }>(sql, dataId, modelId);
    if (!row) throw notFound('data item', dataId);
    return row;
  };

  return {
    listDataItems: ({ owner, path, query }): Wire['DataItemPage'] => {
      requireModel(database, owner, path.modelId);
      const { rows, ...rest } = readPage<DataItemRow>(database, DATA_ITEMS, path.modelId, query.lastDocId, pageSize);
      return { data: rows.map(item), ...rest };
    },
    uploadDataItem: ({ owner, path, body }): Wire['UploadedDataItem'] => {
      requireModel(database, owner, path.modelId);
      const dataId = randomId();
      const insert = 'INSERT INTO dataItems (id, model, picture, createdAt) VALUES (?, ?, ?, ?)';
      database.transaction(() => database.run(insert, dataId, path.modelId, images.add(imageFromBytes(body)), now()));
      return { dataId };
    },
    getDataItem: async ({ owner, origin, path }): Promise<Wire['DataItemDetails'] | Response> => {
      const { imageId, createdAt } = requireItem(owner, path);
      const { contentType, bytes } = await images.read(imageId);
      if (dataItemShape === 'bytes') return imageResponse({ contentType, bytes });
      const details: Wire['DataItemDetails'] = { contentType, createdAt: isoTime(createdAt) };
      return dataItemShape === 'url'
        ? { ...details, url: urls.sign(origin, dataItemImagePath(path.dataId)) }
        : { ...details, image: Buffer.from(bytes).toString('base64') };
    },
    replaceDataItem: ({ owner, path, body }) => {
      const { imageId } = requireItem(owner, path);
      database.transaction(() => {
        database.run('UPDATE dataItems SET picture = ? WHERE id = ?', images.add(imageFromBytes(body)), path.dataId);
        images.release(imageId);
      });
      return {};
    },
    deleteDataItem: ({ owner, path }) => {
      const { imageId } = requireItem(owner, path);
      database.transaction(() => {
        database.run('DELETE FROM dataItems WHERE id = ?', path.dataId);
        images.release(imageId);
      });
      return {};
    },
  } satisfies Partial<Handlers>;
}

/** Response with an image's bytes. */
export const imageResponse = ({ contentType, bytes }: StoredImage, headers: Readonly<Record<string, string>> = {}) =>
  new Response(bytes, {
    headers: { 'content-type': contentType, 'content-length': String(bytes.byteLength), ...headers },
  });

function imageFromBytes(bytes: Uint8Array<ArrayBuffer>): StoredImage {
  const contentType = imageTypeOf(bytes);
  if (contentType) return { contentType, bytes };
  throw new ApiError(
    415,
    'The body must be a webp, png or jpeg image, but its first bytes match none of these formats.',
  );
}
