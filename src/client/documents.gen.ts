/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from './typed-document.ts';
/** A training to cancel. */
export type CancelTrainingInput = {
  /** Global id of the training. */
  id: string;
};

/** Settings of a new model. */
export type CreateModelInput = {
  /** Type of the model. Reserved by the upstream for future use. */
  customModelType?: string | null | undefined;
  /** Human-readable name; not blank. */
  displayName: string;
  /** Makes a retry safe: for 24 hours, a request with the same key and the same input returns the first result and is not sent to the upstream again. Any text of 1 to 255 characters, for example a UUID. */
  idempotencyKey?: string | null | undefined;
};

/** Settings of a prediction. Creating one costs money. */
export type CreatePredictionInput = {
  /** How closely the images follow the prompt, from 0 to 10. */
  guidanceScale?: number | null | undefined;
  /** Makes a retry safe: for 24 hours, a request with the same key and the same input returns the first result and is not sent to the upstream again. Any text of 1 to 255 characters, for example a UUID. */
  idempotencyKey?: string | null | undefined;
  /** Number of images to generate, from 1 to 4. */
  imageCount?: number | null | undefined;
  /** Number of denoising steps, from 1 to 50. */
  inferenceSteps?: number | null | undefined;
  /** The models to use, each with its weight: at least one, each only once. */
  models: Array<PredictionModelInput>;
  /** Text description of the images. Must include the trigger word of each model; a model whose trigger word is missing has no effect. */
  prompt: string;
  /** Random seed, for reproducible results. Omitted: the upstream chooses one. */
  seed?: number | null | undefined;
  /** Dimensions of the images. Omitted: the default of the upstream. */
  size?: ImageSizeInput | null | undefined;
  /** Delays the response until the job has finished, or for this number of seconds at most, from 0 to 60. Lets scripts do without a subscription. */
  waitSeconds?: number | null | undefined;
};

/** Predictions to start. Each costs money. */
export type CreatePredictionsInput = {
  /** The predictions, 1 to 100. */
  items: Array<CreatePredictionsItemInput>;
};

/** Settings of one prediction of several, and its idempotency key. */
export type CreatePredictionsItemInput = {
  /** How closely the images follow the prompt, from 0 to 10. */
  guidanceScale?: number | null | undefined;
  /** Makes it safe to send the item again, after a lost response or after any error in its outcome: for 24 hours, an item with the same key and the same settings returns the first result and is not sent to the upstream again. `createPrediction` accepts the same keys. Any text of 1 to 255 characters, for example a UUID; each item has its own. */
  idempotencyKey: string;
  /** Number of images to generate, from 1 to 4. */
  imageCount?: number | null | undefined;
  /** Number of denoising steps, from 1 to 50. */
  inferenceSteps?: number | null | undefined;
  /** The models to use, each with its weight: at least one, each only once. */
  models: Array<PredictionModelInput>;
  /** Text description of the images. Must include the trigger word of each model; a model whose trigger word is missing has no effect. */
  prompt: string;
  /** Random seed, for reproducible results. Omitted: the upstream chooses one. */
  seed?: number | null | undefined;
  /** Dimensions of the images. Omitted: the default of the upstream. */
  size?: ImageSizeInput | null | undefined;
};

/** Settings of upload tickets. */
export type CreateUploadTicketsInput = {
  /** Number of tickets, one per image: 1 to 100; exactly 1 for `replaceDataItem`. */
  count?: number | null | undefined;
  /** The model or data item that receives the images. */
  target: UploadTargetInput;
};

/** Settings of a watch token: its jobs and its lifetime. */
export type CreateWatchTokenInput = {
  /** Lifetime of the token in seconds, 60 to 86400. */
  expiresInSeconds?: number | null | undefined;
  /** Global ids of trainings and predictions, 1 to 100. */
  jobIds: Array<string>;
};

/** A data item to delete. */
export type DeleteDataItemInput = {
  /** Global id of the data item. */
  id: string;
};

/** The data items to delete. */
export type DeleteDataItemsInput = {
  /** Global ids of the data items, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string>;
};

/** A model to delete. */
export type DeleteModelInput = {
  /** Global id of the model. */
  id: string;
};

/** The models to delete. */
export type DeleteModelsInput = {
  /** Global ids of the models, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string>;
};

/** A prediction to delete. */
export type DeletePredictionInput = {
  /** Global id of the prediction. */
  id: string;
};

/** The predictions to delete. */
export type DeletePredictionsInput = {
  /** Global ids of the predictions, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string>;
};

/** A training to delete. */
export type DeleteTrainingInput = {
  /** Global id of the training. */
  id: string;
};

/** The trainings to delete. */
export type DeleteTrainingsInput = {
  /** Global ids of the trainings, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string>;
};

/** Settings of a fast training, which is expected to take several minutes. */
export type FastTrainingInput = {
  /** True if the images are already pre-processed. */
  isInputFormatAlreadyPreprocessed?: boolean | null | undefined;
  /** True to learn the style of the images, false to learn their content. */
  isStyle?: boolean | null | undefined;
};

/** Settings of a high quality training, which takes a few hours at most. */
export type HighQualityTrainingInput = {
  /** Aspect of the images to learn. */
  style?: TrainingStyle | null | undefined;
};

/** Dimensions of the images to generate. */
export type ImageSizeInput = {
  /** Height in pixels, from 512 to 1536. */
  height: number;
  /** Width in pixels, from 512 to 1536. */
  width: number;
};

/** State of a job. COMPLETED, FAILED and CANCELED are final. */
export type JobStatus =
  /** Stopped on request. The part that ran was charged. */
  | 'CANCELED'
  /** Finished successfully. */
  | 'COMPLETED'
  /** Finished without a result; `failureReason` may contain the reason. */
  | 'FAILED'
  /** Running. */
  | 'PROCESSING'
  /** Accepted, but not started. */
  | 'QUEUED'
  /** The upstream reported a status unknown to this gateway; see `upstreamStatus`. Not final. */
  | 'UNKNOWN';

/** A model to use in a prediction. */
export type PredictionModelInput = {
  /** Global id of the model. */
  id: string;
  /** Weight of the model relative to the other models of the prediction. */
  scale: number;
};

/** A new name for a model. */
export type RenameModelInput = {
  /** The new name; not blank. */
  displayName: string;
  /** Global id of the model. */
  id: string;
};

/** A new file for a training image. */
export type ReplaceDataItemInput = {
  /** A webp, png or jpeg image of at most 10,485,760 bytes. */
  file: Blob | string;
  /** Global id of the data item. */
  id: string;
};

/** Settings of a training. Starting one costs money. */
export type StartTrainingInput = {
  /** Makes a retry safe: for 24 hours, a request with the same key and the same input returns the first result and is not sent to the upstream again. Any text of 1 to 255 characters, for example a UUID. */
  idempotencyKey?: string | null | undefined;
  /** Fast or high quality. Omitted: high quality. */
  mode?: TrainingModeInput | null | undefined;
  /** Global id of the model to train. */
  modelId: string;
  /** How strongly the model learns from the images, from 0 to 10. A higher value stays closer to them. */
  strength: number;
  /** Delays the response until the job has finished, or for this number of seconds at most, from 0 to 60. Lets scripts do without a subscription. */
  waitSeconds?: number | null | undefined;
};

/** The mode of a training: exactly one of the two fields. */
export type TrainingModeInput =
  {   /** Fast: expected to take several minutes. */
  fast: FastTrainingInput; highQuality?: never; }
  |  { fast?: never;   /** High quality: takes a few hours at most. */
  highQuality: HighQualityTrainingInput; };

/** Aspect of the images that a high quality training learns. */
export type TrainingStyle =
  /** Both content and style. */
  | 'BALANCED'
  /** The content of the images: what they depict. */
  | 'CONTENT'
  /** The style of the images: how they look. */
  | 'STYLE';

/** A training image to add to a model. */
export type UploadDataItemInput = {
  /** A webp, png or jpeg image of at most 10,485,760 bytes. */
  file: Blob | string;
  /** Global id of the model. */
  modelId: string;
};

/** Target of the uploaded images: exactly one of the two fields. */
export type UploadTargetInput =
  {   /** Global id of a model, to which each image is added as a new data item. */
  newInModel: string; replaceDataItem?: never; }
  |  { newInModel?: never;   /** Global id of a data item, whose image is replaced. */
  replaceDataItem: string; };

type JobFields_Prediction_Fragment = { id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } };

type JobFields_Training_Fragment = { id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } };

export type JobFieldsFragment =
  | JobFields_Prediction_Fragment
  | JobFields_Training_Fragment
;

export type TrainingFieldsFragment = { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
    | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
    | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
   | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } };

export type PredictionFieldsFragment = { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } };

export type ModelFieldsFragment = { __typename: 'Model', id: string, displayName: string, customModelType: string | null };

export type DataItemFieldsFragment = { __typename: 'DataItem', id: string, createdAt: string | null, image: { key: string, url: string, expiresAt: string } };

export type DeleteOutcomeFieldsFragment = { id: string, deletedId: string | null, error:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'FileTooLargeError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
    | { __typename: 'UnsupportedImageError', message: string }
   | null };

export type ListModelsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  nameContains?: string | null | undefined;
}>;


export type ListModelsQuery = { models: { nodes: Array<{ __typename: 'Model', id: string, displayName: string, customModelType: string | null } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type GetModelQueryVariables = Exact<{
  id: string;
}>;


export type GetModelQuery = { model: { __typename: 'Model', triggerWord: string | null, id: string, displayName: string, customModelType: string | null } | null };

export type CreateModelMutationVariables = Exact<{
  input: CreateModelInput;
}>;


export type CreateModelMutation = { createModel:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreateModelSuccess', model: { __typename: 'Model', id: string, displayName: string, customModelType: string | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type RenameModelMutationVariables = Exact<{
  input: RenameModelInput;
}>;


export type RenameModelMutation = { renameModel:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
    | { __typename: 'RenameModelSuccess', model: { __typename: 'Model', id: string, displayName: string } }
   };

export type DeleteModelMutationVariables = Exact<{
  input: DeleteModelInput;
}>;


export type DeleteModelMutation = { deleteModel:
    | { __typename: 'DeleteModelSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type DeleteModelsMutationVariables = Exact<{
  input: DeleteModelsInput;
}>;


export type DeleteModelsMutation = { deleteModels:
    | { __typename: 'DeleteModelsSuccess', outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type ListDataItemsQueryVariables = Exact<{
  modelId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListDataItemsQuery = { model: { __typename: 'Model', id: string, dataItems: { nodes: Array<{ __typename: 'DataItem', id: string, createdAt: string | null, image: { key: string, url: string, expiresAt: string } } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type GetDataItemQueryVariables = Exact<{
  modelId: string;
  id: string;
}>;


export type GetDataItemQuery = { model: { __typename: 'Model', id: string, dataItem: { __typename: 'DataItem', id: string, createdAt: string | null, image: { key: string, url: string, expiresAt: string } } | null } | null };

export type UploadDataItemMutationVariables = Exact<{
  input: UploadDataItemInput;
}>;


export type UploadDataItemMutation = { uploadDataItem:
    | { __typename: 'FileTooLargeError', message: string, fileName: string | null, maxBytes: number }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
    | { __typename: 'UnsupportedImageError', message: string, fileName: string | null }
    | { __typename: 'UploadDataItemSuccess', dataItem: { __typename: 'DataItem', id: string, createdAt: string | null, image: { key: string, url: string, expiresAt: string } } }
   };

export type ReplaceDataItemMutationVariables = Exact<{
  input: ReplaceDataItemInput;
}>;


export type ReplaceDataItemMutation = { replaceDataItem:
    | { __typename: 'FileTooLargeError', message: string, fileName: string | null, maxBytes: number }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
    | { __typename: 'ReplaceDataItemSuccess', dataItem: { __typename: 'DataItem', id: string, createdAt: string | null, image: { key: string, url: string, expiresAt: string } } }
    | { __typename: 'UnsupportedImageError', message: string, fileName: string | null }
   };

export type DeleteDataItemMutationVariables = Exact<{
  input: DeleteDataItemInput;
}>;


export type DeleteDataItemMutation = { deleteDataItem:
    | { __typename: 'DeleteDataItemSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type DeleteDataItemsMutationVariables = Exact<{
  input: DeleteDataItemsInput;
}>;


export type DeleteDataItemsMutation = { deleteDataItems:
    | { __typename: 'DeleteDataItemsSuccess', outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type CreateUploadTicketsMutationVariables = Exact<{
  input: CreateUploadTicketsInput;
}>;


export type CreateUploadTicketsMutation = { createUploadTickets:
    | { __typename: 'CreateUploadTicketsSuccess', tickets: Array<{ url: string, expiresAt: string }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type ListTrainingsQueryVariables = Exact<{
  modelId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListTrainingsQuery = { model: { __typename: 'Model', id: string, trainings: { nodes: Array<{ __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type GetTrainingQueryVariables = Exact<{
  id: string;
}>;


export type GetTrainingQuery = { training: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
      | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
      | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
     | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null };

export type StartTrainingMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartTrainingMutation = { startTraining:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
    | { __typename: 'StartTrainingSuccess', training: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } }
   };

export type CancelTrainingMutationVariables = Exact<{
  input: CancelTrainingInput;
}>;


export type CancelTrainingMutation = { cancelTraining:
    | { __typename: 'CancelTrainingSuccess', training: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type DeleteTrainingMutationVariables = Exact<{
  input: DeleteTrainingInput;
}>;


export type DeleteTrainingMutation = { deleteTraining:
    | { __typename: 'DeleteTrainingSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type DeleteTrainingsMutationVariables = Exact<{
  input: DeleteTrainingsInput;
}>;


export type DeleteTrainingsMutation = { deleteTrainings:
    | { __typename: 'DeleteTrainingsSuccess', outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type ListPredictionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  status?: Array<JobStatus> | JobStatus | null | undefined;
  createdAfter?: string | null | undefined;
}>;


export type ListPredictionsQuery = { predictions: { nodes: Array<{ __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type GetPredictionQueryVariables = Exact<{
  id: string;
}>;


export type GetPredictionQuery = { prediction: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null };

export type CreatePredictionMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreatePredictionMutation = { createPrediction:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreatePredictionSuccess', prediction: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type CreatePredictionsMutationVariables = Exact<{
  input: CreatePredictionsInput;
}>;


export type CreatePredictionsMutation = { createPredictions:
    | { __typename: 'CreatePredictionsSuccess', outcomes: Array<{ idempotencyKey: string, prediction: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type DeletePredictionMutationVariables = Exact<{
  input: DeletePredictionInput;
}>;


export type DeletePredictionMutation = { deletePrediction:
    | { __typename: 'DeletePredictionSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type DeletePredictionsMutationVariables = Exact<{
  input: DeletePredictionsInput;
}>;


export type DeletePredictionsMutation = { deletePredictions:
    | { __typename: 'DeletePredictionsSuccess', outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type ListActiveJobsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type ListActiveJobsQuery = { activeJobs: { isComplete: boolean, jobs: Array<
      | { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } }
      | { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } }
    > } };

export type CreateWatchTokenMutationVariables = Exact<{
  input: CreateWatchTokenInput;
}>;


export type CreateWatchTokenMutation = { createWatchToken:
    | { __typename: 'CreateWatchTokenSuccess', token: string, expiresAt: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type JobsUpdatedSubscriptionVariables = Exact<{
  ids: Array<string> | string;
}>;


export type JobsUpdatedSubscription = { jobsUpdated:
    | { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } }
    | { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
        | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
        | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
       | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } }
   | null };

export type TrainingsUpdatedSubscriptionVariables = Exact<{
  modelId: string;
}>;


export type TrainingsUpdatedSubscription = { trainingsUpdated: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, mode:
      | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
      | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
     | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null };

export type PredictionsUpdatedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type PredictionsUpdatedSubscription = { predictionsUpdated: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, checkedAt: string | null, staleSince: string | null, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, url: string, expiresAt: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null };


/** Executes `models`. */
export const listModels = "query listModels($first:Int$after:String$nameContains:String){models(first:$first after:$after nameContains:$nameContains){nodes{...ModelFields}pageInfo{hasNextPage endCursor}}}fragment ModelFields on Model{__typename id displayName customModelType}" as TypedDocument<ListModelsQuery, ListModelsQueryVariables>;

/** Executes `model`. */
export const getModel = "query getModel($id:ID!){model(id:$id){...ModelFields triggerWord}}fragment ModelFields on Model{__typename id displayName customModelType}" as TypedDocument<GetModelQuery, GetModelQueryVariables>;

/** Executes `createModel`. */
export const createModel = "mutation createModel($input:CreateModelInput!){createModel(input:$input){__typename ...on CreateModelSuccess{model{...ModelFields}}...on InvalidInputError{message issues{path message}}...on ConflictError{message}}}fragment ModelFields on Model{__typename id displayName customModelType}" as TypedDocument<CreateModelMutation, CreateModelMutationVariables>;

/** Executes `renameModel`. */
export const renameModel = "mutation renameModel($input:RenameModelInput!){renameModel(input:$input){__typename ...on RenameModelSuccess{model{__typename id displayName}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<RenameModelMutation, RenameModelMutationVariables>;

/** Executes `deleteModel`. */
export const deleteModel = "mutation deleteModel($input:DeleteModelInput!){deleteModel(input:$input){__typename ...on DeleteModelSuccess{deletedId}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<DeleteModelMutation, DeleteModelMutationVariables>;

/** Executes `deleteModels`. */
export const deleteModels = "mutation deleteModels($input:DeleteModelsInput!){deleteModels(input:$input){__typename ...on DeleteModelsSuccess{outcomes{...DeleteOutcomeFields}}...on InvalidInputError{message issues{path message}}}}fragment DeleteOutcomeFields on DeleteOutcome{id deletedId error{__typename message ...on RequestFailedError{code retryable retryAfter}}}" as TypedDocument<DeleteModelsMutation, DeleteModelsMutationVariables>;

/** Executes `model`. */
export const listDataItems = "query listDataItems($modelId:ID!$first:Int$after:String){model(id:$modelId){__typename id dataItems(first:$first after:$after){nodes{...DataItemFields}pageInfo{hasNextPage endCursor}}}}fragment DataItemFields on DataItem{__typename id createdAt image{key url expiresAt}}" as TypedDocument<ListDataItemsQuery, ListDataItemsQueryVariables>;

/** Executes `model`. */
export const getDataItem = "query getDataItem($modelId:ID!$id:ID!){model(id:$modelId){__typename id dataItem(id:$id){...DataItemFields}}}fragment DataItemFields on DataItem{__typename id createdAt image{key url expiresAt}}" as TypedDocument<GetDataItemQuery, GetDataItemQueryVariables>;

/** Executes `uploadDataItem`. */
export const uploadDataItem = "mutation uploadDataItem($input:UploadDataItemInput!){uploadDataItem(input:$input){__typename ...on UploadDataItemSuccess{dataItem{...DataItemFields}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}...on UnsupportedImageError{message fileName}...on FileTooLargeError{message fileName maxBytes}}}fragment DataItemFields on DataItem{__typename id createdAt image{key url expiresAt}}" as TypedDocument<UploadDataItemMutation, UploadDataItemMutationVariables>;

/** Executes `replaceDataItem`. */
export const replaceDataItem = "mutation replaceDataItem($input:ReplaceDataItemInput!){replaceDataItem(input:$input){__typename ...on ReplaceDataItemSuccess{dataItem{...DataItemFields}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}...on UnsupportedImageError{message fileName}...on FileTooLargeError{message fileName maxBytes}}}fragment DataItemFields on DataItem{__typename id createdAt image{key url expiresAt}}" as TypedDocument<ReplaceDataItemMutation, ReplaceDataItemMutationVariables>;

/** Executes `deleteDataItem`. */
export const deleteDataItem = "mutation deleteDataItem($input:DeleteDataItemInput!){deleteDataItem(input:$input){__typename ...on DeleteDataItemSuccess{deletedId}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<DeleteDataItemMutation, DeleteDataItemMutationVariables>;

/** Executes `deleteDataItems`. */
export const deleteDataItems = "mutation deleteDataItems($input:DeleteDataItemsInput!){deleteDataItems(input:$input){__typename ...on DeleteDataItemsSuccess{outcomes{...DeleteOutcomeFields}}...on InvalidInputError{message issues{path message}}}}fragment DeleteOutcomeFields on DeleteOutcome{id deletedId error{__typename message ...on RequestFailedError{code retryable retryAfter}}}" as TypedDocument<DeleteDataItemsMutation, DeleteDataItemsMutationVariables>;

/** Executes `createUploadTickets`. */
export const createUploadTickets = "mutation createUploadTickets($input:CreateUploadTicketsInput!){createUploadTickets(input:$input){__typename ...on CreateUploadTicketsSuccess{tickets{url expiresAt}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<CreateUploadTicketsMutation, CreateUploadTicketsMutationVariables>;

/** Executes `model`. */
export const listTrainings = "query listTrainings($modelId:ID!$first:Int$after:String){model(id:$modelId){__typename id trainings(first:$first after:$after){nodes{...TrainingFields}pageInfo{hasNextPage endCursor}}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<ListTrainingsQuery, ListTrainingsQueryVariables>;

/** Executes `training`. */
export const getTraining = "query getTraining($id:ID!){training(id:$id){...TrainingFields}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<GetTrainingQuery, GetTrainingQueryVariables>;

/** Executes `startTraining`. */
export const startTraining = "mutation startTraining($input:StartTrainingInput!){startTraining(input:$input){__typename ...on StartTrainingSuccess{training{...TrainingFields}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}...on ConflictError{message}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<StartTrainingMutation, StartTrainingMutationVariables>;

/** Executes `cancelTraining`. */
export const cancelTraining = "mutation cancelTraining($input:CancelTrainingInput!){cancelTraining(input:$input){__typename ...on CancelTrainingSuccess{training{...TrainingFields}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}...on ConflictError{message}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<CancelTrainingMutation, CancelTrainingMutationVariables>;

/** Executes `deleteTraining`. */
export const deleteTraining = "mutation deleteTraining($input:DeleteTrainingInput!){deleteTraining(input:$input){__typename ...on DeleteTrainingSuccess{deletedId}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<DeleteTrainingMutation, DeleteTrainingMutationVariables>;

/** Executes `deleteTrainings`. */
export const deleteTrainings = "mutation deleteTrainings($input:DeleteTrainingsInput!){deleteTrainings(input:$input){__typename ...on DeleteTrainingsSuccess{outcomes{...DeleteOutcomeFields}}...on InvalidInputError{message issues{path message}}}}fragment DeleteOutcomeFields on DeleteOutcome{id deletedId error{__typename message ...on RequestFailedError{code retryable retryAfter}}}" as TypedDocument<DeleteTrainingsMutation, DeleteTrainingsMutationVariables>;

/** Executes `predictions`. */
export const listPredictions = "query listPredictions($first:Int$after:String$status:[JobStatus!]$createdAfter:DateTime){predictions(first:$first after:$after status:$status createdAfter:$createdAfter){nodes{...PredictionFields}pageInfo{hasNextPage endCursor}}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<ListPredictionsQuery, ListPredictionsQueryVariables>;

/** Executes `prediction`. */
export const getPrediction = "query getPrediction($id:ID!){prediction(id:$id){...PredictionFields}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<GetPredictionQuery, GetPredictionQueryVariables>;

/** Executes `createPrediction`. */
export const createPrediction = "mutation createPrediction($input:CreatePredictionInput!){createPrediction(input:$input){__typename ...on CreatePredictionSuccess{prediction{...PredictionFields}}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}...on ConflictError{message}}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<CreatePredictionMutation, CreatePredictionMutationVariables>;

/** Executes `createPredictions`. */
export const createPredictions = "mutation createPredictions($input:CreatePredictionsInput!){createPredictions(input:$input){__typename ...on CreatePredictionsSuccess{outcomes{idempotencyKey prediction{...PredictionFields}error{__typename message ...on RequestFailedError{code retryable retryAfter}}}}...on InvalidInputError{message issues{path message}}}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<CreatePredictionsMutation, CreatePredictionsMutationVariables>;

/** Executes `deletePrediction`. */
export const deletePrediction = "mutation deletePrediction($input:DeletePredictionInput!){deletePrediction(input:$input){__typename ...on DeletePredictionSuccess{deletedId}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<DeletePredictionMutation, DeletePredictionMutationVariables>;

/** Executes `deletePredictions`. */
export const deletePredictions = "mutation deletePredictions($input:DeletePredictionsInput!){deletePredictions(input:$input){__typename ...on DeletePredictionsSuccess{outcomes{...DeleteOutcomeFields}}...on InvalidInputError{message issues{path message}}}}fragment DeleteOutcomeFields on DeleteOutcome{id deletedId error{__typename message ...on RequestFailedError{code retryable retryAfter}}}" as TypedDocument<DeletePredictionsMutation, DeletePredictionsMutationVariables>;

/** Executes `activeJobs`. */
export const listActiveJobs = "query listActiveJobs($first:Int){activeJobs(first:$first){isComplete jobs{...TrainingFields ...PredictionFields}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}" as TypedDocument<ListActiveJobsQuery, ListActiveJobsQueryVariables>;

/** Executes `createWatchToken`. */
export const createWatchToken = "mutation createWatchToken($input:CreateWatchTokenInput!){createWatchToken(input:$input){__typename ...on CreateWatchTokenSuccess{token expiresAt}...on InvalidInputError{message issues{path message}}...on NotFoundError{message id}}}" as TypedDocument<CreateWatchTokenMutation, CreateWatchTokenMutationVariables>;

/** Executes `jobsUpdated`. */
export const jobsUpdated = "subscription jobsUpdated($ids:[ID!]!){jobsUpdated(ids:$ids){...TrainingFields ...PredictionFields}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}" as TypedDocument<JobsUpdatedSubscription, JobsUpdatedSubscriptionVariables>;

/** Executes `trainingsUpdated`. */
export const trainingsUpdated = "subscription trainingsUpdated($modelId:ID!){trainingsUpdated(modelId:$modelId){...TrainingFields}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<TrainingsUpdatedSubscription, TrainingsUpdatedSubscriptionVariables>;

/** Executes `predictionsUpdated`. */
export const predictionsUpdated = "subscription predictionsUpdated{predictionsUpdated{...PredictionFields}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}seed size{width height}imageCount guidanceScale inferenceSteps}images{key url expiresAt}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason checkedAt staleSince progress{fraction isEstimated estimatedCompletionAt likelyCompletedBy}}" as TypedDocument<PredictionsUpdatedSubscription, PredictionsUpdatedSubscriptionVariables>;