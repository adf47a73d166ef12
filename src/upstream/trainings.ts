import type { Wire } from '../contract/contract.ts';
import type { CallOptions, Client } from './client.ts';
import { failureReason } from './decode/error-message.ts';
import { boolean, type FieldReader, fraction, int, nullable, oneOf, string } from './decode/fields.ts';
import { jobStatus } from './decode/job-status.ts';
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
import { type JobObserver, PolledJobs } from './polled-jobs.ts';
import { ignoreBody } from './transport/ky-transport.ts';

const fields = {
  status: jobStatus,
  triggerWord: nullable(string),
  createdAt: timestamp,
  finishedAt: timestamp,
  progress: fraction,
  error: failureReason,
  trainingStrength: nullable(int),
  trainingSpeed: oneOf<Wire['TrainingSpeed']>('fast', 'high_quality'),
  trainingStyle: oneOf<Wire['TrainingStyle']>('content', 'style', 'balanced'),
  isStyle: nullable(boolean),
  isInputFormatAlreadyPreprocessed: nullable(boolean),
} satisfies Record<keyof Wire['TrainingDetails'], FieldReader<unknown>>;

export interface TrainingKey {
  readonly modelId: string;
  readonly id: string;
}

/** A training with the fields that an operation returned. Another operation may return the missing ones. */
export interface TrainingRow extends DecodedFields<typeof fields>, TrainingKey {
  readonly kind: 'Training';
}

const readersOf = memoizePerContract((contract) => ({
  page: pageReader(contract, 'listTrainings', 'TrainingPage', 'trainings'),
  listedId: idReader(contract, 'listTrainings', 'Training', 'id'),
  listed: objectReader(contract, 'listTrainings', 'Training', fields),
  details: objectReader(contract, 'getTraining', 'TrainingDetails', fields, 'status'),
  startedId: idReader(contract, 'startTraining', 'StartedTraining', 'trainingId'),
}));

export const trainings = (client: Client, jobs: JobObserver<TrainingRow>) => {
  const readers = readersOf(client.contract);
  const polled = new PolledJobs(jobs);
  const publish = (row: TrainingRow): TrainingRow => {
    const redacted = client.redactRow(row);
    jobs.observe(redacted);
    return redacted;
  };
  const listOf = (modelId: string, lastDocId: string | undefined) => (json: unknown) =>
    readers.page(
      json,
      (item) => publish(readers.listed({ kind: 'Training', modelId, id: readers.listedId(item) }, item)),
      lastDocId,
    );

  return {
    list: (modelId: string, lastDocId: string | undefined, options: CallOptions = {}): Promise<Page<TrainingRow>> =>
      polled.page(
        client.read(
          'listTrainings',
          { path: { modelId }, query: { lastDocId }, read: listOf(modelId, lastDocId) },
          options,
        ),
        options,
      ),

    get: ({ modelId, id }: TrainingKey, options: CallOptions = {}): Promise<TrainingRow> =>
      polled.row(
        client.read(
          'getTraining',
          {
            path: { modelId, trainingId: id },
            read: (json) => publish(readers.details({ kind: 'Training', modelId, id }, json)),
          },
          options,
        ),
        options,
      ),

    /** Starts a training, which costs money: the request is never sent twice. */
    start: (modelId: string, body: Wire['StartTraining']): Promise<TrainingKey> =>
      client.send('startTraining', { path: { modelId }, json: body }, {}, async (response) => {
        const id = readers.startedId(await readJson('startTraining', response));
        client.onCreated('getTraining', { modelId, trainingId: id });
        return { modelId, id };
      }),

    /** Requests cancellation, which is not guaranteed to succeed; the time that it ran is charged. */
    cancel: ({ modelId, id }: TrainingKey): Promise<void> =>
      client.send('cancelTraining', { path: { modelId, trainingId: id } }, {}, ignoreBody),

    /** Marks the record as deleted; a running training continues. */
    delete: ({ modelId, id }: TrainingKey): Promise<void> =>
      client.send('deleteTraining', { path: { modelId, trainingId: id } }, {}, ignoreBody),
  };
};
