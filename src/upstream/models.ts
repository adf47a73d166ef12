import type { Wire } from '../contract/contract.ts';
import { type CallOptions, type Client, ignoreBody } from './client.ts';
import { type FieldReader, nullable, string } from './fields.ts';
import { type Known, type Page, Reading } from './read.ts';

const fields = {
  displayName: nullable(string),
  customModelType: nullable(string),
} satisfies Record<Exclude<keyof Wire['Model'], 'id'>, FieldReader<unknown>>;

/** What is known of a model; a field that is missing may be known to another operation. */
export interface ModelRow extends Known<typeof fields> {
  readonly kind: 'Model';
  readonly id: string;
}

export const models = (client: Client) => ({
  list: (lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<ModelRow>> => {
    const reading = new Reading(client.contract, 'listModels');
    return client.send(
      'listModels',
      { path: {}, ...(lastDocId && { query: { lastDocId } }) },
      options,
      async (response) =>
        reading.page('ModelPage', 'models', await reading.json(response), (item) => ({
          kind: 'Model',
          id: reading.id('Model', 'id', item),
          ...reading.object('Model', fields, item),
        })),
    );
  },

  get: (id: string, options: CallOptions = {}): Promise<ModelRow> => {
    const reading = new Reading(client.contract, 'getModel');
    return client.send('getModel', { path: { modelId: id } }, options, async (response) => ({
      kind: 'Model',
      id,
      ...reading.object('ModelDetails', fields, await reading.json(response)),
    }));
  },

  create: (body: Wire['CreateModel']): Promise<ModelRow> => {
    const reading = new Reading(client.contract, 'createModel');
    return client.send('createModel', { path: {}, json: body }, {}, async (response) => {
      const answer = await reading.json(response);
      return {
        kind: 'Model',
        id: reading.id('CreatedModel', 'id', answer),
        ...reading.object('CreatedModel', fields, answer),
      };
    });
  },

  /** The answer says nothing, so the row holds the new name alone. */
  rename: (id: string, updatedDisplayName: string): Promise<ModelRow> =>
    client.send('updateModel', { path: { modelId: id }, json: { updatedDisplayName } }, {}, async () => ({
      kind: 'Model',
      id,
      displayName: updatedDisplayName,
    })),

  /** Marks the model as deleted; its trainings and predictions stay. */
  delete: (id: string): Promise<void> => client.send('deleteModel', { path: { modelId: id } }, {}, ignoreBody),
});
