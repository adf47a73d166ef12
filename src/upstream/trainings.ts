import type { Wire } from '../contract/contract.ts';
import { type CallOptions, type Client, ignoreBody } from './client.ts';
import { boolean, type FieldReader, fraction, nullable, number, oneOf, reason, string, timestamp } from './fields.ts';
import { jobStatus } from './job-status.ts';
import { type Known, type Page, Reading } from './read.ts';

const fields = {
  status: jobStatus,
  triggerWord: nullable(string),
  createdAt: timestamp,
  finishedAt: timestamp,
  progress: fraction,
  error: reason,
  trainingStrength: nullable(number),
  trainingSpeed: oneOf<Wire['TrainingSpeed']>('fast', 'high_quality'),
  trainingStyle: oneOf<Wire['TrainingStyle']>('content', 'style', 'balanced'),
  isStyle: nullable(boolean),
  isInputFormatAlreadyPreprocessed: nullable(boolean),
} satisfies Record<keyof Wire['TrainingDetails'], FieldReader<unknown>>;

export interface TrainingKey {
  readonly modelId: string;
  readonly id: string;
}

/** What is known of a training; a field that is missing may be known to another operation. */
export interface TrainingRow extends Known<typeof fields>, TrainingKey {
  readonly kind: 'Training';
}

export const trainings = (client: Client) => ({
  list: (modelId: string, lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<TrainingRow>> => {
    const reading = new Reading(client.contract, 'listTrainings');
    const call = { path: { modelId }, ...(lastDocId && { query: { lastDocId } }) };
    return client.send('listTrainings', call, options, async (response) =>
      reading.page('TrainingPage', 'trainings', await reading.json(response), (item) => ({
        kind: 'Training',
        modelId,
        id: reading.id('Training', 'id', item),
        ...reading.object('Training', fields, item),
      })),
    );
  },

  get: ({ modelId, id }: TrainingKey, options: CallOptions = {}): Promise<TrainingRow> => {
    const reading = new Reading(client.contract, 'getTraining');
    return client.send('getTraining', { path: { modelId, trainingId: id } }, options, async (response) => ({
      kind: 'Training',
      modelId,
      id,
      ...reading.object('TrainingDetails', fields, await reading.json(response)),
    }));
  },

  /** Costs money, and is therefore never sent twice. */
  start: (modelId: string, body: Wire['StartTraining']): Promise<TrainingKey> => {
    const reading = new Reading(client.contract, 'startTraining');
    return client.send('startTraining', { path: { modelId }, json: body }, {}, async (response) => ({
      modelId,
      id: reading.id('StartedTraining', 'trainingId', await reading.json(response)),
    }));
  },

  /** Asks for cancellation, which is not guaranteed to succeed; what ran is charged for. */
  cancel: ({ modelId, id }: TrainingKey): Promise<void> =>
    client.send('cancelTraining', { path: { modelId, trainingId: id } }, {}, ignoreBody),

  /** Marks the record as deleted; a running training goes on. */
  delete: ({ modelId, id }: TrainingKey): Promise<void> =>
    client.send('deleteTraining', { path: { modelId, trainingId: id } }, {}, ignoreBody),
});
