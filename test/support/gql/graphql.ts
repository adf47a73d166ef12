/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A training to cancel. */
export type CancelTrainingInput = {
  /** Global id of the training. */
  id: string | number;
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
  jobIds: Array<string | number>;
};

/** What identifies the caller of a request. */
export type Credentials =
  /** An API key of the upstream, sent by the caller. */
  | 'API_KEY'
  /** No credentials: the request uses the own key of the gateway. Allowed on the machine of the gateway, and for everyone only if its operator permits it. */
  | 'GATEWAY_KEY'
  /** A JWT of a tenant, for which the gateway uses the key of that tenant. */
  | 'JWT'
  /** No credentials, or none that the gateway accepts. Every field that needs them is rejected; `limits` and `viewer` need none. */
  | 'NONE'
  /** A watch token: see `createWatchToken`. */
  | 'WATCH_TOKEN';

/** A data item to delete. */
export type DeleteDataItemInput = {
  /** Global id of the data item. */
  id: string | number;
};

/** The data items to delete. */
export type DeleteDataItemsInput = {
  /** Global ids of the data items, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string | number>;
};

/** A model to delete. */
export type DeleteModelInput = {
  /** Global id of the model. */
  id: string | number;
};

/** The models to delete. */
export type DeleteModelsInput = {
  /** Global ids of the models, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string | number>;
};

/** A prediction to delete. */
export type DeletePredictionInput = {
  /** Global id of the prediction. */
  id: string | number;
};

/** The predictions to delete. */
export type DeletePredictionsInput = {
  /** Global ids of the predictions, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string | number>;
};

/** A training to delete. */
export type DeleteTrainingInput = {
  /** Global id of the training. */
  id: string | number;
};

/** The trainings to delete. */
export type DeleteTrainingsInput = {
  /** Global ids of the trainings, 1 to 100. An id that occurs twice is deleted once. */
  ids: Array<string | number>;
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

/** File format of an image. */
export type ImageFormat =
  /** Media type image/jpeg: no transparency; transparent areas of the original become white. */
  | 'JPEG'
  /** Media type image/png: lossless, supports transparency. */
  | 'PNG'
  /** Media type image/webp: small files, supports transparency. */
  | 'WEBP';

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

/** A group of operations that the gateway allows. */
export type Permission =
  /** All queries and subscriptions. */
  | 'READ'
  /** Reading and watching the jobs in `Viewer.jobs`, their own fields and their images. */
  | 'READ_JOBS'
  /** All mutations, including those that cost money and the creation of watch tokens. */
  | 'WRITE';

/** A model to use in a prediction. */
export type PredictionModelInput = {
  /** Global id of the model. */
  id: string | number;
  /** Weight of the model relative to the other models of the prediction. */
  scale: number;
};

/** A new name for a model. */
export type RenameModelInput = {
  /** The new name; not blank. */
  displayName: string;
  /** Global id of the model. */
  id: string | number;
};

/** A new file for a training image. */
export type ReplaceDataItemInput = {
  /** A webp, png or jpeg image of at most 10,485,760 bytes. */
  file: File | string;
  /** Global id of the data item. */
  id: string | number;
};

/** Settings of a training. Starting one costs money. */
export type StartTrainingInput = {
  /** Makes a retry safe: for 24 hours, a request with the same key and the same input returns the first result and is not sent to the upstream again. Any text of 1 to 255 characters, for example a UUID. */
  idempotencyKey?: string | null | undefined;
  /** Fast or high quality. Omitted: high quality. */
  mode?: TrainingModeInput | null | undefined;
  /** Global id of the model to train. */
  modelId: string | number;
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

/** Mode of a training: trades time for quality. */
export type TrainingSpeed =
  /** Expected to take several minutes. */
  | 'FAST'
  /** Takes a few hours at most. */
  | 'HIGH_QUALITY';

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
  file: File | string;
  /** Global id of the model. */
  modelId: string | number;
};

/** Training images to add to a model. */
export type UploadDataItemsInput = {
  /** 1 to 20 webp, png or jpeg images, each of at most 10,485,760 bytes. */
  files: Array<File | string>;
  /** Global id of the model. */
  modelId: string | number;
};

/** Target of the uploaded images: exactly one of the two fields. */
export type UploadTargetInput =
  {   /** Global id of a model, to which each image is added as a new data item. */
  newInModel: string | number; replaceDataItem?: never; }
  |  { newInModel?: never;   /** Global id of a data item, whose image is replaced. */
  replaceDataItem: string | number; };

export type NamesOfTenantQueryVariables = Exact<{ [key: string]: never; }>;


export type NamesOfTenantQuery = { models: { nodes: Array<{ displayName: string } | null> } };

export type IdsOfTenantQueryVariables = Exact<{ [key: string]: never; }>;


export type IdsOfTenantQuery = { models: { nodes: Array<{ id: string } | null> } };

export type PredictOfTenantMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type PredictOfTenantMutation = { createPrediction:
    | { prediction: { id: string } }
    | Record<PropertyKey, never>
   };

export type NamesQueryVariables = Exact<{ [key: string]: never; }>;


export type NamesQuery = { models: { nodes: Array<{ displayName: string } | null> } };

export type MakeWatchTokenMutationVariables = Exact<{
  input: CreateWatchTokenInput;
}>;


export type MakeWatchTokenMutation = { createWatchToken:
    | { __typename: 'CreateWatchTokenSuccess', token: string, expiresAt: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string> }> }
    | { __typename: 'NotFoundError', message: string }
   };

export type EverythingOfJobsQueryVariables = Exact<{
  training: string | number;
  prediction: string | number;
}>;


export type EverythingOfJobsQuery = { training: { id: string, status: JobStatus, strength: number | null, progress: { fraction: number | null }, model: { displayName: string } | null } | null, prediction: { id: string, status: JobStatus, prompt: string | null, images: Array<{ url: string }> | null, models: Array<{ modelId: string, scale: number, model: { displayName: string } | null }> | null } | null, nodes: Array<
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null> };

export type TicketForBrowserMutationVariables = Exact<{
  id: string | number;
}>;


export type TicketForBrowserMutation = { createUploadTickets:
    | { tickets: Array<{ url: string }> }
    | Record<PropertyKey, never>
   };

export type BrowserGalleryQueryVariables = Exact<{
  id: string | number;
}>;


export type BrowserGalleryQuery = { model: { dataItems: { nodes: Array<{ image: { placeholder: string | null, original: string, small: string, jpeg: string } } | null> } } | null };

export type ModelNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelNamesQuery = { models: { nodes: Array<{ displayName: string } | null> } };

export type StrengthQueryVariables = Exact<{
  id: string | number;
}>;


export type StrengthQuery = { model: { trainings: { nodes: Array<{ status: JobStatus, strength: number | null } | null> } } | null };

export type NamesAtARateQueryVariables = Exact<{ [key: string]: never; }>;


export type NamesAtARateQuery = { models: { nodes: Array<{ displayName: string } | null> } };

export type ActiveJobsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type ActiveJobsQuery = { activeJobs: { isComplete: boolean, jobs: Array<
      | { __typename: 'Prediction', id: string, status: JobStatus }
      | { __typename: 'Training', id: string, status: JobStatus }
    > } };

export type TokenForActiveMutationVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type TokenForActiveMutation = { createWatchToken:
    | { token: string }
    | Record<PropertyKey, never>
   };

export type PredictionsWithModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type PredictionsWithModelsQuery = { predictions: { nodes: Array<{ id: string, prompt: string | null, models: Array<{ scale: number, model: { displayName: string } | null }> | null } | null> } };

export type ModelsWithTrainingsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsWithTrainingsQuery = { models: { nodes: Array<{ displayName: string, triggerWord: string | null, latestTraining: { id: string } | null, trainings: { nodes: Array<{ id: string, status: JobStatus, model: { displayName: string } | null } | null> } } | null> } };

export type SameModelQueryVariables = Exact<{
  id: string | number;
}>;


export type SameModelQuery = { model: { displayName: string } | null, again: { id: string, displayName: string } | null, node:
    | { displayName: string }
    | Record<PropertyKey, never>
   | null, nodes: Array<
    | { displayName: string }
    | Record<PropertyKey, never>
   | null> };

export type ListAndReadQueryVariables = Exact<{
  id: string | number;
}>;


export type ListAndReadQuery = { models: { nodes: Array<{ customModelType: string | null } | null> }, model: { displayName: string } | null, prediction: { id: string } | null };

export type DeleteOutcomeFieldsFragment = { id: string, deletedId: string | null, error:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'FileTooLargeError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', id: string | null, message: string }
    | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
    | { __typename: 'UnsupportedImageError', message: string }
   | null };

export type DeleteModelsMutationVariables = Exact<{
  input: DeleteModelsInput;
}>;


export type DeleteModelsMutation = { deleteModels:
    | { __typename: 'DeleteModelsSuccess', outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', id: string | null, message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', issues: Array<{ path: Array<string>, message: string }> }
   };

export type DeleteDataItemsMutationVariables = Exact<{
  input: DeleteDataItemsInput;
}>;


export type DeleteDataItemsMutation = { deleteDataItems:
    | { outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', id: string | null, message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | Record<PropertyKey, never>
   };

export type DeleteTrainingsMutationVariables = Exact<{
  input: DeleteTrainingsInput;
}>;


export type DeleteTrainingsMutation = { deleteTrainings:
    | { outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', id: string | null, message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | Record<PropertyKey, never>
   };

export type DeletePredictionsMutationVariables = Exact<{
  input: DeletePredictionsInput;
}>;


export type DeletePredictionsMutation = { deletePredictions:
    | { outcomes: Array<{ id: string, deletedId: string | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', id: string | null, message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | Record<PropertyKey, never>
   };

export type DeletedNodesQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type DeletedNodesQuery = { nodes: Array<
    | { __typename: 'DataItem' }
    | { __typename: 'Model' }
    | { __typename: 'Prediction' }
    | { __typename: 'Training' }
   | null> };

export type CachedStatusesQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type CachedStatusesQuery = { nodes: Array<
    | { status: JobStatus }
    | { status: JobStatus }
    | Record<PropertyKey, never>
   | null> };

export type TwoModelsQueryVariables = Exact<{
  a: string | number;
  b: string | number;
}>;


export type TwoModelsQuery = { a: { displayName: string } | null, b: { displayName: string } | null };

export type CheckedTrainingQueryVariables = Exact<{
  id: string | number;
}>;


export type CheckedTrainingQuery = { training: { status: JobStatus, checkedAt: string | null } | null };

export type OnlyCheckedAtQueryVariables = Exact<{
  id: string | number;
}>;


export type OnlyCheckedAtQuery = { training: { checkedAt: string | null } | null };

export type CheckedTrainingsQueryVariables = Exact<{
  id: string | number;
}>;


export type CheckedTrainingsQuery = { model: { trainings: { nodes: Array<{ checkedAt: string | null, status: JobStatus } | null> } } | null };

export type CheckedPredictionMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CheckedPredictionMutation = { createPrediction:
    | { prediction: { checkedAt: string | null } }
    | Record<PropertyKey, never>
   };

export type CheckedEventsSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type CheckedEventsSubscription = { trainingUpdated: { status: JobStatus, checkedAt: string | null } | null };

export type ModelsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ModelsQuery = { models: { edges: Array<{ cursor: string, node: { id: string, displayName: string } | null }>, nodes: Array<{ displayName: string } | null>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type ModelPredictionsQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ModelPredictionsQuery = { model: { predictions: { nodes: Array<{ prompt: string | null } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type PredictionCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type PredictionCursorQuery = { predictions: { pageInfo: { endCursor: string | null } } };

export type PredictionsOfAllQueryVariables = Exact<{ [key: string]: never; }>;


export type PredictionsOfAllQuery = { models: { nodes: Array<{ displayName: string, predictions: { nodes: Array<{ prompt: string | null } | null>, pageInfo: { hasNextPage: boolean } } } | null> } };

export type CreatePredictionsMutationVariables = Exact<{
  input: CreatePredictionsInput;
}>;


export type CreatePredictionsMutation = { createPredictions:
    | { __typename: 'CreatePredictionsSuccess', outcomes: Array<{ idempotencyKey: string, warnings: Array<string>, prediction: { id: string, status: JobStatus, prompt: string | null } | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', id: string | null, message: string }
          | { __typename: 'RequestFailedError', code: string, retryable: boolean, retryAfter: number | null, message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', issues: Array<{ path: Array<string>, message: string }> }
   };

export type EstimatedProgressQueryVariables = Exact<{
  id: string | number;
}>;


export type EstimatedProgressQuery = { training: { status: JobStatus, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null, likelyCompletedBy: string | null } } | null };

export type ListedTrainingsQueryVariables = Exact<{
  id: string | number;
}>;


export type ListedTrainingsQuery = { model: { trainings: { nodes: Array<{ status: JobStatus } | null> } } | null };

export type EstimatedUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type EstimatedUpdatedSubscription = { trainingUpdated: { status: JobStatus } | null };

export type FilteredPredictionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  status?: Array<JobStatus> | JobStatus | null | undefined;
  createdAfter?: string | null | undefined;
}>;


export type FilteredPredictionsQuery = { predictions: { nodes: Array<{ id: string, status: JobStatus, createdAt: string | null } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type FilteredModelsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  nameContains?: string | null | undefined;
}>;


export type FilteredModelsQuery = { models: { nodes: Array<{ displayName: string } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type TwoFiltersQueryVariables = Exact<{ [key: string]: never; }>;


export type TwoFiltersQuery = { failed: { nodes: Array<{ id: string } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, canceled: { nodes: Array<{ id: string } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type FinishedTrainingQueryVariables = Exact<{
  id: string | number;
}>;


export type FinishedTrainingQuery = { training: { id: string, status: JobStatus, triggerWord: string | null, finishedAt: string | null, progress: { fraction: number | null } } | null };

export type FinishedPredictionQueryVariables = Exact<{
  id: string | number;
}>;


export type FinishedPredictionQuery = { prediction: { id: string, status: JobStatus, prompt: string | null, images: Array<{ url: string }> | null } | null };

export type ListFinishedQueryVariables = Exact<{
  id: string | number;
}>;


export type ListFinishedQuery = { model: { trainings: { nodes: Array<{ id: string, status: JobStatus, triggerWord: string | null, mode:
          | { __typename: 'FastTraining' }
          | { __typename: 'HighQualityTraining' }
         | null } | null> } } | null };

export type DeleteFinishedMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteFinishedMutation = { deleteTraining:
    | { __typename: 'DeleteTrainingSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type DeleteFinishedPredictionMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteFinishedPredictionMutation = { deletePrediction:
    | { __typename: 'DeletePredictionSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type DeleteModelOfFinishedMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteModelOfFinishedMutation = { deleteModel:
    | { __typename: 'DeleteModelSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type TokenForFinishedMutationVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type TokenForFinishedMutation = { createWatchToken:
    | { token: string }
    | Record<PropertyKey, never>
   };

export type HeldTrainingSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type HeldTrainingSubscription = { trainingUpdated: { id: string, status: JobStatus, staleSince: string | null } | null };

export type HeldTrainingsSubscriptionVariables = Exact<{
  modelId: string | number;
}>;


export type HeldTrainingsSubscription = { trainingsUpdated: { id: string, status: JobStatus } | null };

export type HeldJobsSubscriptionVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type HeldJobsSubscription = { jobsUpdated:
    | { id: string, status: JobStatus }
    | { id: string, status: JobStatus }
   | null };

export type ReadHeldQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadHeldQuery = { models: { nodes: Array<{ id: string } | null> } };

export type ReadTooSoonQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadTooSoonQuery = { models: { nodes: Array<{ id: string } | null> } };

export type ImageKeysQueryVariables = Exact<{
  id: string | number;
}>;


export type ImageKeysQuery = { model: { dataItems: { nodes: Array<{ id: string, image: { key: string, url: string, expiresAt: string } } | null> } } | null };

export type PredictionImageKeysQueryVariables = Exact<{
  id: string | number;
}>;


export type PredictionImageKeysQuery = { prediction: { images: Array<{ key: string, url: string, expiresAt: string }> | null } | null };

export type ReplaceKeyedMutationVariables = Exact<{
  input: ReplaceDataItemInput;
}>;


export type ReplaceKeyedMutation = { replaceDataItem:
    | { __typename: 'FileTooLargeError' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
    | { __typename: 'ReplaceDataItemSuccess' }
    | { __typename: 'UnsupportedImageError' }
   };

export type ImagesAcrossAnHourQueryVariables = Exact<{
  item: string | number;
  prediction: string | number;
}>;


export type ImagesAcrossAnHourQuery = { node:
    | { image: { url: string } }
    | Record<PropertyKey, never>
   | null, prediction: { images: Array<{ expiresAt: string }> | null } | null };

export type CopiesQueryVariables = Exact<{
  id: string | number;
  width?: number | null | undefined;
  format?: ImageFormat | null | undefined;
}>;


export type CopiesQuery = { node:
    | { image: { original: string, copy: string } }
    | Record<PropertyKey, never>
   | null };

export type FactsAndPlaceholderQueryVariables = Exact<{
  id: string | number;
}>;


export type FactsAndPlaceholderQuery = { node:
    | { image: { url: string, placeholder: string | null, contentType: string | null, byteSize: number | null, width: number | null, height: number | null } }
    | Record<PropertyKey, never>
   | null };

export type ListImagesQueryVariables = Exact<{
  id: string | number;
}>;


export type ListImagesQuery = { model: { dataItems: { nodes: Array<{ image: { url: string, small: string } } | null> } } | null };

export type PredictedImagesQueryVariables = Exact<{
  id: string | number;
}>;


export type PredictedImagesQuery = { prediction: { images: Array<{ url: string, width: number | null, height: number | null, placeholder: string | null }> | null } | null };

export type ReplaceImageMutationVariables = Exact<{
  input: ReplaceDataItemInput;
}>;


export type ReplaceImageMutation = { replaceDataItem:
    | { __typename: 'FileTooLargeError' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
    | { __typename: 'ReplaceDataItemSuccess' }
    | { __typename: 'UnsupportedImageError' }
   };

export type DeleteImageMutationVariables = Exact<{
  input: DeleteDataItemInput;
}>;


export type DeleteImageMutation = { deleteDataItem:
    | { __typename: 'DeleteDataItemSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type ModeOfTrainingQueryVariables = Exact<{
  id: string | number;
}>;


export type ModeOfTrainingQuery = { training: { mode:
      | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
      | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
     | null } | null };

export type SettingsOfPredictionQueryVariables = Exact<{
  id: string | number;
}>;


export type SettingsOfPredictionQuery = { prediction: { status: JobStatus, settings: { prompt: string, seed: number | null, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null } | null };

export type AllLimitsQueryVariables = Exact<{ [key: string]: never; }>;


export type AllLimitsQuery = { limits: { uploads: { maxBytes: number, maxPixels: number, formats: Array<ImageFormat>, contentTypes: Array<string>, filesPerRequest: number, requestBytes: number, tickets: { min: number, max: number, default: number | null } }, images: { widths: Array<number> }, training: { defaultMode: TrainingSpeed, strength: { min: number, max: number, default: number | null } }, prediction: { width: { min: number, max: number, default: number | null }, height: { min: number, max: number, default: number | null }, imageCount: { min: number, max: number, default: number | null }, guidanceScale: { min: number, max: number, default: number | null }, inferenceSteps: { min: number, max: number, default: number | null } }, jobs: { waitSeconds: { min: number, max: number, default: number | null }, idempotencyKeyLength: { min: number, max: number, default: number | null }, watched: { min: number, max: number, default: number | null }, watchTokenSeconds: { min: number, max: number, default: number | null } }, lists: { ids: number, scannedPages: number, first: { min: number, max: number, default: number | null }, activeJobs: { min: number, max: number, default: number | null } }, operations: { cost: number, depth: number, aliases: number, rootFields: number, tokens: number, responseBytes: number } } };

export type StatusUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type StatusUpdatedSubscription = { trainingUpdated: { status: JobStatus, staleSince: string | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } | null };

export type TrainingsUpdatedSubscriptionVariables = Exact<{
  modelId: string | number;
}>;


export type TrainingsUpdatedSubscription = { trainingsUpdated: { id: string, status: JobStatus } | null };

export type StartAndWaitMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartAndWaitMutation = { startTraining:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string> }> }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'StartTrainingSuccess', training: { id: string, status: JobStatus, triggerWord: string | null } }
   };

export type PredictAndWaitMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type PredictAndWaitMutation = { createPrediction:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreatePredictionSuccess', prediction: { id: string, status: JobStatus, images: Array<{ url: string }> | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string> }> }
    | { __typename: 'NotFoundError', message: string }
   };

export type CreateOnceMutationVariables = Exact<{
  input: CreateModelInput;
}>;


export type CreateOnceMutation = { createModel:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreateModelSuccess', model: { id: string, displayName: string } }
    | { __typename: 'InvalidInputError', message: string }
   };

export type CancelItMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelItMutation = { cancelTraining:
    | { __typename: 'CancelTrainingSuccess' }
    | { __typename: 'ConflictError' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type DeleteItMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteItMutation = { deleteTraining:
    | { __typename: 'DeleteTrainingSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type DeleteModelOfMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteModelOfMutation = { deleteModel:
    | { __typename: 'DeleteModelSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type ProgressOfQueryVariables = Exact<{
  id: string | number;
}>;


export type ProgressOfQuery = { training: { status: JobStatus, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } | null };

export type LearnFromQueryVariables = Exact<{
  id: string | number;
}>;


export type LearnFromQuery = { model: { trainings: { nodes: Array<{ status: JobStatus } | null> } } | null };

export type MalformedPredictionQueryVariables = Exact<{
  id: string | number;
}>;


export type MalformedPredictionQuery = { prediction: { status: JobStatus, failureReason: string | null, prompt: string | null, seed: number | null, imageCount: number | null, inferenceSteps: number | null, guidanceScale: number | null, createdAt: string | null, finishedAt: string | null, progress: { fraction: number | null, isEstimated: boolean }, models: Array<{ modelId: string, scale: number }> | null, size: { width: number, height: number } | null, images: Array<{ url: string }> | null } | null };

export type MalformedListQueryVariables = Exact<{ [key: string]: never; }>;


export type MalformedListQuery = { predictions: { nodes: Array<{ id: string, status: JobStatus, failureReason: string | null, prompt: string | null } | null> } };

export type MalformedUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type MalformedUpdatedSubscription = { predictionUpdated: { status: JobStatus, failureReason: string | null, images: Array<{ url: string }> | null, progress: { fraction: number | null } } | null };

export type MalformedTrainingsSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type MalformedTrainingsSubscription = { trainingsUpdated: { id: string, status: JobStatus, triggerWord: string | null } | null };

export type MalformedUnselectedQueryVariables = Exact<{
  id: string | number;
}>;


export type MalformedUnselectedQuery = { prediction: { status: JobStatus, prompt: string | null } | null };

export type MalformedMergedQueryVariables = Exact<{
  id: string | number;
}>;


export type MalformedMergedQuery = { prediction: { prompt: string | null } | null, predictions: { nodes: Array<{ prompt: string | null } | null> } };

export type MalformedTriggerQueryVariables = Exact<{
  id: string | number;
}>;


export type MalformedTriggerQuery = { model: { triggerWord: string | null } | null };

export type MalformedCreateMutationVariables = Exact<{ [key: string]: never; }>;


export type MalformedCreateMutation = { createModel:
    | { model: { id: string, displayName: string } }
    | Record<PropertyKey, never>
   };

export type NoDisplayNameInListQueryVariables = Exact<{ [key: string]: never; }>;


export type NoDisplayNameInListQuery = { models: { nodes: Array<{ displayName: string, customModelType: string | null } | null> } };

export type NoDisplayNameQueryVariables = Exact<{ [key: string]: never; }>;


export type NoDisplayNameQuery = { models: { nodes: Array<{ displayName: string, customModelType: string | null } | null> } };

export type AwaitImagesSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type AwaitImagesSubscription = { predictionUpdated: { status: JobStatus, isFinished: boolean, images: Array<{ url: string }> | null } | null };

export type CreateAndAwaitImagesMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreateAndAwaitImagesMutation = { createPrediction:
    | { prediction: { status: JobStatus, images: Array<{ url: string }> | null } }
    | Record<PropertyKey, never>
   };

export type RenameModelMutationVariables = Exact<{
  input: RenameModelInput;
}>;


export type RenameModelMutation = { renameModel:
    | { __typename: 'InvalidInputError', issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', id: string | null, message: string }
    | { __typename: 'RenameModelSuccess', model: { id: string, displayName: string, customModelType: string | null } }
   };

export type DeleteModelMutationVariables = Exact<{
  input: DeleteModelInput;
}>;


export type DeleteModelMutation = { deleteModel:
    | { __typename: 'DeleteModelSuccess', deletedId: string }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError', id: string | null }
   };

export type CancelTrainingMutationVariables = Exact<{
  input: CancelTrainingInput;
}>;


export type CancelTrainingMutation = { cancelTraining:
    | { __typename: 'CancelTrainingSuccess', training: { id: string, status: JobStatus } }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export type DeleteTrainingMutationVariables = Exact<{
  input: DeleteTrainingInput;
}>;


export type DeleteTrainingMutation = { deleteTraining:
    | { __typename: 'DeleteTrainingSuccess', deletedId: string }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError', id: string | null }
   };

export type DeletePredictionMutationVariables = Exact<{
  input: DeletePredictionInput;
}>;


export type DeletePredictionMutation = { deletePrediction:
    | { __typename: 'DeletePredictionSuccess', deletedId: string }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError', id: string | null }
   };

export type DeleteDataItemMutationVariables = Exact<{
  input: DeleteDataItemInput;
}>;


export type DeleteDataItemMutation = { deleteDataItem:
    | { __typename: 'DeleteDataItemSuccess', deletedId: string }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError', id: string | null }
   };

export type ExistsQueryVariables = Exact<{
  id: string | number;
}>;


export type ExistsQuery = { node:
    | { __typename: 'DataItem', id: string }
    | { __typename: 'Model', id: string }
    | { __typename: 'Prediction', id: string }
    | { __typename: 'Training', id: string }
   | null };

export type LookupsQueryVariables = Exact<{
  model: string | number;
  training: string | number;
  prediction: string | number;
  any: string | number;
}>;


export type LookupsQuery = { model: { id: string } | null, training: { id: string } | null, prediction: { id: string } | null, node:
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null, nodes: Array<
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null> };

export type RenameTwiceMutationVariables = Exact<{
  id: string | number;
}>;


export type RenameTwiceMutation = { first:
    | { model: { displayName: string, customModelType: string | null } }
    | Record<PropertyKey, never>
  , second:
    | { model: { displayName: string } }
    | Record<PropertyKey, never>
  , deleteModel:
    | { __typename: 'DeleteModelSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
  , again:
    | { __typename: 'DeleteModelSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type TriggerWordQueryVariables = Exact<{
  id: string | number;
}>;


export type TriggerWordQuery = { model: { triggerWord: string | null } | null };

export type CreateInvisibleMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreateInvisibleMutation = { createPrediction:
    | { prediction: { id: string, status: JobStatus, isFinished: boolean, createdAt: string | null, progress: { fraction: number | null } } }
    | Record<PropertyKey, never>
   };

export type StartInvisibleMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartInvisibleMutation = { startTraining:
    | { training: { id: string, status: JobStatus } }
    | Record<PropertyKey, never>
   };

export type DeleteNewMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteNewMutation = { deletePrediction:
    | { __typename: 'DeletePredictionSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type ReadInvisibleQueryVariables = Exact<{
  id: string | number;
}>;


export type ReadInvisibleQuery = { prediction: { status: JobStatus } | null };

export type WatchInvisibleSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type WatchInvisibleSubscription = { predictionUpdated: { status: JobStatus } | null };

export type FollowInvisibleSubscriptionVariables = Exact<{
  modelId: string | number;
}>;


export type FollowInvisibleSubscription = { trainingsUpdated: { id: string, status: JobStatus } | null };

export type OddTrainingSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type OddTrainingSubscription = { trainingUpdated: { status: JobStatus, staleSince: string | null } | null };

export type OddTrainingsSubscriptionVariables = Exact<{
  modelId: string | number;
}>;


export type OddTrainingsSubscription = { trainingsUpdated: { id: string, status: JobStatus } | null };

export type AllPredictionsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type AllPredictionsSubscription = { predictionsUpdated: { id: string, status: JobStatus, checkedAt: string | null, staleSince: string | null } | null };

export type PredictionWithAgeSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type PredictionWithAgeSubscription = { predictionUpdated: { status: JobStatus, checkedAt: string | null, staleSince: string | null } | null };

export type CreateFollowedMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreateFollowedMutation = { createPrediction:
    | { prediction: { id: string } }
    | Record<PropertyKey, never>
   };

export type ResumeJobsSubscriptionVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type ResumeJobsSubscription = { jobsUpdated:
    | { id: string, status: JobStatus }
    | { id: string, status: JobStatus }
   | null };

export type StormOfJobsSubscriptionVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type StormOfJobsSubscription = { jobsUpdated:
    | { id: string, status: JobStatus, isFinished: boolean, staleSince: string | null }
    | { id: string, status: JobStatus, isFinished: boolean, staleSince: string | null }
   | null };

export type UploadMutationVariables = Exact<{
  input: UploadDataItemInput;
}>;


export type UploadMutation = { uploadDataItem:
    | { __typename: 'FileTooLargeError', message: string, fileName: string | null, maxBytes: number }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'UnsupportedImageError', message: string, fileName: string | null }
    | { __typename: 'UploadDataItemSuccess', dataItem: { id: string, createdAt: string | null, model: { displayName: string } | null, image: { url: string, contentType: string | null, byteSize: number | null, width: number | null, height: number | null } } }
   };

export type UploadManyMutationVariables = Exact<{
  input: UploadDataItemsInput;
}>;


export type UploadManyMutation = { uploadDataItems:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'UploadDataItemsSuccess', outcomes: Array<{ fileName: string, dataItem: { id: string } | null, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', message: string }
          | { __typename: 'UnsupportedImageError', fileName: string | null, message: string }
         | null }> }
   };

export type ReplaceMutationVariables = Exact<{
  input: ReplaceDataItemInput;
}>;


export type ReplaceMutation = { replaceDataItem:
    | { __typename: 'FileTooLargeError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'ReplaceDataItemSuccess', dataItem: { id: string, image: { url: string, contentType: string | null } } }
    | { __typename: 'UnsupportedImageError', message: string }
   };

export type ImagesQueryVariables = Exact<{
  id: string | number;
}>;


export type ImagesQuery = { model: { dataItems: { nodes: Array<{ image: { url: string } } | null> } } | null };

export type FactsQueryVariables = Exact<{
  id: string | number;
}>;


export type FactsQuery = { model: { dataItems: { nodes: Array<{ image: { contentType: string | null, byteSize: number | null, width: number | null, height: number | null }, again: { width: number | null } } | null> } } | null };

export type UpstreamIdsQueryVariables = Exact<{
  model: string | number;
  training: string | number;
  prediction: string | number;
}>;


export type UpstreamIdsQuery = { model: { upstreamId: string, dataItems: { nodes: Array<{ upstreamId: string } | null> }, trainings: { nodes: Array<{ id: string, upstreamId: string } | null> } } | null, node:
    | { upstreamId: string }
    | { upstreamId: string }
    | Record<PropertyKey, never>
   | null, prediction: { upstreamId: string } | null };

export type ByUpstreamIdsQueryVariables = Exact<{
  model: string;
  training: string;
  prediction: string;
}>;


export type ByUpstreamIdsQuery = { modelByUpstreamId: { id: string, displayName: string } | null, trainingByUpstreamId: { id: string, status: JobStatus } | null, predictionByUpstreamId: { id: string, status: JobStatus } | null };

export type WholeViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type WholeViewerQuery = { viewer: { credentials: Credentials, permissions: Array<Permission>, isKeyValid: boolean | null, problem: string | null, tenant: string | null, jobs: Array<string> | null } };

export type FreeViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type FreeViewerQuery = { viewer: { credentials: Credentials, permissions: Array<Permission>, tenant: string | null, jobs: Array<string> | null } };

export type ViewerWatchTokenMutationVariables = Exact<{
  input: CreateWatchTokenInput;
}>;


export type ViewerWatchTokenMutation = { createWatchToken:
    | { token: string }
    | Record<PropertyKey, never>
   };

export type ViewerAndModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerAndModelsQuery = { viewer: { isKeyValid: boolean | null, problem: string | null }, models: { nodes: Array<{ id: string } | null> } };

export type TrainingUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type TrainingUpdatedSubscription = { trainingUpdated: { id: string, status: JobStatus, isFinished: boolean, triggerWord: string | null, progress: { fraction: number | null, isEstimated: boolean }, model: { displayName: string } | null } | null };

export type PredictionUpdatedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type PredictionUpdatedSubscription = { predictionUpdated: { id: string, status: JobStatus, images: Array<{ url: string }> | null } | null };

export type JobsUpdatedSubscriptionVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type JobsUpdatedSubscription = { jobsUpdated:
    | { __typename: 'Prediction', id: string, status: JobStatus }
    | { __typename: 'Training', id: string, status: JobStatus }
   | null };

export type CancelMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelMutation = { cancelTraining:
    | { __typename: 'CancelTrainingSuccess' }
    | { __typename: 'ConflictError' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type DeleteMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteMutation = { deleteTraining:
    | { __typename: 'DeleteTrainingSuccess' }
    | { __typename: 'InvalidInputError' }
    | { __typename: 'NotFoundError' }
   };

export type StatusQueryVariables = Exact<{
  id: string | number;
}>;


export type StatusQuery = { training: { status: JobStatus } | null };

export type CreateModelMutationVariables = Exact<{
  input: CreateModelInput;
}>;


export type CreateModelMutation = { createModel:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreateModelSuccess', model: { id: string, displayName: string, customModelType: string | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type StartTrainingMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartTrainingMutation = { startTraining:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'StartTrainingSuccess', training: { id: string, status: JobStatus, triggerWord: string | null, strength: number | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null } }
   };

export type CreatePredictionMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreatePredictionMutation = { createPrediction:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreatePredictionSuccess', warnings: Array<string>, prediction: { id: string, status: JobStatus, prompt: string | null, settings: { imageCount: number | null, size: { width: number, height: number } | null } | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string }
   };

export type TicketsMutationVariables = Exact<{
  input: CreateUploadTicketsInput;
}>;


export type TicketsMutation = { createUploadTickets:
    | { __typename: 'CreateUploadTicketsSuccess', tickets: Array<{ url: string, expiresAt: string }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string, id: string | null }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const DeleteOutcomeFieldsFragmentDoc = new TypedDocumentString(`
    fragment DeleteOutcomeFields on DeleteOutcome {
  id
  deletedId
  error {
    __typename
    message
    ... on NotFoundError {
      id
    }
    ... on RequestFailedError {
      code
      retryable
      retryAfter
    }
  }
}
    `, {"fragmentName":"DeleteOutcomeFields"}) as unknown as TypedDocumentString<DeleteOutcomeFieldsFragment, unknown>;
export const NamesOfTenantDocument = new TypedDocumentString(`
    query NamesOfTenant {
  models {
    nodes {
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<NamesOfTenantQuery, NamesOfTenantQueryVariables>;
export const IdsOfTenantDocument = new TypedDocumentString(`
    query IdsOfTenant {
  models {
    nodes {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<IdsOfTenantQuery, IdsOfTenantQueryVariables>;
export const PredictOfTenantDocument = new TypedDocumentString(`
    mutation PredictOfTenant($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ... on CreatePredictionSuccess {
      prediction {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PredictOfTenantMutation, PredictOfTenantMutationVariables>;
export const NamesDocument = new TypedDocumentString(`
    query Names {
  models {
    nodes {
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<NamesQuery, NamesQueryVariables>;
export const MakeWatchTokenDocument = new TypedDocumentString(`
    mutation MakeWatchToken($input: CreateWatchTokenInput!) {
  createWatchToken(input: $input) {
    __typename
    ... on CreateWatchTokenSuccess {
      token
      expiresAt
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MakeWatchTokenMutation, MakeWatchTokenMutationVariables>;
export const EverythingOfJobsDocument = new TypedDocumentString(`
    query EverythingOfJobs($training: ID!, $prediction: ID!) {
  training(id: $training) {
    id
    status
    strength
    progress {
      fraction
    }
    model {
      displayName
    }
  }
  prediction(id: $prediction) {
    id
    status
    prompt
    images {
      url
    }
    models {
      modelId
      scale
      model {
        displayName
      }
    }
  }
  nodes(ids: [$training]) {
    id
  }
}
    `) as unknown as TypedDocumentString<EverythingOfJobsQuery, EverythingOfJobsQueryVariables>;
export const TicketForBrowserDocument = new TypedDocumentString(`
    mutation TicketForBrowser($id: ID!) {
  createUploadTickets(input: {target: {newInModel: $id}}) {
    ... on CreateUploadTicketsSuccess {
      tickets {
        url
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TicketForBrowserMutation, TicketForBrowserMutationVariables>;
export const BrowserGalleryDocument = new TypedDocumentString(`
    query BrowserGallery($id: ID!) {
  model(id: $id) {
    dataItems {
      nodes {
        image {
          placeholder
          original: url
          small: url(width: 64)
          jpeg: url(width: 100, format: JPEG)
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BrowserGalleryQuery, BrowserGalleryQueryVariables>;
export const ModelNamesDocument = new TypedDocumentString(`
    query ModelNames {
  models {
    nodes {
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<ModelNamesQuery, ModelNamesQueryVariables>;
export const StrengthDocument = new TypedDocumentString(`
    query Strength($id: ID!) {
  model(id: $id) {
    trainings {
      nodes {
        status
        strength
      }
    }
  }
}
    `) as unknown as TypedDocumentString<StrengthQuery, StrengthQueryVariables>;
export const NamesAtARateDocument = new TypedDocumentString(`
    query NamesAtARate {
  models {
    nodes {
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<NamesAtARateQuery, NamesAtARateQueryVariables>;
export const ActiveJobsDocument = new TypedDocumentString(`
    query ActiveJobs($first: Int) {
  activeJobs(first: $first) {
    isComplete
    jobs {
      __typename
      id
      status
    }
  }
}
    `) as unknown as TypedDocumentString<ActiveJobsQuery, ActiveJobsQueryVariables>;
export const TokenForActiveDocument = new TypedDocumentString(`
    mutation TokenForActive($ids: [ID!]!) {
  createWatchToken(input: {jobIds: $ids}) {
    ... on CreateWatchTokenSuccess {
      token
    }
  }
}
    `) as unknown as TypedDocumentString<TokenForActiveMutation, TokenForActiveMutationVariables>;
export const PredictionsWithModelsDocument = new TypedDocumentString(`
    query PredictionsWithModels {
  predictions(first: 20) {
    nodes {
      id
      prompt
      models {
        scale
        model {
          displayName
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PredictionsWithModelsQuery, PredictionsWithModelsQueryVariables>;
export const ModelsWithTrainingsDocument = new TypedDocumentString(`
    query ModelsWithTrainings {
  models(first: 20) {
    nodes {
      displayName
      triggerWord
      latestTraining {
        id
      }
      trainings(first: 5) {
        nodes {
          id
          status
          model {
            displayName
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsWithTrainingsQuery, ModelsWithTrainingsQueryVariables>;
export const SameModelDocument = new TypedDocumentString(`
    query SameModel($id: ID!) {
  model(id: $id) {
    displayName
  }
  again: model(id: $id) {
    id
    displayName
  }
  node(id: $id) {
    ... on Model {
      displayName
    }
  }
  nodes(ids: [$id, $id]) {
    ... on Model {
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<SameModelQuery, SameModelQueryVariables>;
export const ListAndReadDocument = new TypedDocumentString(`
    query ListAndRead($id: ID!) {
  models {
    nodes {
      customModelType
    }
  }
  model(id: $id) {
    displayName
  }
  prediction(id: "") {
    id
  }
}
    `) as unknown as TypedDocumentString<ListAndReadQuery, ListAndReadQueryVariables>;
export const DeleteModelsDocument = new TypedDocumentString(`
    mutation DeleteModels($input: DeleteModelsInput!) {
  deleteModels(input: $input) {
    __typename
    ... on DeleteModelsSuccess {
      outcomes {
        ...DeleteOutcomeFields
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    fragment DeleteOutcomeFields on DeleteOutcome {
  id
  deletedId
  error {
    __typename
    message
    ... on NotFoundError {
      id
    }
    ... on RequestFailedError {
      code
      retryable
      retryAfter
    }
  }
}`) as unknown as TypedDocumentString<DeleteModelsMutation, DeleteModelsMutationVariables>;
export const DeleteDataItemsDocument = new TypedDocumentString(`
    mutation DeleteDataItems($input: DeleteDataItemsInput!) {
  deleteDataItems(input: $input) {
    ... on DeleteDataItemsSuccess {
      outcomes {
        ...DeleteOutcomeFields
      }
    }
  }
}
    fragment DeleteOutcomeFields on DeleteOutcome {
  id
  deletedId
  error {
    __typename
    message
    ... on NotFoundError {
      id
    }
    ... on RequestFailedError {
      code
      retryable
      retryAfter
    }
  }
}`) as unknown as TypedDocumentString<DeleteDataItemsMutation, DeleteDataItemsMutationVariables>;
export const DeleteTrainingsDocument = new TypedDocumentString(`
    mutation DeleteTrainings($input: DeleteTrainingsInput!) {
  deleteTrainings(input: $input) {
    ... on DeleteTrainingsSuccess {
      outcomes {
        ...DeleteOutcomeFields
      }
    }
  }
}
    fragment DeleteOutcomeFields on DeleteOutcome {
  id
  deletedId
  error {
    __typename
    message
    ... on NotFoundError {
      id
    }
    ... on RequestFailedError {
      code
      retryable
      retryAfter
    }
  }
}`) as unknown as TypedDocumentString<DeleteTrainingsMutation, DeleteTrainingsMutationVariables>;
export const DeletePredictionsDocument = new TypedDocumentString(`
    mutation DeletePredictions($input: DeletePredictionsInput!) {
  deletePredictions(input: $input) {
    ... on DeletePredictionsSuccess {
      outcomes {
        ...DeleteOutcomeFields
      }
    }
  }
}
    fragment DeleteOutcomeFields on DeleteOutcome {
  id
  deletedId
  error {
    __typename
    message
    ... on NotFoundError {
      id
    }
    ... on RequestFailedError {
      code
      retryable
      retryAfter
    }
  }
}`) as unknown as TypedDocumentString<DeletePredictionsMutation, DeletePredictionsMutationVariables>;
export const DeletedNodesDocument = new TypedDocumentString(`
    query DeletedNodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeletedNodesQuery, DeletedNodesQueryVariables>;
export const CachedStatusesDocument = new TypedDocumentString(`
    query CachedStatuses($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Job {
      status
    }
  }
}
    `) as unknown as TypedDocumentString<CachedStatusesQuery, CachedStatusesQueryVariables>;
export const TwoModelsDocument = new TypedDocumentString(`
    query TwoModels($a: ID!, $b: ID!) {
  a: model(id: $a) {
    displayName
  }
  b: model(id: $b) {
    displayName
  }
}
    `) as unknown as TypedDocumentString<TwoModelsQuery, TwoModelsQueryVariables>;
export const CheckedTrainingDocument = new TypedDocumentString(`
    query CheckedTraining($id: ID!) {
  training(id: $id) {
    status
    checkedAt
  }
}
    `) as unknown as TypedDocumentString<CheckedTrainingQuery, CheckedTrainingQueryVariables>;
export const OnlyCheckedAtDocument = new TypedDocumentString(`
    query OnlyCheckedAt($id: ID!) {
  training(id: $id) {
    checkedAt
  }
}
    `) as unknown as TypedDocumentString<OnlyCheckedAtQuery, OnlyCheckedAtQueryVariables>;
export const CheckedTrainingsDocument = new TypedDocumentString(`
    query CheckedTrainings($id: ID!) {
  model(id: $id) {
    trainings(first: 5) {
      nodes {
        checkedAt
        status
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CheckedTrainingsQuery, CheckedTrainingsQueryVariables>;
export const CheckedPredictionDocument = new TypedDocumentString(`
    mutation CheckedPrediction($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ... on CreatePredictionSuccess {
      prediction {
        checkedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CheckedPredictionMutation, CheckedPredictionMutationVariables>;
export const CheckedEventsDocument = new TypedDocumentString(`
    subscription CheckedEvents($id: ID!) {
  trainingUpdated(id: $id) {
    status
    checkedAt
  }
}
    `) as unknown as TypedDocumentString<CheckedEventsSubscription, CheckedEventsSubscriptionVariables>;
export const ModelsDocument = new TypedDocumentString(`
    query Models($first: Int, $after: String) {
  models(first: $first, after: $after) {
    edges {
      cursor
      node {
        id
        displayName
      }
    }
    nodes {
      displayName
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsQuery, ModelsQueryVariables>;
export const ModelPredictionsDocument = new TypedDocumentString(`
    query ModelPredictions($id: ID!, $first: Int, $after: String) {
  model(id: $id) {
    predictions(first: $first, after: $after) {
      nodes {
        prompt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModelPredictionsQuery, ModelPredictionsQueryVariables>;
export const PredictionCursorDocument = new TypedDocumentString(`
    query PredictionCursor {
  predictions {
    pageInfo {
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PredictionCursorQuery, PredictionCursorQueryVariables>;
export const PredictionsOfAllDocument = new TypedDocumentString(`
    query PredictionsOfAll {
  models {
    nodes {
      displayName
      predictions(first: 100) {
        nodes {
          prompt
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PredictionsOfAllQuery, PredictionsOfAllQueryVariables>;
export const CreatePredictionsDocument = new TypedDocumentString(`
    mutation CreatePredictions($input: CreatePredictionsInput!) {
  createPredictions(input: $input) {
    __typename
    ... on CreatePredictionsSuccess {
      outcomes {
        idempotencyKey
        prediction {
          id
          status
          prompt
        }
        warnings
        error {
          __typename
          message
          ... on NotFoundError {
            id
          }
          ... on RequestFailedError {
            code
            retryable
            retryAfter
          }
        }
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreatePredictionsMutation, CreatePredictionsMutationVariables>;
export const EstimatedProgressDocument = new TypedDocumentString(`
    query EstimatedProgress($id: ID!) {
  training(id: $id) {
    status
    progress {
      fraction
      isEstimated
      estimatedCompletionAt
      likelyCompletedBy
    }
  }
}
    `) as unknown as TypedDocumentString<EstimatedProgressQuery, EstimatedProgressQueryVariables>;
export const ListedTrainingsDocument = new TypedDocumentString(`
    query ListedTrainings($id: ID!) {
  model(id: $id) {
    trainings {
      nodes {
        status
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ListedTrainingsQuery, ListedTrainingsQueryVariables>;
export const EstimatedUpdatedDocument = new TypedDocumentString(`
    subscription EstimatedUpdated($id: ID!) {
  trainingUpdated(id: $id) {
    status
  }
}
    `) as unknown as TypedDocumentString<EstimatedUpdatedSubscription, EstimatedUpdatedSubscriptionVariables>;
export const FilteredPredictionsDocument = new TypedDocumentString(`
    query FilteredPredictions($first: Int, $after: String, $status: [JobStatus!], $createdAfter: DateTime) {
  predictions(
    first: $first
    after: $after
    status: $status
    createdAfter: $createdAfter
  ) {
    nodes {
      id
      status
      createdAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<FilteredPredictionsQuery, FilteredPredictionsQueryVariables>;
export const FilteredModelsDocument = new TypedDocumentString(`
    query FilteredModels($first: Int, $after: String, $nameContains: String) {
  models(first: $first, after: $after, nameContains: $nameContains) {
    nodes {
      displayName
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<FilteredModelsQuery, FilteredModelsQueryVariables>;
export const TwoFiltersDocument = new TypedDocumentString(`
    query TwoFilters {
  failed: predictions(status: [FAILED]) {
    nodes {
      id
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  canceled: predictions(status: [CANCELED]) {
    nodes {
      id
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<TwoFiltersQuery, TwoFiltersQueryVariables>;
export const FinishedTrainingDocument = new TypedDocumentString(`
    query FinishedTraining($id: ID!) {
  training(id: $id) {
    id
    status
    triggerWord
    finishedAt
    progress {
      fraction
    }
  }
}
    `) as unknown as TypedDocumentString<FinishedTrainingQuery, FinishedTrainingQueryVariables>;
export const FinishedPredictionDocument = new TypedDocumentString(`
    query FinishedPrediction($id: ID!) {
  prediction(id: $id) {
    id
    status
    prompt
    images {
      url
    }
  }
}
    `) as unknown as TypedDocumentString<FinishedPredictionQuery, FinishedPredictionQueryVariables>;
export const ListFinishedDocument = new TypedDocumentString(`
    query ListFinished($id: ID!) {
  model(id: $id) {
    trainings(first: 5) {
      nodes {
        id
        status
        triggerWord
        mode {
          __typename
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ListFinishedQuery, ListFinishedQueryVariables>;
export const DeleteFinishedDocument = new TypedDocumentString(`
    mutation DeleteFinished($id: ID!) {
  deleteTraining(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteFinishedMutation, DeleteFinishedMutationVariables>;
export const DeleteFinishedPredictionDocument = new TypedDocumentString(`
    mutation DeleteFinishedPrediction($id: ID!) {
  deletePrediction(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteFinishedPredictionMutation, DeleteFinishedPredictionMutationVariables>;
export const DeleteModelOfFinishedDocument = new TypedDocumentString(`
    mutation DeleteModelOfFinished($id: ID!) {
  deleteModel(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteModelOfFinishedMutation, DeleteModelOfFinishedMutationVariables>;
export const TokenForFinishedDocument = new TypedDocumentString(`
    mutation TokenForFinished($ids: [ID!]!) {
  createWatchToken(input: {jobIds: $ids}) {
    ... on CreateWatchTokenSuccess {
      token
    }
  }
}
    `) as unknown as TypedDocumentString<TokenForFinishedMutation, TokenForFinishedMutationVariables>;
export const HeldTrainingDocument = new TypedDocumentString(`
    subscription HeldTraining($id: ID!) {
  trainingUpdated(id: $id) {
    id
    status
    staleSince
  }
}
    `) as unknown as TypedDocumentString<HeldTrainingSubscription, HeldTrainingSubscriptionVariables>;
export const HeldTrainingsDocument = new TypedDocumentString(`
    subscription HeldTrainings($modelId: ID!) {
  trainingsUpdated(modelId: $modelId) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<HeldTrainingsSubscription, HeldTrainingsSubscriptionVariables>;
export const HeldJobsDocument = new TypedDocumentString(`
    subscription HeldJobs($ids: [ID!]!) {
  jobsUpdated(ids: $ids) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<HeldJobsSubscription, HeldJobsSubscriptionVariables>;
export const ReadHeldDocument = new TypedDocumentString(`
    query ReadHeld {
  models {
    nodes {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<ReadHeldQuery, ReadHeldQueryVariables>;
export const ReadTooSoonDocument = new TypedDocumentString(`
    query ReadTooSoon {
  models {
    nodes {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<ReadTooSoonQuery, ReadTooSoonQueryVariables>;
export const ImageKeysDocument = new TypedDocumentString(`
    query ImageKeys($id: ID!) {
  model(id: $id) {
    dataItems {
      nodes {
        id
        image {
          key
          url
          expiresAt
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ImageKeysQuery, ImageKeysQueryVariables>;
export const PredictionImageKeysDocument = new TypedDocumentString(`
    query PredictionImageKeys($id: ID!) {
  prediction(id: $id) {
    images {
      key
      url(format: PNG)
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<PredictionImageKeysQuery, PredictionImageKeysQueryVariables>;
export const ReplaceKeyedDocument = new TypedDocumentString(`
    mutation ReplaceKeyed($input: ReplaceDataItemInput!) {
  replaceDataItem(input: $input) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<ReplaceKeyedMutation, ReplaceKeyedMutationVariables>;
export const ImagesAcrossAnHourDocument = new TypedDocumentString(`
    query ImagesAcrossAnHour($item: ID!, $prediction: ID!) {
  node(id: $item) {
    ... on DataItem {
      image {
        url
      }
    }
  }
  prediction(id: $prediction) {
    images {
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<ImagesAcrossAnHourQuery, ImagesAcrossAnHourQueryVariables>;
export const CopiesDocument = new TypedDocumentString(`
    query Copies($id: ID!, $width: Int, $format: ImageFormat) {
  node(id: $id) {
    ... on DataItem {
      image {
        original: url
        copy: url(width: $width, format: $format)
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CopiesQuery, CopiesQueryVariables>;
export const FactsAndPlaceholderDocument = new TypedDocumentString(`
    query FactsAndPlaceholder($id: ID!) {
  node(id: $id) {
    ... on DataItem {
      image {
        url
        placeholder
        contentType
        byteSize
        width
        height
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FactsAndPlaceholderQuery, FactsAndPlaceholderQueryVariables>;
export const ListImagesDocument = new TypedDocumentString(`
    query ListImages($id: ID!) {
  model(id: $id) {
    dataItems(first: 100) {
      nodes {
        image {
          url
          small: url(width: 200, format: WEBP)
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ListImagesQuery, ListImagesQueryVariables>;
export const PredictedImagesDocument = new TypedDocumentString(`
    query PredictedImages($id: ID!) {
  prediction(id: $id) {
    images {
      url
      width
      height
      placeholder
    }
  }
}
    `) as unknown as TypedDocumentString<PredictedImagesQuery, PredictedImagesQueryVariables>;
export const ReplaceImageDocument = new TypedDocumentString(`
    mutation ReplaceImage($input: ReplaceDataItemInput!) {
  replaceDataItem(input: $input) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<ReplaceImageMutation, ReplaceImageMutationVariables>;
export const DeleteImageDocument = new TypedDocumentString(`
    mutation DeleteImage($input: DeleteDataItemInput!) {
  deleteDataItem(input: $input) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteImageMutation, DeleteImageMutationVariables>;
export const ModeOfTrainingDocument = new TypedDocumentString(`
    query ModeOfTraining($id: ID!) {
  training(id: $id) {
    mode {
      __typename
      ... on FastTraining {
        isStyle
        isInputFormatAlreadyPreprocessed
      }
      ... on HighQualityTraining {
        style
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModeOfTrainingQuery, ModeOfTrainingQueryVariables>;
export const SettingsOfPredictionDocument = new TypedDocumentString(`
    query SettingsOfPrediction($id: ID!) {
  prediction(id: $id) {
    status
    settings {
      models {
        id
        scale
      }
      prompt
      seed
      size {
        width
        height
      }
      imageCount
      guidanceScale
      inferenceSteps
    }
  }
}
    `) as unknown as TypedDocumentString<SettingsOfPredictionQuery, SettingsOfPredictionQueryVariables>;
export const AllLimitsDocument = new TypedDocumentString(`
    query AllLimits {
  limits {
    uploads {
      maxBytes
      maxPixels
      formats
      contentTypes
      filesPerRequest
      requestBytes
      tickets {
        min
        max
        default
      }
    }
    images {
      widths
    }
    training {
      strength {
        min
        max
        default
      }
      defaultMode
    }
    prediction {
      width {
        min
        max
        default
      }
      height {
        min
        max
        default
      }
      imageCount {
        min
        max
        default
      }
      guidanceScale {
        min
        max
        default
      }
      inferenceSteps {
        min
        max
        default
      }
    }
    jobs {
      waitSeconds {
        min
        max
        default
      }
      idempotencyKeyLength {
        min
        max
        default
      }
      watched {
        min
        max
        default
      }
      watchTokenSeconds {
        min
        max
        default
      }
    }
    lists {
      first {
        min
        max
        default
      }
      activeJobs {
        min
        max
        default
      }
      ids
      scannedPages
    }
    operations {
      cost
      depth
      aliases
      rootFields
      tokens
      responseBytes
    }
  }
}
    `) as unknown as TypedDocumentString<AllLimitsQuery, AllLimitsQueryVariables>;
export const StatusUpdatedDocument = new TypedDocumentString(`
    subscription StatusUpdated($id: ID!) {
  trainingUpdated(id: $id) {
    status
    staleSince
    progress {
      fraction
      isEstimated
      estimatedCompletionAt
    }
  }
}
    `) as unknown as TypedDocumentString<StatusUpdatedSubscription, StatusUpdatedSubscriptionVariables>;
export const TrainingsUpdatedDocument = new TypedDocumentString(`
    subscription TrainingsUpdated($modelId: ID!) {
  trainingsUpdated(modelId: $modelId) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<TrainingsUpdatedSubscription, TrainingsUpdatedSubscriptionVariables>;
export const StartAndWaitDocument = new TypedDocumentString(`
    mutation StartAndWait($input: StartTrainingInput!) {
  startTraining(input: $input) {
    __typename
    ... on StartTrainingSuccess {
      training {
        id
        status
        triggerWord
      }
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
      }
    }
  }
}
    `) as unknown as TypedDocumentString<StartAndWaitMutation, StartAndWaitMutationVariables>;
export const PredictAndWaitDocument = new TypedDocumentString(`
    mutation PredictAndWait($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    __typename
    ... on CreatePredictionSuccess {
      prediction {
        id
        status
        images {
          url
        }
      }
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PredictAndWaitMutation, PredictAndWaitMutationVariables>;
export const CreateOnceDocument = new TypedDocumentString(`
    mutation CreateOnce($input: CreateModelInput!) {
  createModel(input: $input) {
    __typename
    ... on CreateModelSuccess {
      model {
        id
        displayName
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateOnceMutation, CreateOnceMutationVariables>;
export const CancelItDocument = new TypedDocumentString(`
    mutation CancelIt($id: ID!) {
  cancelTraining(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<CancelItMutation, CancelItMutationVariables>;
export const DeleteItDocument = new TypedDocumentString(`
    mutation DeleteIt($id: ID!) {
  deleteTraining(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteItMutation, DeleteItMutationVariables>;
export const DeleteModelOfDocument = new TypedDocumentString(`
    mutation DeleteModelOf($id: ID!) {
  deleteModel(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteModelOfMutation, DeleteModelOfMutationVariables>;
export const ProgressOfDocument = new TypedDocumentString(`
    query ProgressOf($id: ID!) {
  training(id: $id) {
    status
    progress {
      fraction
      isEstimated
      estimatedCompletionAt
    }
  }
}
    `) as unknown as TypedDocumentString<ProgressOfQuery, ProgressOfQueryVariables>;
export const LearnFromDocument = new TypedDocumentString(`
    query LearnFrom($id: ID!) {
  model(id: $id) {
    trainings {
      nodes {
        status
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LearnFromQuery, LearnFromQueryVariables>;
export const MalformedPredictionDocument = new TypedDocumentString(`
    query MalformedPrediction($id: ID!) {
  prediction(id: $id) {
    status
    failureReason
    prompt
    seed
    imageCount
    inferenceSteps
    guidanceScale
    createdAt
    finishedAt
    progress {
      fraction
      isEstimated
    }
    models {
      modelId
      scale
    }
    size {
      width
      height
    }
    images {
      url
    }
  }
}
    `) as unknown as TypedDocumentString<MalformedPredictionQuery, MalformedPredictionQueryVariables>;
export const MalformedListDocument = new TypedDocumentString(`
    query MalformedList {
  predictions {
    nodes {
      id
      status
      failureReason
      prompt
    }
  }
}
    `) as unknown as TypedDocumentString<MalformedListQuery, MalformedListQueryVariables>;
export const MalformedUpdatedDocument = new TypedDocumentString(`
    subscription MalformedUpdated($id: ID!) {
  predictionUpdated(id: $id) {
    status
    failureReason
    images {
      url
    }
    progress {
      fraction
    }
  }
}
    `) as unknown as TypedDocumentString<MalformedUpdatedSubscription, MalformedUpdatedSubscriptionVariables>;
export const MalformedTrainingsDocument = new TypedDocumentString(`
    subscription MalformedTrainings($id: ID!) {
  trainingsUpdated(modelId: $id) {
    id
    status
    triggerWord
  }
}
    `) as unknown as TypedDocumentString<MalformedTrainingsSubscription, MalformedTrainingsSubscriptionVariables>;
export const MalformedUnselectedDocument = new TypedDocumentString(`
    query MalformedUnselected($id: ID!) {
  prediction(id: $id) {
    status
    prompt
  }
}
    `) as unknown as TypedDocumentString<MalformedUnselectedQuery, MalformedUnselectedQueryVariables>;
export const MalformedMergedDocument = new TypedDocumentString(`
    query MalformedMerged($id: ID!) {
  prediction(id: $id) {
    prompt
  }
  predictions {
    nodes {
      prompt
    }
  }
}
    `) as unknown as TypedDocumentString<MalformedMergedQuery, MalformedMergedQueryVariables>;
export const MalformedTriggerDocument = new TypedDocumentString(`
    query MalformedTrigger($id: ID!) {
  model(id: $id) {
    triggerWord
  }
}
    `) as unknown as TypedDocumentString<MalformedTriggerQuery, MalformedTriggerQueryVariables>;
export const MalformedCreateDocument = new TypedDocumentString(`
    mutation MalformedCreate {
  createModel(input: {displayName: "Dresses"}) {
    ... on CreateModelSuccess {
      model {
        id
        displayName
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MalformedCreateMutation, MalformedCreateMutationVariables>;
export const NoDisplayNameInListDocument = new TypedDocumentString(`
    query NoDisplayNameInList {
  models {
    nodes {
      displayName
      customModelType
    }
  }
}
    `) as unknown as TypedDocumentString<NoDisplayNameInListQuery, NoDisplayNameInListQueryVariables>;
export const NoDisplayNameDocument = new TypedDocumentString(`
    query NoDisplayName {
  models {
    nodes {
      displayName
      customModelType
    }
  }
}
    `) as unknown as TypedDocumentString<NoDisplayNameQuery, NoDisplayNameQueryVariables>;
export const AwaitImagesDocument = new TypedDocumentString(`
    subscription AwaitImages($id: ID!) {
  predictionUpdated(id: $id) {
    status
    isFinished
    images {
      url
    }
  }
}
    `) as unknown as TypedDocumentString<AwaitImagesSubscription, AwaitImagesSubscriptionVariables>;
export const CreateAndAwaitImagesDocument = new TypedDocumentString(`
    mutation CreateAndAwaitImages($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ... on CreatePredictionSuccess {
      prediction {
        status
        images {
          url
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreateAndAwaitImagesMutation, CreateAndAwaitImagesMutationVariables>;
export const RenameModelDocument = new TypedDocumentString(`
    mutation RenameModel($input: RenameModelInput!) {
  renameModel(input: $input) {
    __typename
    ... on RenameModelSuccess {
      model {
        id
        displayName
        customModelType
      }
    }
    ... on NotFoundError {
      id
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RenameModelMutation, RenameModelMutationVariables>;
export const DeleteModelDocument = new TypedDocumentString(`
    mutation DeleteModel($input: DeleteModelInput!) {
  deleteModel(input: $input) {
    __typename
    ... on DeleteModelSuccess {
      deletedId
    }
    ... on NotFoundError {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteModelMutation, DeleteModelMutationVariables>;
export const CancelTrainingDocument = new TypedDocumentString(`
    mutation CancelTraining($input: CancelTrainingInput!) {
  cancelTraining(input: $input) {
    __typename
    ... on CancelTrainingSuccess {
      training {
        id
        status
      }
    }
    ... on Error {
      message
    }
    ... on NotFoundError {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<CancelTrainingMutation, CancelTrainingMutationVariables>;
export const DeleteTrainingDocument = new TypedDocumentString(`
    mutation DeleteTraining($input: DeleteTrainingInput!) {
  deleteTraining(input: $input) {
    __typename
    ... on DeleteTrainingSuccess {
      deletedId
    }
    ... on NotFoundError {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteTrainingMutation, DeleteTrainingMutationVariables>;
export const DeletePredictionDocument = new TypedDocumentString(`
    mutation DeletePrediction($input: DeletePredictionInput!) {
  deletePrediction(input: $input) {
    __typename
    ... on DeletePredictionSuccess {
      deletedId
    }
    ... on NotFoundError {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeletePredictionMutation, DeletePredictionMutationVariables>;
export const DeleteDataItemDocument = new TypedDocumentString(`
    mutation DeleteDataItem($input: DeleteDataItemInput!) {
  deleteDataItem(input: $input) {
    __typename
    ... on DeleteDataItemSuccess {
      deletedId
    }
    ... on NotFoundError {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteDataItemMutation, DeleteDataItemMutationVariables>;
export const ExistsDocument = new TypedDocumentString(`
    query Exists($id: ID!) {
  node(id: $id) {
    __typename
    id
  }
}
    `) as unknown as TypedDocumentString<ExistsQuery, ExistsQueryVariables>;
export const LookupsDocument = new TypedDocumentString(`
    query Lookups($model: ID!, $training: ID!, $prediction: ID!, $any: ID!) {
  model(id: $model) {
    id
  }
  training(id: $training) {
    id
  }
  prediction(id: $prediction) {
    id
  }
  node(id: $any) {
    id
  }
  nodes(ids: [$any, $any]) {
    id
  }
}
    `) as unknown as TypedDocumentString<LookupsQuery, LookupsQueryVariables>;
export const RenameTwiceDocument = new TypedDocumentString(`
    mutation RenameTwice($id: ID!) {
  first: renameModel(input: {id: $id, displayName: "First"}) {
    ... on RenameModelSuccess {
      model {
        displayName
        customModelType
      }
    }
  }
  second: renameModel(input: {id: $id, displayName: "Second"}) {
    ... on RenameModelSuccess {
      model {
        displayName
      }
    }
  }
  deleteModel(input: {id: $id}) {
    __typename
  }
  again: deleteModel(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<RenameTwiceMutation, RenameTwiceMutationVariables>;
export const TriggerWordDocument = new TypedDocumentString(`
    query TriggerWord($id: ID!) {
  model(id: $id) {
    triggerWord
  }
}
    `) as unknown as TypedDocumentString<TriggerWordQuery, TriggerWordQueryVariables>;
export const CreateInvisibleDocument = new TypedDocumentString(`
    mutation CreateInvisible($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ... on CreatePredictionSuccess {
      prediction {
        id
        status
        isFinished
        createdAt
        progress {
          fraction
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreateInvisibleMutation, CreateInvisibleMutationVariables>;
export const StartInvisibleDocument = new TypedDocumentString(`
    mutation StartInvisible($input: StartTrainingInput!) {
  startTraining(input: $input) {
    ... on StartTrainingSuccess {
      training {
        id
        status
      }
    }
  }
}
    `) as unknown as TypedDocumentString<StartInvisibleMutation, StartInvisibleMutationVariables>;
export const DeleteNewDocument = new TypedDocumentString(`
    mutation DeleteNew($id: ID!) {
  deletePrediction(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteNewMutation, DeleteNewMutationVariables>;
export const ReadInvisibleDocument = new TypedDocumentString(`
    query ReadInvisible($id: ID!) {
  prediction(id: $id) {
    status
  }
}
    `) as unknown as TypedDocumentString<ReadInvisibleQuery, ReadInvisibleQueryVariables>;
export const WatchInvisibleDocument = new TypedDocumentString(`
    subscription WatchInvisible($id: ID!) {
  predictionUpdated(id: $id) {
    status
  }
}
    `) as unknown as TypedDocumentString<WatchInvisibleSubscription, WatchInvisibleSubscriptionVariables>;
export const FollowInvisibleDocument = new TypedDocumentString(`
    subscription FollowInvisible($modelId: ID!) {
  trainingsUpdated(modelId: $modelId) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<FollowInvisibleSubscription, FollowInvisibleSubscriptionVariables>;
export const OddTrainingDocument = new TypedDocumentString(`
    subscription OddTraining($id: ID!) {
  trainingUpdated(id: $id) {
    status
    staleSince
  }
}
    `) as unknown as TypedDocumentString<OddTrainingSubscription, OddTrainingSubscriptionVariables>;
export const OddTrainingsDocument = new TypedDocumentString(`
    subscription OddTrainings($modelId: ID!) {
  trainingsUpdated(modelId: $modelId) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<OddTrainingsSubscription, OddTrainingsSubscriptionVariables>;
export const AllPredictionsDocument = new TypedDocumentString(`
    subscription AllPredictions {
  predictionsUpdated {
    id
    status
    checkedAt
    staleSince
  }
}
    `) as unknown as TypedDocumentString<AllPredictionsSubscription, AllPredictionsSubscriptionVariables>;
export const PredictionWithAgeDocument = new TypedDocumentString(`
    subscription PredictionWithAge($id: ID!) {
  predictionUpdated(id: $id) {
    status
    checkedAt
    staleSince
  }
}
    `) as unknown as TypedDocumentString<PredictionWithAgeSubscription, PredictionWithAgeSubscriptionVariables>;
export const CreateFollowedDocument = new TypedDocumentString(`
    mutation CreateFollowed($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ... on CreatePredictionSuccess {
      prediction {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreateFollowedMutation, CreateFollowedMutationVariables>;
export const ResumeJobsDocument = new TypedDocumentString(`
    subscription ResumeJobs($ids: [ID!]!) {
  jobsUpdated(ids: $ids) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<ResumeJobsSubscription, ResumeJobsSubscriptionVariables>;
export const StormOfJobsDocument = new TypedDocumentString(`
    subscription StormOfJobs($ids: [ID!]!) {
  jobsUpdated(ids: $ids) {
    id
    status
    isFinished
    staleSince
  }
}
    `) as unknown as TypedDocumentString<StormOfJobsSubscription, StormOfJobsSubscriptionVariables>;
export const UploadDocument = new TypedDocumentString(`
    mutation Upload($input: UploadDataItemInput!) {
  uploadDataItem(input: $input) {
    __typename
    ... on UploadDataItemSuccess {
      dataItem {
        id
        createdAt
        model {
          displayName
        }
        image {
          url
          contentType
          byteSize
          width
          height
        }
      }
    }
    ... on Error {
      message
    }
    ... on UnsupportedImageError {
      fileName
    }
    ... on FileTooLargeError {
      fileName
      maxBytes
    }
  }
}
    `) as unknown as TypedDocumentString<UploadMutation, UploadMutationVariables>;
export const UploadManyDocument = new TypedDocumentString(`
    mutation UploadMany($input: UploadDataItemsInput!) {
  uploadDataItems(input: $input) {
    __typename
    ... on UploadDataItemsSuccess {
      outcomes {
        fileName
        dataItem {
          id
        }
        error {
          __typename
          message
          ... on UnsupportedImageError {
            fileName
          }
        }
      }
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UploadManyMutation, UploadManyMutationVariables>;
export const ReplaceDocument = new TypedDocumentString(`
    mutation Replace($input: ReplaceDataItemInput!) {
  replaceDataItem(input: $input) {
    __typename
    ... on ReplaceDataItemSuccess {
      dataItem {
        id
        image {
          url
          contentType
        }
      }
    }
    ... on Error {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ReplaceMutation, ReplaceMutationVariables>;
export const ImagesDocument = new TypedDocumentString(`
    query Images($id: ID!) {
  model(id: $id) {
    dataItems {
      nodes {
        image {
          url
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ImagesQuery, ImagesQueryVariables>;
export const FactsDocument = new TypedDocumentString(`
    query Facts($id: ID!) {
  model(id: $id) {
    dataItems {
      nodes {
        image {
          contentType
          byteSize
          width
          height
        }
        again: image {
          width
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FactsQuery, FactsQueryVariables>;
export const UpstreamIdsDocument = new TypedDocumentString(`
    query UpstreamIds($model: ID!, $training: ID!, $prediction: ID!) {
  model(id: $model) {
    upstreamId
    dataItems {
      nodes {
        upstreamId
      }
    }
    trainings {
      nodes {
        id
        upstreamId
      }
    }
  }
  node(id: $training) {
    ... on Job {
      upstreamId
    }
  }
  prediction(id: $prediction) {
    upstreamId
  }
}
    `) as unknown as TypedDocumentString<UpstreamIdsQuery, UpstreamIdsQueryVariables>;
export const ByUpstreamIdsDocument = new TypedDocumentString(`
    query ByUpstreamIds($model: String!, $training: String!, $prediction: String!) {
  modelByUpstreamId(id: $model) {
    id
    displayName
  }
  trainingByUpstreamId(modelId: $model, id: $training) {
    id
    status
  }
  predictionByUpstreamId(id: $prediction) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<ByUpstreamIdsQuery, ByUpstreamIdsQueryVariables>;
export const WholeViewerDocument = new TypedDocumentString(`
    query WholeViewer {
  viewer {
    credentials
    permissions
    isKeyValid
    problem
    tenant
    jobs
  }
}
    `) as unknown as TypedDocumentString<WholeViewerQuery, WholeViewerQueryVariables>;
export const FreeViewerDocument = new TypedDocumentString(`
    query FreeViewer {
  viewer {
    credentials
    permissions
    tenant
    jobs
  }
}
    `) as unknown as TypedDocumentString<FreeViewerQuery, FreeViewerQueryVariables>;
export const ViewerWatchTokenDocument = new TypedDocumentString(`
    mutation ViewerWatchToken($input: CreateWatchTokenInput!) {
  createWatchToken(input: $input) {
    ... on CreateWatchTokenSuccess {
      token
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerWatchTokenMutation, ViewerWatchTokenMutationVariables>;
export const ViewerAndModelsDocument = new TypedDocumentString(`
    query ViewerAndModels {
  viewer {
    isKeyValid
    problem
  }
  models {
    nodes {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerAndModelsQuery, ViewerAndModelsQueryVariables>;
export const TrainingUpdatedDocument = new TypedDocumentString(`
    subscription TrainingUpdated($id: ID!) {
  trainingUpdated(id: $id) {
    id
    status
    isFinished
    triggerWord
    progress {
      fraction
      isEstimated
    }
    model {
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<TrainingUpdatedSubscription, TrainingUpdatedSubscriptionVariables>;
export const PredictionUpdatedDocument = new TypedDocumentString(`
    subscription PredictionUpdated($id: ID!) {
  predictionUpdated(id: $id) {
    id
    status
    images {
      url
    }
  }
}
    `) as unknown as TypedDocumentString<PredictionUpdatedSubscription, PredictionUpdatedSubscriptionVariables>;
export const JobsUpdatedDocument = new TypedDocumentString(`
    subscription JobsUpdated($ids: [ID!]!) {
  jobsUpdated(ids: $ids) {
    __typename
    id
    status
  }
}
    `) as unknown as TypedDocumentString<JobsUpdatedSubscription, JobsUpdatedSubscriptionVariables>;
export const CancelDocument = new TypedDocumentString(`
    mutation Cancel($id: ID!) {
  cancelTraining(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<CancelMutation, CancelMutationVariables>;
export const DeleteDocument = new TypedDocumentString(`
    mutation Delete($id: ID!) {
  deleteTraining(input: {id: $id}) {
    __typename
  }
}
    `) as unknown as TypedDocumentString<DeleteMutation, DeleteMutationVariables>;
export const StatusDocument = new TypedDocumentString(`
    query Status($id: ID!) {
  training(id: $id) {
    status
  }
}
    `) as unknown as TypedDocumentString<StatusQuery, StatusQueryVariables>;
export const CreateModelDocument = new TypedDocumentString(`
    mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) {
    __typename
    ... on CreateModelSuccess {
      model {
        id
        displayName
        customModelType
      }
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreateModelMutation, CreateModelMutationVariables>;
export const StartTrainingDocument = new TypedDocumentString(`
    mutation StartTraining($input: StartTrainingInput!) {
  startTraining(input: $input) {
    __typename
    ... on StartTrainingSuccess {
      training {
        id
        status
        triggerWord
        strength
        mode {
          __typename
          ... on FastTraining {
            isStyle
            isInputFormatAlreadyPreprocessed
          }
          ... on HighQualityTraining {
            style
          }
        }
      }
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<StartTrainingMutation, StartTrainingMutationVariables>;
export const CreatePredictionDocument = new TypedDocumentString(`
    mutation CreatePrediction($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    __typename
    ... on CreatePredictionSuccess {
      prediction {
        id
        status
        prompt
        settings {
          imageCount
          size {
            width
            height
          }
        }
      }
      warnings
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreatePredictionMutation, CreatePredictionMutationVariables>;
export const TicketsDocument = new TypedDocumentString(`
    mutation Tickets($input: CreateUploadTicketsInput!) {
  createUploadTickets(input: $input) {
    __typename
    ... on CreateUploadTicketsSuccess {
      tickets {
        url
        expiresAt
      }
    }
    ... on Error {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on NotFoundError {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<TicketsMutation, TicketsMutationVariables>;