import type { Wire } from '../contract/contract.ts';
import { type CallOptions, type Client, ignoreBody } from './client.ts';
import { type FieldReader, nullable, string, timestamp } from './fields.ts';
import { type ImageAddress, imageAddress } from './image-address.ts';
import { MAX_PICTURE_BYTES } from './picture.ts';
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

/** A data item's picture: its bytes, or where they are. */
export type DataItemPicture = { readonly bytes: Uint8Array<ArrayBuffer> } | ImageAddress;

export const dataItems = (client: Client) => ({
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
  picture: ({ modelId, id }: DataItemKey, options: CallOptions = {}): Promise<DataItemPicture> => {
    const reading = new Reading(client.contract, 'getDataItem');
    return client.send('getDataItem', { path: { modelId, dataId: id } }, options, async (response) =>
      isJson(response)
        ? reading.value(
            'DataItemDetails',
            imageAddress(client.contract, 'DataItemDetails'),
            await reading.json(response),
          )
        : { bytes: await reading.bytes(response, MAX_PICTURE_BYTES) },
    );
  },

  /** Resolves to the new data item's id. */
  upload: (modelId: string, bytes: Uint8Array): Promise<string> => {
    const reading = new Reading(client.contract, 'uploadDataItem');
    return client.send('uploadDataItem', { path: { modelId }, bytes }, {}, async (response) =>
      reading.id('UploadedDataItem', 'dataId', await reading.json(response)),
    );
  },

  replace: ({ modelId, id }: DataItemKey, bytes: Uint8Array): Promise<void> =>
    client.send('replaceDataItem', { path: { modelId, dataId: id }, bytes }, {}, ignoreBody),

  /** For good: a data item that was deleted cannot be brought back. */
  delete: ({ modelId, id }: DataItemKey): Promise<void> =>
    client.send('deleteDataItem', { path: { modelId, dataId: id } }, {}, ignoreBody),
});

const isJson = (response: Response): boolean => /\bjson\b/i.test(response.headers.get('content-type') ?? '');
