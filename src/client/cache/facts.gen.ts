/** The object types of each interface and union. */
export const possibleTypes: Record<string, string[]> = {
  "CancelTrainingResult": [
    "CancelTrainingSuccess",
    "ConflictError",
    "InvalidInputError",
    "NotFoundError"
  ],
  "CreateModelResult": [
    "ConflictError",
    "CreateModelSuccess",
    "InvalidInputError"
  ],
  "CreatePredictionResult": [
    "ConflictError",
    "CreatePredictionSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "CreatePredictionsResult": [
    "CreatePredictionsSuccess",
    "InvalidInputError"
  ],
  "CreateUploadTicketsResult": [
    "CreateUploadTicketsSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "CreateWatchTokenResult": [
    "CreateWatchTokenSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "DeleteDataItemResult": [
    "DeleteDataItemSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "DeleteDataItemsResult": [
    "DeleteDataItemsSuccess",
    "InvalidInputError"
  ],
  "DeleteModelResult": [
    "DeleteModelSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "DeleteModelsResult": [
    "DeleteModelsSuccess",
    "InvalidInputError"
  ],
  "DeletePredictionResult": [
    "DeletePredictionSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "DeletePredictionsResult": [
    "DeletePredictionsSuccess",
    "InvalidInputError"
  ],
  "DeleteTrainingResult": [
    "DeleteTrainingSuccess",
    "InvalidInputError",
    "NotFoundError"
  ],
  "DeleteTrainingsResult": [
    "DeleteTrainingsSuccess",
    "InvalidInputError"
  ],
  "Error": [
    "ConflictError",
    "FileTooLargeError",
    "InvalidInputError",
    "NotFoundError",
    "RequestFailedError",
    "UnsupportedImageError"
  ],
  "Job": [
    "Prediction",
    "Training"
  ],
  "Node": [
    "DataItem",
    "Model",
    "Prediction",
    "Training"
  ],
  "RenameModelResult": [
    "InvalidInputError",
    "NotFoundError",
    "RenameModelSuccess"
  ],
  "ReplaceDataItemResult": [
    "FileTooLargeError",
    "InvalidInputError",
    "NotFoundError",
    "ReplaceDataItemSuccess",
    "UnsupportedImageError"
  ],
  "StartTrainingResult": [
    "ConflictError",
    "InvalidInputError",
    "NotFoundError",
    "StartTrainingSuccess"
  ],
  "TrainingMode": [
    "FastTraining",
    "HighQualityTraining"
  ],
  "UploadDataItemResult": [
    "FileTooLargeError",
    "InvalidInputError",
    "NotFoundError",
    "UnsupportedImageError",
    "UploadDataItemSuccess"
  ],
  "UploadDataItemsResult": [
    "InvalidInputError",
    "NotFoundError",
    "UploadDataItemsSuccess"
  ]
};

/** The object types without an id: a cache stores them as a part of their parent. */
export const keylessTypes: readonly string[] = [
  "ActiveJobs",
  "CancelTrainingSuccess",
  "ConflictError",
  "CreateModelSuccess",
  "CreatePredictionOutcome",
  "CreatePredictionSuccess",
  "CreatePredictionsSuccess",
  "CreateUploadTicketsSuccess",
  "CreateWatchTokenSuccess",
  "DataItemConnection",
  "DataItemEdge",
  "DeleteDataItemSuccess",
  "DeleteDataItemsSuccess",
  "DeleteModelSuccess",
  "DeleteModelsSuccess",
  "DeleteOutcome",
  "DeletePredictionSuccess",
  "DeletePredictionsSuccess",
  "DeleteTrainingSuccess",
  "DeleteTrainingsSuccess",
  "FastTraining",
  "FileTooLargeError",
  "FloatRange",
  "HighQualityTraining",
  "Image",
  "ImageLimits",
  "ImageSize",
  "InputIssue",
  "IntRange",
  "InvalidInputError",
  "JobLimits",
  "JobProgress",
  "Limits",
  "ListLimits",
  "ModelConnection",
  "ModelEdge",
  "NotFoundError",
  "OperationLimits",
  "PageInfo",
  "PredictionConnection",
  "PredictionEdge",
  "PredictionLimits",
  "PredictionModel",
  "PredictionModelSettings",
  "PredictionSettings",
  "RenameModelSuccess",
  "ReplaceDataItemSuccess",
  "RequestFailedError",
  "StartTrainingSuccess",
  "TrainingConnection",
  "TrainingEdge",
  "TrainingLimits",
  "UnsupportedImageError",
  "UploadDataItemSuccess",
  "UploadDataItemsSuccess",
  "UploadLimits",
  "UploadOutcome",
  "UploadTicket",
  "Viewer"
];

/** The fields of each type that return pages of a list. */
export const connectionFields: Readonly<Record<string, readonly string[]>> = {
  "Query": [
    "models",
    "predictions"
  ],
  "Model": [
    "dataItems",
    "predictions",
    "trainings"
  ]
};

/** The fields of each type that return a list of objects without ids. */
export const valueLists: Readonly<Record<string, readonly string[]>> = {
  "CreatePredictionsSuccess": [
    "outcomes"
  ],
  "CreateUploadTicketsSuccess": [
    "tickets"
  ],
  "DeleteDataItemsSuccess": [
    "outcomes"
  ],
  "DeleteModelsSuccess": [
    "outcomes"
  ],
  "DeletePredictionsSuccess": [
    "outcomes"
  ],
  "DeleteTrainingsSuccess": [
    "outcomes"
  ],
  "InvalidInputError": [
    "issues"
  ],
  "Prediction": [
    "images",
    "models"
  ],
  "PredictionSettings": [
    "models"
  ],
  "UploadDataItemsSuccess": [
    "outcomes"
  ]
};

/** The fields of each type that return an object by its id, with its type. */
export const lookups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Query": {
    "model": "Model",
    "prediction": "Prediction",
    "training": "Training"
  },
  "Model": {
    "dataItem": "DataItem"
  }
};
