import type { Wire } from '../contract/contract.ts';
import { type CallOptions, type Client, ignoreBody, type OutgoingStream } from './client.ts';
import { type DataItemPicture, type Hold, isJson, openDataItem } from './data-item-picture.ts';
import { type FieldReader, nullable, string, timestamp } from './fields.ts';
import { type Known, type Page, Reading } from './read.ts';

const fields = {
  createdAt: timestamp,
  contentType: nullable(string),
} satisfies Record<Exclude<keyof Wire['DataItem'], 'id'>, FieldReader<unknown>>;

export interface DataItemKey {
  readonly modelId: string;
  readonly id: string;
}

/** What is known of a data item; a field that is missing may be known to another operation. */
export interface DataItemRow extends Known<typeof fields>, DataItemKey {
  readonly kind: 'DataItem';
}

/** @param hold Waits for a place among the pictures that are held whole. */
export const dataItems = (client: Client, hold: Hold) => ({
  list: (modelId: string, lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<DataItemRow>> => {
    const reading = new Reading(client.contract, 'listDataItems');
    const call = { path: { modelId }, ...(lastDocId && { query: { lastDocId } }) };
    return client.send('listDataItems', call, options, async (response) =>
      reading.page('DataItemPage', 'data', await reading.json(response), (item) => ({
        kind: 'DataItem',
        modelId,
        id: reading.id('DataItem', 'id', item),
        ...reading.object('DataItem', fields, item),
      })),
    );
  },

  /** Reads what is said of the item, not its picture: raw bytes are left unread. */
  get: ({ modelId, id }: DataItemKey, options: CallOptions = {}): Promise<DataItemRow> => {
    const reading = new Reading(client.contract, 'getDataItem');
    return client.send('getDataItem', { path: { modelId, dataId: id } }, options, async (response) => {
      if (isJson(response)) {
        const known = reading.object('DataItemDetails', fields, await reading.json(response));
        return { kind: 'DataItem', modelId, id, ...known };
      }
      await ignoreBody(response);
      return { kind: 'DataItem', modelId, id };
    });
  },

  /** The picture in whichever of the contract's three shapes the upstream gives it. */
  picture: (key: DataItemKey, options: CallOptions = {}): Promise<DataItemPicture> =>
    openDataItem(client, hold, key, options),

  /** Resolves to the new data item's id. */
  upload: (modelId: string, picture: OutgoingPicture, options: CallOptions = {}): Promise<string> => {
    const reading = new Reading(client.contract, 'uploadDataItem');
    return client.send('uploadDataItem', { path: { modelId }, ...contentOf(picture) }, options, async (response) =>
      reading.id('UploadedDataItem', 'dataId', await reading.json(response)),
    );
  },

  replace: ({ modelId, id }: DataItemKey, picture: OutgoingPicture, options: CallOptions = {}): Promise<void> =>
    client.send('replaceDataItem', { path: { modelId, dataId: id }, ...contentOf(picture) }, options, ignoreBody),

  /** For good: a data item that was deleted cannot be brought back. */
  delete: ({ modelId, id }: DataItemKey): Promise<void> =>
    client.send('deleteDataItem', { path: { modelId, dataId: id } }, {}, ignoreBody),
});

/** A picture to send: all of it, or as it comes. */
type OutgoingPicture = Uint8Array | OutgoingStream;

const contentOf = (picture: OutgoingPicture) =>
  picture instanceof Uint8Array ? { bytes: picture } : { stream: picture };
