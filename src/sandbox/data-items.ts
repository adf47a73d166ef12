import type { Wire } from '../contract/contract.ts';
import { ApiError, notFound } from './api-error.ts';
import type { Handlers } from './handler.ts';
import { randomId } from './ids.ts';
import { dataItemImagePath } from './image-paths.ts';
import type { Picture } from './image-store.ts';
import { imageTypeOf } from './image-type.ts';
import { requireModel } from './models.ts';
import { type Collection, readPage } from './page.ts';
import { isoTime, type World } from './world.ts';

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
export function dataItemHandlers({ database, pictures, urls, now, pageSize, listDetail, dataItemShape }: World) {
  const item = ({ id, createdAt, contentType }: DataItemRow): Wire['DataItem'] =>
    listDetail === 'ids' ? { id } : { id, createdAt: isoTime(createdAt), contentType };

  const requireItem = (owner: string, { modelId, dataId }: { modelId: string; dataId: string }) => {
    requireModel(database, owner, modelId);
    const sql = 'SELECT picture, createdAt FROM dataItems WHERE id = ? AND model = ?';
    const row = database.get<{ picture: string; createdAt: number }>(sql, dataId, modelId);
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
      database.transaction(() => database.run(insert, dataId, path.modelId, pictures.add(pictureOf(body)), now()));
      return { dataId };
    },
    getDataItem: async ({ owner, origin, path }): Promise<Wire['DataItemDetails'] | Response> => {
      const { picture, createdAt } = requireItem(owner, path);
      const { contentType, bytes } = await pictures.read(picture);
      if (dataItemShape === 'bytes') return imageResponse({ contentType, bytes });
      const details: Wire['DataItemDetails'] = { contentType, createdAt: isoTime(createdAt) };
      return dataItemShape === 'url'
        ? { ...details, url: urls.sign(origin, dataItemImagePath(path.dataId)) }
        : { ...details, image: Buffer.from(bytes).toString('base64') };
    },
    replaceDataItem: ({ owner, path, body }) => {
      const { picture } = requireItem(owner, path);
      database.transaction(() => {
        database.run('UPDATE dataItems SET picture = ? WHERE id = ?', pictures.add(pictureOf(body)), path.dataId);
        pictures.release(picture);
      });
      return {};
    },
    deleteDataItem: ({ owner, path }) => {
      const { picture } = requireItem(owner, path);
      database.transaction(() => {
        database.run('DELETE FROM dataItems WHERE id = ?', path.dataId);
        pictures.release(picture);
      });
      return {};
    },
  } satisfies Partial<Handlers>;
}

/** Response with an image's bytes. */
export const imageResponse = ({ contentType, bytes }: Picture, headers: Readonly<Record<string, string>> = {}) =>
  new Response(bytes, {
    headers: { 'content-type': contentType, 'content-length': String(bytes.byteLength), ...headers },
  });

function pictureOf(bytes: Uint8Array<ArrayBuffer>): Picture {
  const contentType = imageTypeOf(bytes);
  if (contentType) return { contentType, bytes };
  throw new ApiError(415, 'The body must be a webp, png or jpeg image, but its first bytes match none of these formats.');
}
