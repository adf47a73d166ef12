import type { Contract, Wire } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';
import { isRecord } from '../util/json.ts';
import type { CallOptions, Client } from './client.ts';
import { failureReason } from './decode/error-message.ts';
import {
  type FieldReader,
  fraction,
  int,
  list,
  nullable,
  number,
  record,
  safeInteger,
  string,
  UnreadableValueError,
} from './decode/fields.ts';
import { type ImageAddress, imageAddress } from './decode/image-address.ts';
import { jobStatus } from './decode/job-status.ts';
import { readJson } from './decode/json.ts';
import {
  type DecodedFields,
  firstValue,
  idReader,
  memoizePerContract,
  namesOf,
  objectReader,
  type Page,
  pageReader,
} from './decode/objects.ts';
import { timestamp } from './decode/timestamp.ts';
import { type JobObserver, PolledJobs } from './polled-jobs.ts';
import { ignoreBody } from './transport/ky-transport.ts';

/** A model used by a prediction, and its weight. */
export interface Scale {
  readonly modelId: string;
  readonly scale: number;
}

const scales: FieldReader<readonly Scale[]> = (value) =>
  Object.entries(record(value)).map(([modelId, scale]) => {
    if (!isUpstreamId(modelId)) throw new UnreadableValueError('ids of models as keys', modelId);
    return { modelId, scale: number(isRecord(scale) ? scale.scale : scale) };
  });

const sizeOf = (contract: Contract): FieldReader<{ width: number; height: number }> => {
  const [width, height] = [namesOf(contract, 'ImageSize', 'width'), namesOf(contract, 'ImageSize', 'height')];
  return (value) => {
    const body = record(value);
    return { width: int(firstValue(body, width)), height: int(firstValue(body, height)) };
  };
};

const imagesOf = (contract: Contract): FieldReader<readonly ImageAddress[]> => {
  const read = imageAddress(contract, 'ImageReference');
  return (value) => list(value).map(read);
};

const fieldsOf = (contract: Contract) =>
  ({
    status: jobStatus,
    images: nullable(imagesOf(contract)),
    createdAt: timestamp,
    finishedAt: timestamp,
    progress: fraction,
    error: failureReason,
    scaleConfigs: nullable(scales),
    prompt: nullable(string),
    seed: nullable(safeInteger),
    image_size: nullable(sizeOf(contract)),
    num_images: nullable(int),
    guidance_scale: nullable(number),
    num_inference_steps: nullable(int),
  }) satisfies Record<keyof Wire['PredictionDetails'], FieldReader<unknown>>;

/** A prediction with the fields that an operation returned. Another operation may return the missing ones. */
export interface PredictionRow extends DecodedFields<ReturnType<typeof fieldsOf>> {
  readonly kind: 'Prediction';
  readonly id: string;
}

const readersOf = memoizePerContract((contract) => {
  const fields = fieldsOf(contract);
  return {
    page: pageReader(contract, 'listPredictions', 'PredictionPage', 'predictions'),
    listedId: idReader(contract, 'listPredictions', 'Prediction', 'id'),
    listed: objectReader(contract, 'listPredictions', 'Prediction', fields),
    details: objectReader(contract, 'getPrediction', 'PredictionDetails', fields, 'status'),
    createdId: idReader(contract, 'createPrediction', 'CreatedPrediction', 'predictionId'),
  };
});

export const predictions = (client: Client, jobs: JobObserver<PredictionRow>) => {
  const readers = readersOf(client.contract);
  const polled = new PolledJobs(jobs);
  const publish = (row: PredictionRow): PredictionRow => {
    const redacted = client.redactRow(row);
    jobs.observe(redacted);
    return redacted;
  };
  const readListed = (item: unknown) =>
    publish(readers.listed({ kind: 'Prediction', id: readers.listedId(item) }, item));

  return {
    list: (lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<PredictionRow>> =>
      polled.page(
        client.read(
          'listPredictions',
          { path: {}, query: { lastDocId }, read: (json) => readers.page(json, readListed, lastDocId) },
          options,
        ),
        options,
      ),

    get: (id: string, options: CallOptions = {}): Promise<PredictionRow> =>
      polled.row(
        client.read(
          'getPrediction',
          { path: { predictionId: id }, read: (json) => publish(readers.details({ kind: 'Prediction', id }, json)) },
          options,
        ),
        options,
      ),

    /** Creates a prediction, which costs money: the request is never sent twice. Resolves to its id. */
    create: (body: Wire['CreatePrediction']): Promise<string> =>
      client.send('createPrediction', { path: {}, json: body }, {}, async (response) => {
        const id = readers.createdId(await readJson('createPrediction', response));
        client.onCreated('getPrediction', { predictionId: id });
        return id;
      }),

    /** Marks the record as deleted; a running prediction continues. */
    delete: (id: string): Promise<void> =>
      client.send('deletePrediction', { path: { predictionId: id } }, {}, ignoreBody),
  };
};
