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

type JobFields_Prediction_Fragment = { id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } };

type JobFields_Training_Fragment = { id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } };

export type JobFieldsFragment =
  | JobFields_Prediction_Fragment
  | JobFields_Training_Fragment
;

export type TrainingFieldsFragment = { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, mode:
    | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
    | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
   | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } };

export type PredictionFieldsFragment = { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, settings: { prompt: string, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, seed: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, small: string, large: string, original: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } };

export type ModelFieldsFragment = { __typename: 'Model', id: string, displayName: string };

export type OpenStudioQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenStudioQuery = { viewer: { isKeyValid: boolean | null, problem: string | null }, limits: { uploads: { contentTypes: Array<string>, formats: Array<ImageFormat>, maxBytes: number }, training: { strength: { min: number, max: number } }, prediction: { width: { min: number, max: number, default: number | null }, height: { min: number, max: number, default: number | null }, imageCount: { min: number, max: number, default: number | null }, guidanceScale: { min: number, max: number, default: number | null }, inferenceSteps: { min: number, max: number, default: number | null } } } };

export type PageFragment = { hasNextPage: boolean, endCursor: string | null };

export type ListModelsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  nameContains?: string | null | undefined;
}>;


export type ListModelsQuery = { models: { edges: Array<{ cursor: string, node: { __typename: 'Model', triggerWord: string | null, id: string, displayName: string, cover: { nodes: Array<{ __typename: 'DataItem', id: string, image: { small: string } } | null> }, latestTraining: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, mode:
            | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
            | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
           | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type GetModelQueryVariables = Exact<{
  id: string;
}>;


export type GetModelQuery = { model: { __typename: 'Model', triggerWord: string | null, id: string, displayName: string, trainings: { nodes: Array<{ __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } | null>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ListDataItemsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type ListDataItemsQuery = { model: { __typename: 'Model', id: string, dataItems: { edges: Array<{ cursor: string, node: { __typename: 'DataItem', id: string, image: { small: string, large: string, original: string } } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ListPredictionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ListPredictionsQuery = { predictions: { edges: Array<{ cursor: string, node: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, settings: { prompt: string, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, seed: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, small: string, large: string, original: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type GetPredictionQueryVariables = Exact<{
  id: string;
}>;


export type GetPredictionQuery = { prediction: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, settings: { prompt: string, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, seed: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, small: string, large: string, original: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } | null };

export type NameModelsQueryVariables = Exact<{
  ids: Array<string> | string;
}>;


export type NameModelsQuery = { nodes: Array<
    | { __typename: 'DataItem', id: string }
    | { __typename: 'Model', displayName: string, triggerWord: string | null, id: string }
    | { __typename: 'Prediction', id: string }
    | { __typename: 'Training', id: string }
   | null> };

export type ListActiveJobsQueryVariables = Exact<{ [key: string]: never; }>;


export type ListActiveJobsQuery = { activeJobs: { isComplete: boolean, jobs: Array<
      | { __typename: 'Prediction', id: string, prompt: string | null, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, settings: { prompt: string, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, seed: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, small: string, large: string, original: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } }
      | { __typename: 'Training', id: string, triggerWord: string | null, strength: number | null, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, model: { __typename: 'Model', id: string, displayName: string } | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } }
    > } };

export type WatchJobsSubscriptionVariables = Exact<{
  ids: Array<string> | string;
}>;


export type WatchJobsSubscription = { jobsUpdated:
    | { __typename: 'Prediction', id: string, prompt: string | null, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, settings: { prompt: string, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, seed: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, small: string, large: string, original: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } }
    | { __typename: 'Training', id: string, triggerWord: string | null, strength: number | null, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, model: { __typename: 'Model', triggerWord: string | null, id: string, displayName: string } | null, mode:
        | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
        | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
       | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } }
   | null };

export type CreateModelMutationVariables = Exact<{
  input: CreateModelInput;
}>;


export type CreateModelMutation = { createModel:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreateModelSuccess', model: { __typename: 'Model', id: string, displayName: string } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
   };

export type RenameModelMutationVariables = Exact<{
  input: RenameModelInput;
}>;


export type RenameModelMutation = { renameModel:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'RenameModelSuccess', model: { __typename: 'Model', id: string, displayName: string } }
   };

export type DeleteModelMutationVariables = Exact<{
  input: DeleteModelInput;
}>;


export type DeleteModelMutation = { deleteModel:
    | { __typename: 'DeleteModelSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
   };

export type DeleteDataItemMutationVariables = Exact<{
  input: DeleteDataItemInput;
}>;


export type DeleteDataItemMutation = { deleteDataItem:
    | { __typename: 'DeleteDataItemSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
   };

export type DeleteDataItemsMutationVariables = Exact<{
  input: DeleteDataItemsInput;
}>;


export type DeleteDataItemsMutation = { deleteDataItems:
    | { __typename: 'DeleteDataItemsSuccess', outcomes: Array<{ id: string, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string }
   };

export type StartTrainingMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartTrainingMutation = { startTraining:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string }
    | { __typename: 'StartTrainingSuccess', training: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, model: { __typename: 'Model', id: string, displayName: string } | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } }
   };

export type CancelTrainingMutationVariables = Exact<{
  input: CancelTrainingInput;
}>;


export type CancelTrainingMutation = { cancelTraining:
    | { __typename: 'CancelTrainingSuccess', training: { __typename: 'Training', triggerWord: string | null, strength: number | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, mode:
          | { __typename: 'FastTraining', isStyle: boolean | null, isInputFormatAlreadyPreprocessed: boolean | null }
          | { __typename: 'HighQualityTraining', style: TrainingStyle | null }
         | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } }
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
   };

export type DeleteTrainingMutationVariables = Exact<{
  input: DeleteTrainingInput;
}>;


export type DeleteTrainingMutation = { deleteTraining:
    | { __typename: 'DeleteTrainingSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
   };

export type CreatePredictionMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreatePredictionMutation = { createPrediction:
    | { __typename: 'ConflictError', message: string }
    | { __typename: 'CreatePredictionSuccess', warnings: Array<string>, prediction: { __typename: 'Prediction', prompt: string | null, id: string, status: JobStatus, upstreamStatus: string, isFinished: boolean, createdAt: string | null, finishedAt: string | null, failureReason: string | null, staleSince: string | null, settings: { prompt: string, imageCount: number | null, guidanceScale: number | null, inferenceSteps: number | null, seed: number | null, models: Array<{ id: string, scale: number }>, size: { width: number, height: number } | null } | null, images: Array<{ key: string, small: string, large: string, original: string }> | null, progress: { fraction: number | null, isEstimated: boolean, estimatedCompletionAt: string | null } } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: Array<string>, message: string }> }
    | { __typename: 'NotFoundError', message: string }
   };

export type DeletePredictionMutationVariables = Exact<{
  input: DeletePredictionInput;
}>;


export type DeletePredictionMutation = { deletePrediction:
    | { __typename: 'DeletePredictionSuccess', deletedId: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'NotFoundError', message: string }
   };

export type DeletePredictionsMutationVariables = Exact<{
  input: DeletePredictionsInput;
}>;


export type DeletePredictionsMutation = { deletePredictions:
    | { __typename: 'DeletePredictionsSuccess', outcomes: Array<{ id: string, error:
          | { __typename: 'ConflictError', message: string }
          | { __typename: 'FileTooLargeError', message: string }
          | { __typename: 'InvalidInputError', message: string }
          | { __typename: 'NotFoundError', message: string }
          | { __typename: 'RequestFailedError', message: string }
          | { __typename: 'UnsupportedImageError', message: string }
         | null }> }
    | { __typename: 'InvalidInputError', message: string }
   };


/** Executes `viewer`. */
export const openStudio = "query openStudio{viewer{isKeyValid problem}limits{uploads{contentTypes formats maxBytes}training{strength{min max}}prediction{width{min max default}height{min max default}imageCount{min max default}guidanceScale{min max default}inferenceSteps{min max default}}}}" as TypedDocument<OpenStudioQuery, OpenStudioQueryVariables>;

/** Executes `models`. */
export const listModels = "query listModels($first:Int!$after:String$nameContains:String){models(first:$first after:$after nameContains:$nameContains){edges{cursor node{...ModelFields triggerWord cover:dataItems(first:1){nodes{__typename id image{small:url(width:512 format:WEBP)}}}latestTraining{...TrainingFields}}}pageInfo{...Page}}}fragment ModelFields on Model{__typename id displayName}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}fragment Page on PageInfo{hasNextPage endCursor}" as TypedDocument<ListModelsQuery, ListModelsQueryVariables>;

/** Executes `model`. */
export const getModel = "query getModel($id:ID!){model(id:$id){...ModelFields triggerWord trainings(first:20){nodes{...TrainingFields}pageInfo{...Page}}}}fragment ModelFields on Model{__typename id displayName}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}fragment Page on PageInfo{hasNextPage endCursor}" as TypedDocument<GetModelQuery, GetModelQueryVariables>;

/** Executes `model`. */
export const listDataItems = "query listDataItems($id:ID!$first:Int!$after:String){model(id:$id){__typename id dataItems(first:$first after:$after){edges{cursor node{__typename id image{small:url(width:256 format:WEBP)large:url(width:1536 format:WEBP)original:url}}}pageInfo{...Page}}}}fragment Page on PageInfo{hasNextPage endCursor}" as TypedDocument<ListDataItemsQuery, ListDataItemsQueryVariables>;

/** Executes `predictions`. */
export const listPredictions = "query listPredictions($first:Int!$after:String){predictions(first:$first after:$after){edges{cursor node{...PredictionFields}}pageInfo{...Page}}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}size{width height}imageCount guidanceScale inferenceSteps seed}images{key small:url(width:384 format:WEBP)large:url(width:1536 format:WEBP)original:url}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}fragment Page on PageInfo{hasNextPage endCursor}" as TypedDocument<ListPredictionsQuery, ListPredictionsQueryVariables>;

/** Executes `prediction`. */
export const getPrediction = "query getPrediction($id:ID!){prediction(id:$id){...PredictionFields}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}size{width height}imageCount guidanceScale inferenceSteps seed}images{key small:url(width:384 format:WEBP)large:url(width:1536 format:WEBP)original:url}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}" as TypedDocument<GetPredictionQuery, GetPredictionQueryVariables>;

/** Executes `nodes`. */
export const nameModels = "query nameModels($ids:[ID!]!){nodes(ids:$ids){__typename id ...on Model{displayName triggerWord}}}" as TypedDocument<NameModelsQuery, NameModelsQueryVariables>;

/** Executes `activeJobs`. */
export const listActiveJobs = "query listActiveJobs{activeJobs(first:100){isComplete jobs{__typename id ...TrainingFields ...PredictionFields ...on Training{model{...ModelFields}}}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}size{width height}imageCount guidanceScale inferenceSteps seed}images{key small:url(width:384 format:WEBP)large:url(width:1536 format:WEBP)original:url}}fragment ModelFields on Model{__typename id displayName}" as TypedDocument<ListActiveJobsQuery, ListActiveJobsQueryVariables>;

/** Executes `jobsUpdated`. */
export const watchJobs = "subscription watchJobs($ids:[ID!]!){jobsUpdated(ids:$ids){__typename id ...TrainingFields ...PredictionFields ...on Training{model{...ModelFields triggerWord}}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}size{width height}imageCount guidanceScale inferenceSteps seed}images{key small:url(width:384 format:WEBP)large:url(width:1536 format:WEBP)original:url}}fragment ModelFields on Model{__typename id displayName}" as TypedDocument<WatchJobsSubscription, WatchJobsSubscriptionVariables>;

/** Executes `createModel`. */
export const createModel = "mutation createModel($input:CreateModelInput!){createModel(input:$input){__typename ...on CreateModelSuccess{model{...ModelFields}}...on Error{message}...on InvalidInputError{issues{path message}}}}fragment ModelFields on Model{__typename id displayName}" as TypedDocument<CreateModelMutation, CreateModelMutationVariables>;

/** Executes `renameModel`. */
export const renameModel = "mutation renameModel($input:RenameModelInput!){renameModel(input:$input){__typename ...on RenameModelSuccess{model{...ModelFields}}...on Error{message}...on InvalidInputError{issues{path message}}}}fragment ModelFields on Model{__typename id displayName}" as TypedDocument<RenameModelMutation, RenameModelMutationVariables>;

/** Executes `deleteModel`. */
export const deleteModel = "mutation deleteModel($input:DeleteModelInput!){deleteModel(input:$input){__typename ...on DeleteModelSuccess{deletedId}...on Error{message}}}" as TypedDocument<DeleteModelMutation, DeleteModelMutationVariables>;

/** Executes `deleteDataItem`. */
export const deleteDataItem = "mutation deleteDataItem($input:DeleteDataItemInput!){deleteDataItem(input:$input){__typename ...on DeleteDataItemSuccess{deletedId}...on Error{message}}}" as TypedDocument<DeleteDataItemMutation, DeleteDataItemMutationVariables>;

/** Executes `deleteDataItems`. */
export const deleteDataItems = "mutation deleteDataItems($input:DeleteDataItemsInput!){deleteDataItems(input:$input){__typename ...on DeleteDataItemsSuccess{outcomes{id error{__typename message}}}...on InvalidInputError{message}}}" as TypedDocument<DeleteDataItemsMutation, DeleteDataItemsMutationVariables>;

/** Executes `startTraining`. */
export const startTraining = "mutation startTraining($input:StartTrainingInput!){startTraining(input:$input){__typename ...on StartTrainingSuccess{training{...TrainingFields model{...ModelFields}}}...on Error{message}...on InvalidInputError{issues{path message}}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}fragment ModelFields on Model{__typename id displayName}" as TypedDocument<StartTrainingMutation, StartTrainingMutationVariables>;

/** Executes `cancelTraining`. */
export const cancelTraining = "mutation cancelTraining($input:CancelTrainingInput!){cancelTraining(input:$input){__typename ...on CancelTrainingSuccess{training{...TrainingFields}}...on Error{message}}}fragment TrainingFields on Training{__typename ...JobFields triggerWord strength mode{__typename ...on FastTraining{isStyle isInputFormatAlreadyPreprocessed}...on HighQualityTraining{style}}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}" as TypedDocument<CancelTrainingMutation, CancelTrainingMutationVariables>;

/** Executes `deleteTraining`. */
export const deleteTraining = "mutation deleteTraining($input:DeleteTrainingInput!){deleteTraining(input:$input){__typename ...on DeleteTrainingSuccess{deletedId}...on Error{message}}}" as TypedDocument<DeleteTrainingMutation, DeleteTrainingMutationVariables>;

/** Executes `createPrediction`. */
export const createPrediction = "mutation createPrediction($input:CreatePredictionInput!){createPrediction(input:$input){__typename ...on CreatePredictionSuccess{prediction{...PredictionFields}warnings}...on Error{message}...on InvalidInputError{issues{path message}}}}fragment PredictionFields on Prediction{__typename ...JobFields prompt settings{prompt models{id scale}size{width height}imageCount guidanceScale inferenceSteps seed}images{key small:url(width:384 format:WEBP)large:url(width:1536 format:WEBP)original:url}}fragment JobFields on Job{id status upstreamStatus isFinished createdAt finishedAt failureReason staleSince progress{fraction isEstimated estimatedCompletionAt}}" as TypedDocument<CreatePredictionMutation, CreatePredictionMutationVariables>;

/** Executes `deletePrediction`. */
export const deletePrediction = "mutation deletePrediction($input:DeletePredictionInput!){deletePrediction(input:$input){__typename ...on DeletePredictionSuccess{deletedId}...on Error{message}}}" as TypedDocument<DeletePredictionMutation, DeletePredictionMutationVariables>;

/** Executes `deletePredictions`. */
export const deletePredictions = "mutation deletePredictions($input:DeletePredictionsInput!){deletePredictions(input:$input){__typename ...on DeletePredictionsSuccess{outcomes{id error{__typename message}}}...on InvalidInputError{message}}}" as TypedDocument<DeletePredictionsMutation, DeletePredictionsMutationVariables>;