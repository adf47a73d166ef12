import type { Arguments, Costs, FieldCost, Reads } from '../src/limits/cost.ts';
import { DEFAULT_PAGE_SIZE } from './connection.ts';

/**
 * What each field asks of the upstream, from above. What a list tells of its items is taken to be all that it has to tell.
 * Not counted are what nobody can know before: repeats after failures, pages that are shorter than usual, and the polls of
 * a watched job after the first, which all its viewers share and for which there are settings of their own.
 */

/** How many rows an upstream page usually has. */
const ROWS = 20;
/** The largest page, and the most ids, that a client may ask for. */
const MOST = 100;
/** The most images that a prediction makes. */
const IMAGES = 4;
/** How many models take part in a prediction, as a rule. */
const MODELS = 3;
/** Pages of predictions that an answer scans at most for the predictions of models. */
const SCANNED = 5;
/** One look at a picture: where it is, and its bytes. */
const PICTURE = 2;

const FREE: FieldCost = {};

const within = (count: unknown): number =>
  Math.min(MOST, Math.max(1, typeof count === 'number' ? count : DEFAULT_PAGE_SIZE));
const sizeOf = ({ first }: Arguments): number => within(first);
const idsOf = (args: Arguments): string[] => listIn(args, 'ids').map(String).slice(0, MOST);
const listIn = (object: unknown, name: string): unknown[] => {
  const value = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
  return Array.isArray(value) ? value : [];
};

/** Pages of a list. Behind a cursor one may begin in the middle. */
const pages = (list: string, args: Arguments): Reads => ({
  [`${list} ${args.after ?? ''}`]: Math.ceil(sizeOf(args) / ROWS) + (args.after ? 1 : 0),
});
const connection = (list: string): FieldCost => ({ reads: (args) => pages(list, args), maxItems: sizeOf });

const byId: FieldCost = { reads: ({ id }) => ({ [String(id)]: 1 }) };
const byIds: FieldCost = {
  reads: (args) => Object.fromEntries(idsOf(args).map((id) => [id, 1])),
  maxItems: (args) => new Set(idsOf(args)).size,
};

/** The first page of a model's trainings, under the name that the connection has for it. */
const firstTrainings: FieldCost = { reads: pages('trainings', {}) };
/** A read of one thing. */
const aRead = (what: string): FieldCost => ({ reads: { [what]: 1 } });
const aWrite = aRead('write');
/** What a write tells of a thing is completed by a read. */
const aResult = aRead('result');

const itsModel: FieldCost = { ...aRead('model'), freeBelow: 'Model' };
const facts: FieldCost = { reads: { facts: PICTURE } };

const node = { id: FREE };
const job = {
  ...node,
  status: FREE,
  upstreamStatus: FREE,
  isFinished: FREE,
  createdAt: FREE,
  finishedAt: FREE,
  failureReason: FREE,
  progress: FREE,
  staleSince: FREE,
};
const filesOf = ({ input }: Arguments): number => Math.max(1, listIn(input, 'files').length);

export const costs: Costs = {
  Query: {
    node: byId,
    nodes: byIds,
    model: byId,
    models: connection('models'),
    training: byId,
    prediction: byId,
    predictions: connection('predictions'),
  },
  Mutation: {
    createModel: aWrite,
    renameModel: aWrite,
    deleteModel: aWrite,
    uploadDataItem: aWrite,
    uploadDataItems: { reads: (args) => ({ write: filesOf(args) }), maxItems: filesOf },
    createUploadTickets: aRead('target'),
    createWatchToken: { reads: ({ input }) => ({ jobs: listIn(input, 'jobIds').length }) },
    replaceDataItem: aWrite,
    deleteDataItem: aWrite,
    startTraining: { reads: { write: 1, wait: 1 } },
    cancelTraining: aWrite,
    deleteTraining: aWrite,
    // Its warnings look up the trigger word of each model.
    createPrediction: { reads: ({ input }) => ({ write: 1, wait: 1, words: listIn(input, 'models').length }) },
    deletePrediction: aWrite,
  },
  // The first look at each job, and what an event of each asks for.
  Subscription: {
    trainingUpdated: byId,
    predictionUpdated: byId,
    jobsUpdated: byIds,
    trainingsUpdated: { reads: { list: 1, jobs: ROWS }, maxItems: ROWS },
  },
  Model: {
    ...node,
    displayName: FREE,
    customModelType: FREE,
    triggerWord: firstTrainings,
    latestTraining: firstTrainings,
    trainings: connection('trainings'),
    dataItems: connection('dataItems'),
    dataItem: byId,
    predictions: { readsOnce: { scan: SCANNED }, maxItems: sizeOf },
  },
  DataItem: { ...node, model: itsModel, image: FREE, createdAt: FREE },
  Training: {
    ...job,
    model: itsModel,
    triggerWord: FREE,
    strength: FREE,
    speed: FREE,
    style: FREE,
    isStyle: FREE,
    isInputFormatAlreadyPreprocessed: FREE,
  },
  Prediction: {
    ...job,
    prompt: FREE,
    models: { maxItems: MODELS },
    images: { maxItems: IMAGES },
    seed: FREE,
    size: FREE,
    imageCount: FREE,
    guidanceScale: FREE,
    inferenceSteps: FREE,
  },
  PredictionModel: { modelId: FREE, model: aRead('model'), scale: FREE },
  Image: {
    url: FREE,
    placeholder: { reads: { placeholder: PICTURE } },
    contentType: facts,
    byteSize: facts,
    width: facts,
    height: facts,
  },
  CreateModelSuccess: { model: aResult },
  RenameModelSuccess: { model: aResult },
  UploadDataItemSuccess: { dataItem: aResult },
  ReplaceDataItemSuccess: { dataItem: aResult },
  UploadOutcome: { fileName: FREE, dataItem: aResult, error: FREE },
  StartTrainingSuccess: { training: aResult },
  CancelTrainingSuccess: { training: aResult },
  CreatePredictionSuccess: { prediction: aResult, warnings: FREE },
  UploadDataItemsSuccess: 'free',
  CreateUploadTicketsSuccess: 'free',
  CreateWatchTokenSuccess: 'free',
  DeleteModelSuccess: 'free',
  DeleteDataItemSuccess: 'free',
  DeleteTrainingSuccess: 'free',
  DeletePredictionSuccess: 'free',
  UploadTicket: 'free',
  ModelConnection: 'free',
  ModelEdge: 'free',
  DataItemConnection: 'free',
  DataItemEdge: 'free',
  TrainingConnection: 'free',
  TrainingEdge: 'free',
  PredictionConnection: 'free',
  PredictionEdge: 'free',
  PageInfo: 'free',
  JobProgress: 'free',
  ImageSize: 'free',
  InputIssue: 'free',
  InvalidInputError: 'free',
  NotFoundError: 'free',
  ConflictError: 'free',
  UnsupportedImageError: 'free',
  FileTooLargeError: 'free',
};
