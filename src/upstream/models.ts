import type { Wire } from '../contract/contract.ts';
import type { CallOptions, Client } from './client.ts';
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
import { ignoreBody } from './transport/ky-transport.ts';

const fields = {
  displayName: nullable(string),
  customModelType: nullable(string),
} satisfies Record<Exclude<keyof Wire['Model'], 'id'>, FieldReader<unknown>>;

/** A model with the fields that an operation returned. Another operation may return the missing ones. */
export interface ModelRow extends DecodedFields<typeof fields> {
  readonly kind: 'Model';
  readonly id: string;
}

const readersOf = memoizePerContract((contract) => ({
  page: pageReader(contract, 'listModels', 'ModelPage', 'models'),
  listedId: idReader(contract, 'listModels', 'Model', 'id'),
  listed: objectReader(contract, 'listModels', 'Model', fields),
  details: objectReader(contract, 'getModel', 'ModelDetails', fields),
  createdId: idReader(contract, 'createModel', 'CreatedModel', 'id'),
  created: objectReader(contract, 'createModel', 'CreatedModel', fields),
}));

export const models = (client: Client) => {
  const readers = readersOf(client.contract);
  const readListed = (item: unknown): ModelRow =>
    client.redactRow(readers.listed({ kind: 'Model', id: readers.listedId(item) }, item));
  const readDetails = (id: string, body: unknown): ModelRow =>
    client.redactRow(readers.details({ kind: 'Model', id }, body));

  return {
    list: (lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<ModelRow>> =>
      client.read(
        'listModels',
        { path: {}, query: { lastDocId }, read: (json) => readers.page(json, readListed, lastDocId) },
        options,
      ),

    get: (id: string, options: CallOptions = {}): Promise<ModelRow> =>
      client.read('getModel', { path: { modelId: id }, read: (json) => readDetails(id, json) }, options),

    create: (body: Wire['CreateModel']): Promise<ModelRow> =>
      client.send('createModel', { path: {}, json: body }, {}, async (response) => {
        const json = await readJson('createModel', response);
        const row: ModelRow = readers.created({ kind: 'Model', id: readers.createdId(json) }, json);
        // The model exists: a malformed name must not fail the request, which would lose its id.
        return client.redactRow<ModelRow>({ ...row, displayName: row.displayName ?? body.displayName });
      }),

    /** The response has no body, so the row contains the new name only. */
    rename: (id: string, updatedDisplayName: string): Promise<ModelRow> =>
      client.send('updateModel', { path: { modelId: id }, json: { updatedDisplayName } }, {}, async () => ({
        kind: 'Model',
        id,
        displayName: updatedDisplayName,
      })),

    /** Marks the model as deleted; its trainings and predictions remain. */
    delete: (id: string): Promise<void> => client.send('deleteModel', { path: { modelId: id } }, {}, ignoreBody),
  };
};
