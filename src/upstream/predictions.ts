import type { Wire } from '../contract/contract.ts';
import { type CallOptions, type Client, ignoreBody } from './client.ts';
import { type FieldReader, fraction, list, nullable, number, reason, record, string, timestamp } from './fields.ts';
import { type ImageAddress, imageAddress } from './image-address.ts';
import { jobStatus } from './job-status.ts';
import { type Known, type Page, Reading } from './read.ts';

/** Each model's weight, by the model's id. */
const scales: FieldReader<ReadonlyMap<string, number>> = (value) =>
  new Map(
    Object.entries(record(value)).map(([modelId, scale]) => [
      modelId,
      number(typeof scale === 'number' ? scale : record(scale).scale),
    ]),
  );

const size: FieldReader<{ width: number; height: number }> = (value) => {
  const { width, height } = record(value);
  return { width: number(width), height: number(height) };
};

const fieldsOf = (client: Client) =>
  ({
    status: jobStatus,
    images: nullable((value): readonly ImageAddress[] =>
      list(value).map(imageAddress(client.contract, 'ImageReference')),
    ),
    createdAt: timestamp,
    finishedAt: timestamp,
    progress: fraction,
    error: reason,
    scaleConfigs: nullable(scales),
    prompt: nullable(string),
    seed: nullable(number),
    image_size: nullable(size),
    num_images: nullable(number),
    guidance_scale: nullable(number),
    num_inference_steps: nullable(number),
  }) satisfies Record<keyof Wire['PredictionDetails'], FieldReader<unknown>>;

/** What is known of a prediction; a field that is missing may be known to another operation. */
export interface PredictionRow extends Known<ReturnType<typeof fieldsOf>> {
  readonly kind: 'Prediction';
  readonly id: string;
}

export const predictions = (client: Client) => {
  const fields = fieldsOf(client);
  return {
    list: (lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<PredictionRow>> => {
      const reading = new Reading(client.contract, 'listPredictions');
      const call = { path: {}, ...(lastDocId && { query: { lastDocId } }) };
      return client.send('listPredictions', call, options, async (response) =>
        reading.page('PredictionPage', 'predictions', await reading.json(response), (item) => ({
          kind: 'Prediction',
          id: reading.id('Prediction', 'id', item),
          ...reading.object('Prediction', fields, item),
        })),
      );
    },

    get: (id: string, options: CallOptions = {}): Promise<PredictionRow> => {
      const reading = new Reading(client.contract, 'getPrediction');
      return client.send('getPrediction', { path: { predictionId: id } }, options, async (response) => ({
        kind: 'Prediction',
        id,
        ...reading.object('PredictionDetails', fields, await reading.json(response)),
      }));
    },

    /** Costs money, and is therefore never sent twice. Resolves to the new prediction's id. */
    create: (body: Wire['CreatePrediction']): Promise<string> => {
      const reading = new Reading(client.contract, 'createPrediction');
      return client.send('createPrediction', { path: {}, json: body }, {}, async (response) =>
        reading.id('CreatedPrediction', 'predictionId', await reading.json(response)),
      );
    },

    /** Marks the record as deleted; a running prediction goes on. */
    delete: (id: string): Promise<void> =>
      client.send('deletePrediction', { path: { predictionId: id } }, {}, ignoreBody),
  };
};
