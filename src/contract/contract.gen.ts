// Generated from schema/flair.openapi.yaml by `npm run contract`. Do not edit.

import type { Contract } from './contract.ts';

export const contract: Contract = {
  "operations": {
    "listModels": {
      "method": "GET",
      "path": "/models",
      "query": [
        "lastDocId"
      ],
      "body": {
        "kind": "none"
      },
      "response": "ModelPage"
    },
    "createModel": {
      "method": "POST",
      "path": "/models",
      "query": [],
      "body": {
        "kind": "json",
        "schema": "CreateModel"
      },
      "response": "CreatedModel"
    },
    "getModel": {
      "method": "GET",
      "path": "/models/{modelId}",
      "query": [],
      "body": {
        "kind": "none"
      },
      "response": "ModelDetails"
    },
    "updateModel": {
      "method": "PATCH",
      "path": "/models/{modelId}",
      "query": [],
      "body": {
        "kind": "json",
        "schema": "UpdateModel"
      }
    },
    "deleteModel": {
      "method": "DELETE",
      "path": "/models/{modelId}",
      "query": [],
      "body": {
        "kind": "none"
      }
    },
    "listDataItems": {
      "method": "GET",
      "path": "/models/{modelId}/data",
      "query": [
        "lastDocId"
      ],
      "body": {
        "kind": "none"
      },
      "response": "DataItemPage"
    },
    "uploadDataItem": {
      "method": "POST",
      "path": "/models/{modelId}/data",
      "query": [],
      "body": {
        "kind": "bytes"
      },
      "response": "UploadedDataItem"
    },
    "getDataItem": {
      "method": "GET",
      "path": "/models/{modelId}/data/{dataId}",
      "query": [],
      "body": {
        "kind": "none"
      },
      "response": "DataItemDetails"
    },
    "replaceDataItem": {
      "method": "PUT",
      "path": "/models/{modelId}/data/{dataId}",
      "query": [],
      "body": {
        "kind": "bytes"
      }
    },
    "deleteDataItem": {
      "method": "DELETE",
      "path": "/models/{modelId}/data/{dataId}",
      "query": [],
      "body": {
        "kind": "none"
      }
    },
    "listTrainings": {
      "method": "GET",
      "path": "/models/{modelId}/trainings",
      "query": [
        "lastDocId"
      ],
      "body": {
        "kind": "none"
      },
      "response": "TrainingPage"
    },
    "startTraining": {
      "method": "POST",
      "path": "/models/{modelId}/trainings",
      "query": [],
      "body": {
        "kind": "json",
        "schema": "StartTraining"
      },
      "response": "StartedTraining"
    },
    "getTraining": {
      "method": "GET",
      "path": "/models/{modelId}/trainings/{trainingId}",
      "query": [],
      "body": {
        "kind": "none"
      },
      "response": "TrainingDetails"
    },
    "deleteTraining": {
      "method": "DELETE",
      "path": "/models/{modelId}/trainings/{trainingId}",
      "query": [],
      "body": {
        "kind": "none"
      }
    },
    "cancelTraining": {
      "method": "POST",
      "path": "/models/{modelId}/trainings/{trainingId}/cancel",
      "query": [],
      "body": {
        "kind": "none"
      }
    },
    "listPredictions": {
      "method": "GET",
      "path": "/predictions",
      "query": [
        "lastDocId"
      ],
      "body": {
        "kind": "none"
      },
      "response": "PredictionPage"
    },
    "createPrediction": {
      "method": "POST",
      "path": "/predictions",
      "query": [],
      "body": {
        "kind": "json",
        "schema": "CreatePrediction"
      },
      "response": "CreatedPrediction"
    },
    "getPrediction": {
      "method": "GET",
      "path": "/predictions/{predictionId}",
      "query": [],
      "body": {
        "kind": "none"
      },
      "response": "PredictionDetails"
    },
    "deletePrediction": {
      "method": "DELETE",
      "path": "/predictions/{predictionId}",
      "query": [],
      "body": {
        "kind": "none"
      }
    }
  },
  "fields": {
    "Timestamp": {
      "_seconds": [
        "_seconds"
      ],
      "_nanoseconds": [
        "_nanoseconds"
      ],
      "seconds": [
        "seconds"
      ],
      "nanoseconds": [
        "nanoseconds"
      ]
    },
    "ImageReference": {
      "url": [
        "url",
        "imageUrl",
        "downloadUrl",
        "signedUrl"
      ],
      "image": [
        "image",
        "imageData",
        "data",
        "base64"
      ]
    },
    "Error": {
      "error": [
        "error"
      ],
      "message": [
        "message"
      ]
    },
    "CreateModel": {
      "displayName": [
        "displayName"
      ],
      "customModelType": [
        "customModelType"
      ]
    },
    "CreatedModel": {
      "id": [
        "id",
        "modelId"
      ],
      "displayName": [
        "displayName"
      ]
    },
    "UpdateModel": {
      "updatedDisplayName": [
        "updatedDisplayName"
      ]
    },
    "ModelDetails": {
      "displayName": [
        "displayName"
      ]
    },
    "Model": {
      "id": [
        "id",
        "modelId"
      ],
      "displayName": [
        "displayName"
      ],
      "customModelType": [
        "customModelType"
      ]
    },
    "ModelPage": {
      "models": [
        "models"
      ],
      "nextPageCursor": [
        "nextPageCursor"
      ],
      "hasMore": [
        "hasMore"
      ]
    },
    "UploadedDataItem": {
      "dataId": [
        "dataId",
        "id"
      ]
    },
    "DataItem": {
      "id": [
        "id",
        "dataId"
      ],
      "createdAt": [
        "createdAt"
      ],
      "contentType": [
        "contentType"
      ]
    },
    "DataItemPage": {
      "data": [
        "data",
        "dataItems",
        "items"
      ],
      "nextPageCursor": [
        "nextPageCursor"
      ],
      "hasMore": [
        "hasMore"
      ]
    },
    "DataItemDetails": {
      "createdAt": [
        "createdAt"
      ],
      "contentType": [
        "contentType"
      ],
      "url": [
        "url",
        "imageUrl",
        "downloadUrl",
        "signedUrl"
      ],
      "image": [
        "image",
        "imageData",
        "data",
        "base64"
      ]
    },
    "StartTraining": {
      "trainingStrength": [
        "trainingStrength"
      ],
      "trainingSpeed": [
        "trainingSpeed"
      ],
      "trainingStyle": [
        "trainingStyle"
      ],
      "isStyle": [
        "isStyle"
      ],
      "isInputFormatAlreadyPreprocessed": [
        "isInputFormatAlreadyPreprocessed"
      ]
    },
    "StartedTraining": {
      "trainingId": [
        "trainingId",
        "id"
      ]
    },
    "TrainingDetails": {
      "status": [
        "status"
      ],
      "triggerWord": [
        "triggerWord"
      ],
      "createdAt": [
        "createdAt"
      ],
      "finishedAt": [
        "finishedAt"
      ],
      "progress": [
        "progress"
      ],
      "error": [
        "error"
      ],
      "trainingStrength": [
        "trainingStrength"
      ],
      "trainingSpeed": [
        "trainingSpeed"
      ],
      "trainingStyle": [
        "trainingStyle"
      ],
      "isStyle": [
        "isStyle"
      ],
      "isInputFormatAlreadyPreprocessed": [
        "isInputFormatAlreadyPreprocessed"
      ]
    },
    "Training": {
      "id": [
        "id",
        "trainingId"
      ],
      "status": [
        "status"
      ],
      "triggerWord": [
        "triggerWord"
      ],
      "createdAt": [
        "createdAt"
      ],
      "finishedAt": [
        "finishedAt"
      ],
      "progress": [
        "progress"
      ],
      "error": [
        "error"
      ],
      "trainingStrength": [
        "trainingStrength"
      ],
      "trainingSpeed": [
        "trainingSpeed"
      ],
      "trainingStyle": [
        "trainingStyle"
      ],
      "isStyle": [
        "isStyle"
      ],
      "isInputFormatAlreadyPreprocessed": [
        "isInputFormatAlreadyPreprocessed"
      ]
    },
    "TrainingPage": {
      "trainings": [
        "trainings"
      ],
      "nextPageCursor": [
        "nextPageCursor"
      ],
      "hasMore": [
        "hasMore"
      ]
    },
    "CreatePrediction": {
      "scaleConfigs": [
        "scaleConfigs"
      ],
      "prompt": [
        "prompt"
      ],
      "seed": [
        "seed"
      ],
      "image_size": [
        "image_size"
      ],
      "num_images": [
        "num_images"
      ],
      "guidance_scale": [
        "guidance_scale"
      ],
      "num_inference_steps": [
        "num_inference_steps"
      ]
    },
    "ImageSize": {
      "width": [
        "width"
      ],
      "height": [
        "height"
      ]
    },
    "CreatedPrediction": {
      "predictionId": [
        "predictionId",
        "id"
      ]
    },
    "PredictionDetails": {
      "status": [
        "status"
      ],
      "images": [
        "images",
        "imageUrls",
        "outputs",
        "results"
      ],
      "createdAt": [
        "createdAt"
      ],
      "finishedAt": [
        "finishedAt"
      ],
      "progress": [
        "progress"
      ],
      "error": [
        "error"
      ],
      "scaleConfigs": [
        "scaleConfigs"
      ],
      "prompt": [
        "prompt"
      ],
      "seed": [
        "seed"
      ],
      "image_size": [
        "image_size"
      ],
      "num_images": [
        "num_images"
      ],
      "guidance_scale": [
        "guidance_scale"
      ],
      "num_inference_steps": [
        "num_inference_steps"
      ]
    },
    "Prediction": {
      "id": [
        "id",
        "predictionId"
      ],
      "status": [
        "status"
      ],
      "images": [
        "images",
        "imageUrls",
        "outputs",
        "results"
      ],
      "createdAt": [
        "createdAt"
      ],
      "finishedAt": [
        "finishedAt"
      ],
      "progress": [
        "progress"
      ],
      "error": [
        "error"
      ],
      "scaleConfigs": [
        "scaleConfigs"
      ],
      "prompt": [
        "prompt"
      ],
      "seed": [
        "seed"
      ],
      "image_size": [
        "image_size"
      ],
      "num_images": [
        "num_images"
      ],
      "guidance_scale": [
        "guidance_scale"
      ],
      "num_inference_steps": [
        "num_inference_steps"
      ]
    },
    "PredictionPage": {
      "predictions": [
        "predictions"
      ],
      "nextPageCursor": [
        "nextPageCursor"
      ],
      "hasMore": [
        "hasMore"
      ]
    }
  },
  "schemas": {
    "Id": {
      "type": "string",
      "x-source": "inferred",
      "description": "An identifier. It is used as a single path segment, so it is neither `.` nor `..`.",
      "minLength": 1,
      "maxLength": 128,
      "pattern": "^(?!\\.{1,2}$)[A-Za-z0-9._~-]+$"
    },
    "Cursor": {
      "type": "string",
      "x-source": "inferred",
      "description": "An opaque cursor - the id of an item, or any text that the upstream returns as `nextPageCursor`.",
      "minLength": 1,
      "maxLength": 512
    },
    "ImageBytes": {
      "type": "string",
      "x-source": "documented",
      "description": "The raw bytes of an image; `maxLength` counts bytes.",
      "maxLength": 10485760,
      "contentMediaType": "application/octet-stream"
    },
    "Timestamp": {
      "x-source": "inferred",
      "description": "ISO 8601 (in UTC if it contains no time zone), Unix seconds, Unix milliseconds, or a Firestore timestamp, with or without underscores in its field names.",
      "oneOf": [
        {
          "type": "string"
        },
        {
          "type": "number"
        },
        {
          "type": "object",
          "required": [
            "_seconds"
          ],
          "properties": {
            "_seconds": {
              "type": "number",
              "x-source": "inferred",
              "description": "Seconds since the epoch."
            },
            "_nanoseconds": {
              "type": "number",
              "x-source": "inferred",
              "description": "Nanoseconds within the second."
            }
          }
        },
        {
          "type": "object",
          "required": [
            "seconds"
          ],
          "properties": {
            "seconds": {
              "type": "number",
              "x-source": "inferred",
              "description": "Seconds since the epoch."
            },
            "nanoseconds": {
              "type": "number",
              "x-source": "inferred",
              "description": "Nanoseconds within the second."
            }
          }
        },
        {
          "type": "null"
        }
      ]
    },
    "ImageReference": {
      "x-source": "inferred",
      "description": "The URL of an image, or an object that contains its URL or its bytes.",
      "oneOf": [
        {
          "type": "string"
        },
        {
          "type": "object",
          "properties": {
            "url": {
              "type": "string",
              "x-source": "inferred",
              "x-also-read-as": [
                "imageUrl",
                "downloadUrl",
                "signedUrl"
              ],
              "description": "Absolute http(s) URL of the image, or a data URL."
            },
            "image": {
              "type": "string",
              "x-source": "inferred",
              "x-also-read-as": [
                "imageData",
                "data",
                "base64"
              ],
              "description": "The image's bytes in base64, bare or as a data URL."
            }
          }
        }
      ]
    },
    "Error": {
      "type": "object",
      "x-source": "inferred",
      "description": "An error. The client reads its message from `message`, `error`, `detail`, `errors` or `title`, and prefers any other message to the name of a status, such as `Bad Request`.",
      "properties": {
        "error": {
          "x-source": "inferred",
          "description": "The error message, or an object that contains it.",
          "oneOf": [
            {
              "type": "string"
            },
            {
              "type": "object",
              "properties": {
                "message": {
                  "type": "string",
                  "x-source": "inferred",
                  "description": "The error message."
                }
              }
            }
          ]
        },
        "message": {
          "type": "string",
          "x-source": "inferred",
          "description": "The error message."
        }
      }
    },
    "HasMore": {
      "type": "boolean",
      "x-source": "documented",
      "description": "True if a further page follows."
    },
    "NextPageCursor": {
      "type": [
        "string",
        "null"
      ],
      "x-source": "documented",
      "description": "Cursor to send as `lastDocId` for the next page."
    },
    "CreateModel": {
      "type": "object",
      "additionalProperties": false,
      "required": [
        "displayName"
      ],
      "properties": {
        "displayName": {
          "type": "string",
          "minLength": 1,
          "x-source": "documented",
          "description": "Human-readable name for the model."
        },
        "customModelType": {
          "type": "string",
          "x-source": "documented",
          "description": "Type of custom model (reserved for future use)."
        }
      }
    },
    "CreatedModel": {
      "type": "object",
      "required": [
        "id"
      ],
      "properties": {
        "id": {
          "type": "string",
          "x-source": "documented",
          "x-also-read-as": [
            "modelId"
          ],
          "description": "Identifier of the new model."
        },
        "displayName": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "documented",
          "description": "The name as stored."
        }
      }
    },
    "UpdateModel": {
      "type": "object",
      "additionalProperties": false,
      "required": [
        "updatedDisplayName"
      ],
      "properties": {
        "updatedDisplayName": {
          "type": "string",
          "minLength": 1,
          "x-source": "documented",
          "description": "New display name for the model."
        }
      }
    },
    "ModelDetails": {
      "type": "object",
      "properties": {
        "displayName": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "documented",
          "description": "Human-readable name of the model."
        }
      }
    },
    "Model": {
      "type": "object",
      "required": [
        "id"
      ],
      "properties": {
        "id": {
          "type": "string",
          "x-source": "documented",
          "x-also-read-as": [
            "modelId"
          ],
          "description": "Identifier of the model."
        },
        "displayName": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "documented",
          "description": "Human-readable name of the model."
        },
        "customModelType": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "documented",
          "description": "Type of the model, for example `Custom`."
        }
      }
    },
    "ModelPage": {
      "type": "object",
      "required": [
        "models"
      ],
      "properties": {
        "models": {
          "type": "array",
          "x-source": "documented",
          "description": "The page's models, in the upstream's order.",
          "items": {
            "$ref": "#/components/schemas/Model"
          }
        },
        "nextPageCursor": {
          "$ref": "#/components/schemas/NextPageCursor"
        },
        "hasMore": {
          "$ref": "#/components/schemas/HasMore"
        }
      }
    },
    "UploadedDataItem": {
      "type": "object",
      "required": [
        "dataId"
      ],
      "properties": {
        "dataId": {
          "type": "string",
          "x-source": "documented",
          "x-also-read-as": [
            "id"
          ],
          "description": "Identifier of the new data item."
        }
      }
    },
    "DataItem": {
      "type": "object",
      "required": [
        "id"
      ],
      "properties": {
        "id": {
          "type": "string",
          "x-source": "inferred",
          "x-also-read-as": [
            "dataId"
          ],
          "description": "Identifier of the data item."
        },
        "createdAt": {
          "$ref": "#/components/schemas/Timestamp"
        },
        "contentType": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "inferred",
          "description": "Media type of the image, for example `image/png`."
        }
      }
    },
    "DataItemPage": {
      "type": "object",
      "required": [
        "data"
      ],
      "properties": {
        "data": {
          "type": "array",
          "x-source": "inferred",
          "x-also-read-as": [
            "dataItems",
            "items"
          ],
          "description": "The page's data items, in the upstream's order.",
          "items": {
            "$ref": "#/components/schemas/DataItem"
          }
        },
        "nextPageCursor": {
          "$ref": "#/components/schemas/NextPageCursor"
        },
        "hasMore": {
          "$ref": "#/components/schemas/HasMore"
        }
      }
    },
    "DataItemDetails": {
      "type": "object",
      "x-source": "inferred",
      "properties": {
        "createdAt": {
          "$ref": "#/components/schemas/Timestamp"
        },
        "contentType": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "inferred",
          "description": "Media type of the image."
        },
        "url": {
          "type": "string",
          "x-source": "inferred",
          "x-also-read-as": [
            "imageUrl",
            "downloadUrl",
            "signedUrl"
          ],
          "description": "Absolute http(s) URL of the image, or a data URL."
        },
        "image": {
          "type": "string",
          "x-source": "inferred",
          "x-also-read-as": [
            "imageData",
            "data",
            "base64"
          ],
          "description": "The image's bytes in base64, bare or as a data URL."
        }
      }
    },
    "StartTraining": {
      "type": "object",
      "additionalProperties": false,
      "required": [
        "trainingStrength"
      ],
      "properties": {
        "trainingStrength": {
          "type": "integer",
          "minimum": 0,
          "maximum": 10,
          "x-source": "documented",
          "description": "How strongly the model should learn from the training data; stronger is closer to the dataset."
        },
        "trainingSpeed": {
          "$ref": "#/components/schemas/TrainingSpeed"
        },
        "trainingStyle": {
          "$ref": "#/components/schemas/TrainingStyle"
        },
        "isStyle": {
          "type": "boolean",
          "x-source": "documented",
          "description": "Fast mode only: true to learn style, false to learn content."
        },
        "isInputFormatAlreadyPreprocessed": {
          "type": "boolean",
          "x-source": "documented",
          "description": "Fast mode only: true if the input images are already pre-processed."
        }
      }
    },
    "TrainingSpeed": {
      "type": "string",
      "enum": [
        "fast",
        "high_quality"
      ],
      "default": "high_quality",
      "x-source": "documented",
      "description": "Training mode; fast is expected to take several minutes, high_quality a few hours at most."
    },
    "TrainingStyle": {
      "type": "string",
      "enum": [
        "content",
        "style",
        "balanced"
      ],
      "x-source": "documented",
      "description": "High quality mode only: aspects of the training data to learn from."
    },
    "StartedTraining": {
      "type": "object",
      "required": [
        "trainingId"
      ],
      "properties": {
        "trainingId": {
          "type": "string",
          "x-source": "documented",
          "x-also-read-as": [
            "id"
          ],
          "description": "Identifier of the new training."
        }
      }
    },
    "TrainingDetails": {
      "type": "object",
      "properties": {
        "status": {
          "type": "string",
          "x-source": "documented",
          "description": "State of the job, for example `processing`."
        },
        "triggerWord": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "documented",
          "description": "The word that activates the model in a prompt, for example `FJA90AB`."
        },
        "createdAt": {
          "$ref": "#/components/schemas/Timestamp"
        },
        "finishedAt": {
          "$ref": "#/components/schemas/Timestamp"
        },
        "progress": {
          "type": [
            "number",
            "null"
          ],
          "x-source": "inferred",
          "description": "Completed fraction of the work, 0 to 1; values over 1 are percentages, up to 100."
        },
        "error": {
          "type": [
            "string",
            "object",
            "null"
          ],
          "x-source": "inferred",
          "description": "Reason why the job failed."
        },
        "trainingStrength": {
          "type": [
            "integer",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "trainingSpeed": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "trainingStyle": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "isStyle": {
          "type": [
            "boolean",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "isInputFormatAlreadyPreprocessed": {
          "type": [
            "boolean",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        }
      }
    },
    "Training": {
      "allOf": [
        {
          "type": "object",
          "required": [
            "id"
          ],
          "properties": {
            "id": {
              "type": "string",
              "x-source": "inferred",
              "x-also-read-as": [
                "trainingId"
              ],
              "description": "Identifier of the training."
            }
          }
        },
        {
          "$ref": "#/components/schemas/TrainingDetails"
        }
      ]
    },
    "TrainingPage": {
      "type": "object",
      "required": [
        "trainings"
      ],
      "properties": {
        "trainings": {
          "type": "array",
          "x-source": "documented",
          "description": "The page's trainings, in the upstream's order.",
          "items": {
            "$ref": "#/components/schemas/Training"
          }
        },
        "nextPageCursor": {
          "$ref": "#/components/schemas/NextPageCursor"
        },
        "hasMore": {
          "$ref": "#/components/schemas/HasMore"
        }
      }
    },
    "CreatePrediction": {
      "type": "object",
      "additionalProperties": false,
      "required": [
        "scaleConfigs",
        "prompt"
      ],
      "properties": {
        "scaleConfigs": {
          "type": "object",
          "minProperties": 1,
          "propertyNames": {
            "$ref": "#/components/schemas/Id"
          },
          "additionalProperties": {
            "type": "number"
          },
          "x-source": "documented",
          "description": "The models to use, by id, each with its weight. The type of the weight (number) is inferred."
        },
        "prompt": {
          "type": "string",
          "minLength": 1,
          "x-source": "documented",
          "description": "Text description of the image to generate. Must include the trigger word of a custom model in order to activate it."
        },
        "seed": {
          "type": "integer",
          "x-source": "documented",
          "description": "Random seed for reproducible results."
        },
        "image_size": {
          "$ref": "#/components/schemas/ImageSize"
        },
        "num_images": {
          "type": "integer",
          "minimum": 1,
          "maximum": 4,
          "x-source": "documented",
          "description": "Number of images to generate."
        },
        "guidance_scale": {
          "type": "number",
          "minimum": 0,
          "maximum": 10,
          "x-source": "documented",
          "description": "How closely to follow the prompt."
        },
        "num_inference_steps": {
          "type": "integer",
          "minimum": 1,
          "maximum": 50,
          "x-source": "documented",
          "description": "Number of denoising steps."
        }
      }
    },
    "ImageSize": {
      "type": "object",
      "additionalProperties": false,
      "required": [
        "width",
        "height"
      ],
      "x-source": "documented",
      "description": "Dimensions of the generated images, in pixels.",
      "properties": {
        "width": {
          "type": "integer",
          "minimum": 512,
          "maximum": 1536,
          "x-source": "documented",
          "description": "Width in pixels."
        },
        "height": {
          "type": "integer",
          "minimum": 512,
          "maximum": 1536,
          "x-source": "documented",
          "description": "Height in pixels."
        }
      }
    },
    "CreatedPrediction": {
      "type": "object",
      "required": [
        "predictionId"
      ],
      "properties": {
        "predictionId": {
          "type": "string",
          "x-source": "documented",
          "x-also-read-as": [
            "id"
          ],
          "description": "Identifier of the new prediction."
        }
      }
    },
    "PredictionDetails": {
      "type": "object",
      "x-source": "inferred",
      "properties": {
        "status": {
          "type": "string",
          "x-source": "inferred",
          "description": "State of the job, for example `processing`."
        },
        "images": {
          "type": [
            "array",
            "null"
          ],
          "x-source": "inferred",
          "x-also-read-as": [
            "imageUrls",
            "outputs",
            "results"
          ],
          "description": "The generated images; missing or null until the upstream has generated them.",
          "items": {
            "$ref": "#/components/schemas/ImageReference"
          }
        },
        "createdAt": {
          "$ref": "#/components/schemas/Timestamp"
        },
        "finishedAt": {
          "$ref": "#/components/schemas/Timestamp"
        },
        "progress": {
          "type": [
            "number",
            "null"
          ],
          "x-source": "inferred",
          "description": "Completed fraction of the work, 0 to 1; values over 1 are percentages, up to 100."
        },
        "error": {
          "type": [
            "string",
            "object",
            "null"
          ],
          "x-source": "inferred",
          "description": "Reason why the job failed."
        },
        "scaleConfigs": {
          "type": [
            "object",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested; a weight may also be an object that contains it as `scale`.",
          "additionalProperties": {
            "oneOf": [
              {
                "type": "number"
              },
              {
                "type": "object",
                "properties": {
                  "scale": {
                    "type": "number",
                    "x-source": "inferred",
                    "description": "The weight."
                  }
                }
              }
            ]
          }
        },
        "prompt": {
          "type": [
            "string",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "seed": {
          "type": [
            "integer",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested or as chosen by the upstream."
        },
        "image_size": {
          "x-source": "inferred",
          "description": "As requested, in pixels.",
          "oneOf": [
            {
              "type": "object",
              "properties": {
                "width": {
                  "type": "integer",
                  "x-source": "inferred",
                  "description": "Width in pixels."
                },
                "height": {
                  "type": "integer",
                  "x-source": "inferred",
                  "description": "Height in pixels."
                }
              }
            },
            {
              "type": "null"
            }
          ]
        },
        "num_images": {
          "type": [
            "integer",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "guidance_scale": {
          "type": [
            "number",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        },
        "num_inference_steps": {
          "type": [
            "integer",
            "null"
          ],
          "x-source": "inferred",
          "description": "As requested."
        }
      }
    },
    "Prediction": {
      "x-source": "inferred",
      "allOf": [
        {
          "type": "object",
          "required": [
            "id"
          ],
          "properties": {
            "id": {
              "type": "string",
              "x-source": "inferred",
              "x-also-read-as": [
                "predictionId"
              ],
              "description": "Identifier of the prediction."
            }
          }
        },
        {
          "$ref": "#/components/schemas/PredictionDetails"
        }
      ]
    },
    "PredictionPage": {
      "type": "object",
      "x-source": "inferred",
      "required": [
        "predictions"
      ],
      "properties": {
        "predictions": {
          "type": "array",
          "x-source": "inferred",
          "description": "The page's predictions, in the upstream's order.",
          "items": {
            "$ref": "#/components/schemas/Prediction"
          }
        },
        "nextPageCursor": {
          "$ref": "#/components/schemas/NextPageCursor"
        },
        "hasMore": {
          "$ref": "#/components/schemas/HasMore"
        }
      }
    }
  }
};
