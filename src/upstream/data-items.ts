import type { Wire } from '../contract/contract.ts';
import type { CallOptions, Client, OutgoingStream } from './client.ts';
import { type FieldReader, nullable, string } from './decode/fields.ts';
import { readJson } from './decode/json.ts';
import { type DecodedFields, idReader, objectReader, type Page, pageReader, perContract } from './decode/objects.ts';
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

/** What is known of a data item; a field that is missing may be known to another operation. */
export interface DataItemRow extends DecodedFields<typeof fields>, DataItemKey {
  readonly kind: 'DataItem';
}

const readersOf = perContract((contract) => ({
  page: pageReader(contract, 'listDataItems', 'DataItemPage', 'data'),
  listedId: idReader(contract, 'listDataItems', 'DataItem', 'id'),
  listed: objectReader(contract, 'listDataItems', 'DataItem', fields),
  details: objectReader(contract, 'getDataItem', 'DataItemDetails', fields),
  uploadedId: idReader(contract, 'uploadDataItem', 'UploadedDataItem', 'dataId'),
}));

/** @param hold Waits for a place among the pictures that are held whole. */
export const dataItems = (client: Client, hold: AcquireSlot) => {
  const readers = readersOf(client.contract);
  const listOf = (modelId: string) => (json: unknown) =>
    readers.page(
      json,
      (item): DataItemRow => readers.listed({ kind: 'DataItem', modelId, id: readers.listedId(item) }, item),
    );

  return {
    list: (modelId: string, lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<DataItemRow>> =>
      client.read('listDataItems', { path: { modelId }, query: { lastDocId }, read: listOf(modelId) }, options),

    /** Reads what is said of the item, not its picture: raw bytes are left unread. */
    get: ({ modelId, id }: DataItemKey, options: CallOptions = {}): Promise<DataItemRow> =>
      client.read(
        'getDataItem',
        {
          path: { modelId, dataId: id },
          read: (json): DataItemRow => readers.details({ kind: 'DataItem', modelId, id }, json),
          other: () => ({ kind: 'DataItem', modelId, id }),
        },
        options,
      ),

    /** The picture in whichever of the contract's three shapes the upstream gives it. */
    picture: (key: DataItemKey, options: DataItemImageOptions = {}): Promise<DataItemImage> =>
      openDataItem(client, hold, key, options),

    /** Resolves to the new data item's id. */
    upload: (modelId: string, picture: OutgoingPicture, options: CallOptions = {}): Promise<string> =>
      client.send('uploadDataItem', { path: { modelId }, ...contentOf(picture) }, options, async (response) =>
        readers.uploadedId(await readJson('uploadDataItem', response)),
      ),

    replace: ({ modelId, id }: DataItemKey, picture: OutgoingPicture, options: CallOptions = {}): Promise<void> =>
      client.send('replaceDataItem', { path: { modelId, dataId: id }, ...contentOf(picture) }, options, ignoreBody),

    /** For good: a data item that was deleted cannot be brought back. */
    delete: ({ modelId, id }: DataItemKey): Promise<void> =>
      client.send('deleteDataItem', { path: { modelId, dataId: id } }, {}, ignoreBody),
  };
};

/** A picture to send: all of it, or as it comes. */
type OutgoingPicture = Uint8Array | OutgoingStream;

const contentOf = (picture: OutgoingPicture) =>
  picture instanceof Uint8Array ? { bytes: picture } : { stream: picture };
