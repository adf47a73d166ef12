import type { Wire } from '../contract/contract.ts';
import type { CallOptions, Client, OutgoingStream } from './client.ts';
import { type FieldReader, nullable, string } from './decode/fields.ts';
import { readJson } from './decode/json.ts';
import {
  type DecodedFields,
  idReader,
  memoizePerContract,
  objectReader,
  type Page,
  pageReader,
} from './decode/objects.ts';
import { timestamp } from './decode/timestamp.ts';
import {
  type AcquireSlot,
  type DataItemImage,
  type DataItemImageOptions,
  openDataItem,
} from './images/data-item-image.ts';
import { ignoreBody } from './transport/ky-transport.ts';

const fields = {
  createdAt: timestamp,
  contentType: nullable(string),
} satisfies Record<Exclude<keyof Wire['DataItem'], 'id'>, FieldReader<unknown>>;

export interface DataItemKey {
  readonly modelId: string;
  readonly id: string;
}

/** A data item with the fields that an operation returned. Another operation may return the missing ones. */
export interface DataItemRow extends DecodedFields<typeof fields>, DataItemKey {
  readonly kind: 'DataItem';
}

const readersOf = memoizePerContract((contract) => ({
  page: pageReader(contract, 'listDataItems', 'DataItemPage', 'data'),
  listedId: idReader(contract, 'listDataItems', 'DataItem', 'id'),
  listed: objectReader(contract, 'listDataItems', 'DataItem', fields),
  details: objectReader(contract, 'getDataItem', 'DataItemDetails', fields),
  uploadedId: idReader(contract, 'uploadDataItem', 'UploadedDataItem', 'dataId'),
}));

/** @param acquireSlot Limits how many base64 images are in memory at once. */
export const dataItems = (client: Client, acquireSlot: AcquireSlot) => {
  const readers = readersOf(client.contract);
  const listOf = (modelId: string, lastDocId: string | undefined) => (json: unknown) =>
    readers.page(
      json,
      (item): DataItemRow => readers.listed({ kind: 'DataItem', modelId, id: readers.listedId(item) }, item),
      lastDocId,
    );

  return {
    list: (modelId: string, lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<DataItemRow>> =>
      client.read(
        'listDataItems',
        { path: { modelId }, query: { lastDocId }, read: listOf(modelId, lastDocId) },
        options,
      ),

    /** Reads the fields of the item, not its image: a body of raw bytes is discarded. */
    get: ({ modelId, id }: DataItemKey, options: CallOptions = {}): Promise<DataItemRow> =>
      client.read(
        'getDataItem',
        {
          path: { modelId, dataId: id },
          read: (json): DataItemRow => readers.details({ kind: 'DataItem', modelId, id }, json),
          readNonJson: () => ({ kind: 'DataItem', modelId, id }),
        },
        options,
      ),

    /** The image, which the upstream may return in any of three forms: raw bytes, base64 or a URL. */
    image: (key: DataItemKey, options: DataItemImageOptions = {}): Promise<DataItemImage> =>
      openDataItem(client, acquireSlot, key, options),

    /** Resolves to the new data item's id. */
    upload: (modelId: string, image: OutgoingImage, options: CallOptions = {}): Promise<string> =>
      client.send('uploadDataItem', { path: { modelId }, ...contentOf(image) }, options, async (response) =>
        readers.uploadedId(await readJson('uploadDataItem', response)),
      ),

    replace: ({ modelId, id }: DataItemKey, image: OutgoingImage, options: CallOptions = {}): Promise<void> =>
      client.send('replaceDataItem', { path: { modelId, dataId: id }, ...contentOf(image) }, options, ignoreBody),

    /** Deletes the data item permanently. */
    delete: ({ modelId, id }: DataItemKey): Promise<void> =>
      client.send('deleteDataItem', { path: { modelId, dataId: id } }, {}, ignoreBody),
  };
};

/** An image to upload: its bytes, or a stream of them. */
type OutgoingImage = Uint8Array | OutgoingStream;

const contentOf = (image: OutgoingImage) => (image instanceof Uint8Array ? { bytes: image } : { stream: image });
