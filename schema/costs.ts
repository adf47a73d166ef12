import type { Arguments, Costs, FieldCost, Reads } from '../src/limits/cost.ts';
import { DEFAULT_PAGE_SIZE } from './connection.ts';

/**
 * Upper bounds on the upstream requests of each field, assuming that list rows are complete. Not counted is what cannot
 * be known in advance: retries, pages that are shorter than usual, and the polls of a watched job after the first,
 * which all its listeners share and which have their own settings.
 */

/** Usual number of rows on an upstream page. */
const ROWS_PER_PAGE = 20;
/** Maximum page size, and maximum number of ids, in one request of a client. */
const MAX_ITEMS = 100;
/** Maximum number of images of a prediction. */
const MAX_IMAGES = 4;
/** Usual number of models in a prediction. */
const USUAL_MODELS = 3;
/** Maximum number of prediction pages scanned per response for `Model.predictions`. */
const MAX_SCANNED_PAGES = 5;
/** Requests to read an image: for its location, and for its bytes. */
const IMAGE_REQUESTS = 2;

const FREE: FieldCost = {};

const pageSizeOf = ({ first }: Arguments): number =>
  Math.min(MAX_ITEMS, Math.max(1, typeof first === 'number' ? first : DEFAULT_PAGE_SIZE));
const idsOf = (args: Arguments): string[] => listOf(args, 'ids').map(String).slice(0, MAX_ITEMS);
const listOf = (object: unknown, name: string): unknown[] => {
  const value = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
  return Array.isArray(value) ? value : [];
};

/** Pages of a list. After a cursor, the first of them may be a partial page. */
const pages = (list: string, args: Arguments): Reads => ({
  [`${list} ${args.after ?? ''}`]: Math.ceil(pageSizeOf(args) / ROWS_PER_PAGE) + (args.after ? 1 : 0),
});
const connection = (list: string): FieldCost => ({ reads: (args) => pages(list, args), maxItems: pageSizeOf });

const byId: FieldCost = { reads: ({ id }) => ({ [String(id)]: 1 }) };
const byIds: FieldCost = {
  reads: (args) => Object.fromEntries(idsOf(args).map((id) => [id, 1])),
  maxItems: (args) => new Set(idsOf(args)).size,
};

/** The first page of a model's trainings, under the same name as in the cost of the connection. */
const firstTrainingsPage: FieldCost = { reads: pages('trainings', {}) };
const oneRead = (name: string): FieldCost => ({ reads: { [name]: 1 } });
const oneWrite = oneRead('write');
/** The read that completes the partial object in the response to a write. */
const writeResult = oneRead('result');

const parentModel: FieldCost = { ...oneRead('model'), freeBelow: 'Model' };
const imageFacts: FieldCost = { reads: { facts: IMAGE_REQUESTS } };

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
const filesOf = ({ input }: Arguments): number => Math.max(1, listOf(input, 'files').length);

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
    createModel: oneWrite,
    renameModel: oneWrite,
    deleteModel: oneWrite,
    uploadDataItem: oneWrite,
    uploadDataItems: { reads: (args) => ({ write: filesOf(args) }), maxItems: filesOf },
    createUploadTickets: oneRead('target'),
    createWatchToken: { reads: ({ input }) => ({ jobs: listOf(input, 'jobIds').length }) },
    replaceDataItem: oneWrite,
    deleteDataItem: oneWrite,
    startTraining: { reads: { write: 1, wait: 1 } },
    cancelTraining: oneWrite,
    deleteTraining: oneWrite,
    // The warnings read the trigger word of each model.
    createPrediction: { reads: ({ input }) => ({ write: 1, wait: 1, words: listOf(input, 'models').length }) },
    deletePrediction: oneWrite,
  },
  // The first poll of each job, and the requests of one event of each.
  Subscription: {
    trainingUpdated: byId,
    predictionUpdated: byId,
    jobsUpdated: byIds,
    trainingsUpdated: { reads: { list: 1, jobs: ROWS_PER_PAGE }, maxItems: ROWS_PER_PAGE },
  },
  Model: {
    ...node,
    displayName: FREE,
    customModelType: FREE,
    triggerWord: firstTrainingsPage,
    latestTraining: firstTrainingsPage,
    trainings: connection('trainings'),
    dataItems: connection('dataItems'),
    dataItem: byId,
    predictions: { readsOnce: { scan: MAX_SCANNED_PAGES }, maxItems: pageSizeOf },
  },
  DataItem: { ...node, model: parentModel, image: FREE, createdAt: FREE },
  Training: {
    ...job,
    model: parentModel,
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
    models: { maxItems: USUAL_MODELS },
    images: { maxItems: MAX_IMAGES },
    seed: FREE,
    size: FREE,
    imageCount: FREE,
    guidanceScale: FREE,
    inferenceSteps: FREE,
  },
  PredictionModel: { modelId: FREE, model: oneRead('model'), scale: FREE },
  Image: {
    url: FREE,
    placeholder: { reads: { placeholder: IMAGE_REQUESTS } },
    contentType: imageFacts,
    byteSize: imageFacts,
    width: imageFacts,
    height: imageFacts,
  },
  CreateModelSuccess: { model: writeResult },
  RenameModelSuccess: { model: writeResult },
  UploadDataItemSuccess: { dataItem: writeResult },
  ReplaceDataItemSuccess: { dataItem: writeResult },
  UploadOutcome: { fileName: FREE, dataItem: writeResult, error: FREE },
  StartTrainingSuccess: { training: writeResult },
  CancelTrainingSuccess: { training: writeResult },
  CreatePredictionSuccess: { prediction: writeResult, warnings: FREE },
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
