import type { Attempt } from './attempts.ts';
import {
  type CreatePredictionMutation,
  createPrediction,
  type StartTrainingMutation,
  startTraining,
} from './documents.gen.ts';
import { FlairError } from './errors.ts';
import { JobError } from './job-error.ts';
import type { TypedDocument } from './typed-document.ts';
import type { FlairClient, Job, RunOptions } from './types.ts';

interface JobInput {
  idempotencyKey?: string | null | undefined;
}

/** Functions that start a job and wait for its end. */
export function createRuns({ request, watchJob }: Pick<FlairClient, 'request' | 'watchJob'>, attempt: Attempt) {
  /** @param document Starts the job. Repeated after a failure, because the idempotency key makes that safe. */
  const run = async <Data, Input extends JobInput, Item extends Job>(
    document: TypedDocument<Data, { input: Input }>,
    read: (data: Data) => Item,
    input: Input,
    { onUpdate, signal, onState }: RunOptions<Item> = {},
  ): Promise<Item> => {
    const variables = { input: { ...input, idempotencyKey: input.idempotencyKey ?? randomKey() } };
    let job = read(await attempt(() => request(document, variables, { signal }), signal));
    onUpdate?.(job);
    if (!job.isFinished) {
      for await (const current of watchJob(job.id, { signal, onState })) {
        job = current as Item;
        onUpdate?.(job);
      }
    }
    if (job.status !== 'COMPLETED') throw new JobError(job);
    return job;
  };

  const trainingIn = ({ startTraining: result }: StartTrainingMutation) =>
    'training' in result ? result.training : fail(result);
  const predictionIn = ({ createPrediction: result }: CreatePredictionMutation) =>
    'prediction' in result ? result.prediction : fail(result);
  return {
    train: ((input, options) => run(startTraining, trainingIn, input, options)) satisfies FlairClient['train'],
    predict: ((input, options) => run(createPrediction, predictionIn, input, options)) satisfies FlairClient['predict'],
  };
}

/** Throws an error as data. */
export function fail(result: { __typename: string; message: string }): never {
  throw new FlairError(result.message, result.__typename, { result });
}

/** A random key of 128 bits. `randomUUID` exists only on pages that are served securely. */
const randomKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
