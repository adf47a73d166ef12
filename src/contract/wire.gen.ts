// Generated from schema/flair.openapi.yaml by `npm run contract`. Do not edit.

export interface paths {
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all models
         * @description Retrieves a list of all custom models accessible to the authenticated user.
         */
        get: operations["listModels"];
        put?: never;
        /**
         * Create a new custom model
         * @description Creates a new custom model that can be trained on your data.
         */
        post: operations["createModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{modelId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        /**
         * Get model details by ID
         * @description Retrieves details about a specific custom model. The response does not contain its id.
         */
        get: operations["getModel"];
        put?: never;
        post?: never;
        /**
         * Delete model (soft-delete)
         * @description Marks a model as deleted without physically removing it. This preserves the model's history and associated predictions.
         */
        delete: operations["deleteModel"];
        options?: never;
        head?: never;
        /**
         * Update model display name
         * @description Updates the display name of an existing model.
         */
        patch: operations["updateModel"];
        trace?: never;
    };
    "/models/{modelId}/data": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        /**
         * List all data items for model
         * @description Retrieves a list of all training images uploaded for a specific model.
         */
        get: operations["listDataItems"];
        put?: never;
        /**
         * Upload data item for model
         * @description Uploads a single image to use as training data for the model. Supported formats are webp, png and jpeg; the maximum file size is 10 MB (10,485,760 bytes).
         */
        post: operations["uploadDataItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{modelId}/data/{dataId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the data item. */
                dataId: components["parameters"]["dataId"];
            };
            cookie?: never;
        };
        /**
         * Get data item details
         * @description Retrieves details about a specific training image, including the image data: the raw bytes, or JSON that contains either a URL of the image or its bytes in base64.
         */
        get: operations["getDataItem"];
        /**
         * Update data item
         * @description Replaces an existing training image with a new one.
         */
        put: operations["replaceDataItem"];
        post?: never;
        /**
         * Delete data item
         * @description Permanently removes a training image from the model.
         */
        delete: operations["deleteDataItem"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{modelId}/trainings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        /**
         * List all training jobs for model
         * @description Retrieves a list of all training jobs for a specific model.
         */
        get: operations["listTrainings"];
        put?: never;
        /**
         * Start model training
         * @description Initiates a training job for the model using uploaded training images. Costs money. The fast mode is expected to take several minutes, high_quality a few hours at most.
         */
        post: operations["startTraining"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{modelId}/trainings/{trainingId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the training job. */
                trainingId: components["parameters"]["trainingId"];
            };
            cookie?: never;
        };
        /**
         * Get training job status
         * @description Checks the current status of a specific training job.
         */
        get: operations["getTraining"];
        put?: never;
        post?: never;
        /**
         * Delete training job record
         * @description Marks a training job as deleted without actually canceling it. This is a soft-delete that preserves the training history.
         */
        delete: operations["deleteTraining"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{modelId}/trainings/{trainingId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the training job. */
                trainingId: components["parameters"]["trainingId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel training job
         * @description Attempts to cancel an in-progress training job. Cancellation is not guaranteed to succeed. You will be charged for partially completed training. Already completed or failed jobs cannot be canceled.
         */
        post: operations["cancelTraining"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/predictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all predictions
         * @description Retrieves a list of all predictions made by the authenticated user.
         */
        get: operations["listPredictions"];
        put?: never;
        /**
         * Create prediction
         * @description Generates new images using your trained models. Several models can be combined by giving each its weight. Costs money.
         */
        post: operations["createPrediction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/predictions/{predictionId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the prediction. */
                predictionId: components["parameters"]["predictionId"];
            };
            cookie?: never;
        };
        /**
         * Get prediction status and results
         * @description Retrieves the current status and generated images (if available) for a specific prediction.
         */
        get: operations["getPrediction"];
        put?: never;
        post?: never;
        /**
         * Delete prediction record
         * @description Marks a prediction as deleted. This is a soft-delete that preserves the prediction history.
         */
        delete: operations["deletePrediction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An identifier. It is used as a single path segment, so it is neither `.` nor `..`. */
        Id: string;
        /** @description An opaque cursor - the id of an item, or any text that the upstream returns as `nextPageCursor`. */
        Cursor: string;
        /** @description The raw bytes of an image; `maxLength` counts bytes. */
        ImageBytes: string;
        /** @description ISO 8601 (in UTC if it contains no time zone), Unix seconds, Unix milliseconds, or a Firestore timestamp, with or without underscores in its field names. */
        Timestamp: string | number | {
            /** @description Seconds since the epoch. */
            _seconds: number;
            /** @description Nanoseconds within the second. */
            _nanoseconds?: number;
        } | {
            /** @description Seconds since the epoch. */
            seconds: number;
            /** @description Nanoseconds within the second. */
            nanoseconds?: number;
        } | null;
        /** @description The URL of an image, or an object that contains its URL or its bytes. */
        ImageReference: string | {
            /** @description Absolute http(s) URL of the image, or a data URL. */
            url?: string;
            /** @description The image's bytes in base64, bare or as a data URL. */
            image?: string;
        };
        /** @description An error. The client reads its message from `message`, `error`, `detail`, `errors` or `title`, and prefers any other message to the name of a status, such as `Bad Request`. */
        Error: {
            /** @description The error message, or an object that contains it. */
            error?: string | {
                /** @description The error message. */
                message?: string;
            };
            /** @description The error message. */
            message?: string;
        };
        /** @description True if a further page follows. */
        HasMore: boolean;
        /** @description Cursor to send as `lastDocId` for the next page. */
        NextPageCursor: string | null;
        CreateModel: {
            /** @description Human-readable name for the model. */
            displayName: string;
            /** @description Type of custom model (reserved for future use). */
            customModelType?: string;
        };
        CreatedModel: {
            /** @description Identifier of the new model. */
            id: string;
            /** @description The name as stored. */
            displayName?: string | null;
        };
        UpdateModel: {
            /** @description New display name for the model. */
            updatedDisplayName: string;
        };
        ModelDetails: {
            /** @description Human-readable name of the model. */
            displayName?: string | null;
        };
        Model: {
            /** @description Identifier of the model. */
            id: string;
            /** @description Human-readable name of the model. */
            displayName?: string | null;
            /** @description Type of the model, for example `Custom`. */
            customModelType?: string | null;
        };
        ModelPage: {
            /** @description The page's models, in the upstream's order. */
            models: components["schemas"]["Model"][];
            nextPageCursor?: components["schemas"]["NextPageCursor"];
            hasMore?: components["schemas"]["HasMore"];
        };
        UploadedDataItem: {
            /** @description Identifier of the new data item. */
            dataId: string;
        };
        DataItem: {
            /** @description Identifier of the data item. */
            id: string;
            createdAt?: components["schemas"]["Timestamp"];
            /** @description Media type of the image, for example `image/png`. */
            contentType?: string | null;
        };
        DataItemPage: {
            /** @description The page's data items, in the upstream's order. */
            data: components["schemas"]["DataItem"][];
            nextPageCursor?: components["schemas"]["NextPageCursor"];
            hasMore?: components["schemas"]["HasMore"];
        };
        DataItemDetails: {
            createdAt?: components["schemas"]["Timestamp"];
            /** @description Media type of the image. */
            contentType?: string | null;
            /** @description Absolute http(s) URL of the image, or a data URL. */
            url?: string;
            /** @description The image's bytes in base64, bare or as a data URL. */
            image?: string;
        };
        StartTraining: {
            /** @description How strongly the model should learn from the training data; stronger is closer to the dataset. */
            trainingStrength: number;
            trainingSpeed?: components["schemas"]["TrainingSpeed"];
            trainingStyle?: components["schemas"]["TrainingStyle"];
            /** @description Fast mode only: true to learn style, false to learn content. */
            isStyle?: boolean;
            /** @description Fast mode only: true if the input images are already pre-processed. */
            isInputFormatAlreadyPreprocessed?: boolean;
        };
        /**
         * @description Training mode; fast is expected to take several minutes, high_quality a few hours at most.
         * @default high_quality
         * @enum {string}
         */
        TrainingSpeed: "fast" | "high_quality";
        /**
         * @description High quality mode only: aspects of the training data to learn from.
         * @enum {string}
         */
        TrainingStyle: "content" | "style" | "balanced";
        StartedTraining: {
            /** @description Identifier of the new training. */
            trainingId: string;
        };
        TrainingDetails: {
            /** @description State of the job, for example `processing`. */
            status?: string;
            /** @description The word that activates the model in a prompt, for example `FJA90AB`. */
            triggerWord?: string | null;
            createdAt?: components["schemas"]["Timestamp"];
            finishedAt?: components["schemas"]["Timestamp"];
            /** @description Completed fraction of the work, 0 to 1; values over 1 are percentages, up to 100. */
            progress?: number | null;
            /** @description Reason why the job failed. */
            error?: string | Record<string, never> | null;
            /** @description As requested. */
            trainingStrength?: number | null;
            /** @description As requested. */
            trainingSpeed?: string | null;
            /** @description As requested. */
            trainingStyle?: string | null;
            /** @description As requested. */
            isStyle?: boolean | null;
            /** @description As requested. */
            isInputFormatAlreadyPreprocessed?: boolean | null;
        };
        Training: {
            /** @description Identifier of the training. */
            id: string;
        } & components["schemas"]["TrainingDetails"];
        TrainingPage: {
            /** @description The page's trainings, in the upstream's order. */
            trainings: components["schemas"]["Training"][];
            nextPageCursor?: components["schemas"]["NextPageCursor"];
            hasMore?: components["schemas"]["HasMore"];
        };
        CreatePrediction: {
            /** @description The models to use, by id, each with its weight. The type of the weight (number) is inferred. */
            scaleConfigs: {
                [key: string]: number;
            };
            /** @description Text description of the image to generate. Must include the trigger word of a custom model in order to activate it. */
            prompt: string;
            /** @description Random seed for reproducible results. */
            seed?: number;
            image_size?: components["schemas"]["ImageSize"];
            /** @description Number of images to generate. */
            num_images?: number;
            /** @description How closely to follow the prompt. */
            guidance_scale?: number;
            /** @description Number of denoising steps. */
            num_inference_steps?: number;
        };
        /** @description Dimensions of the generated images, in pixels. */
        ImageSize: {
            /** @description Width in pixels. */
            width: number;
            /** @description Height in pixels. */
            height: number;
        };
        CreatedPrediction: {
            /** @description Identifier of the new prediction. */
            predictionId: string;
        };
        PredictionDetails: {
            /** @description State of the job, for example `processing`. */
            status?: string;
            /** @description The generated images; missing or null until the upstream has generated them. */
            images?: components["schemas"]["ImageReference"][] | null;
            createdAt?: components["schemas"]["Timestamp"];
            finishedAt?: components["schemas"]["Timestamp"];
            /** @description Completed fraction of the work, 0 to 1; values over 1 are percentages, up to 100. */
            progress?: number | null;
            /** @description Reason why the job failed. */
            error?: string | Record<string, never> | null;
            /** @description As requested; a weight may also be an object that contains it as `scale`. */
            scaleConfigs?: {
                [key: string]: number | {
                    /** @description The weight. */
                    scale?: number;
                };
            } | null;
            /** @description As requested. */
            prompt?: string | null;
            /** @description As requested or as chosen by the upstream. */
            seed?: number | null;
            /** @description As requested, in pixels. */
            image_size?: {
                /** @description Width in pixels. */
                width?: number;
                /** @description Height in pixels. */
                height?: number;
            } | null;
            /** @description As requested. */
            num_images?: number | null;
            /** @description As requested. */
            guidance_scale?: number | null;
            /** @description As requested. */
            num_inference_steps?: number | null;
        };
        Prediction: {
            /** @description Identifier of the prediction. */
            id: string;
        } & components["schemas"]["PredictionDetails"];
        PredictionPage: {
            /** @description The page's predictions, in the upstream's order. */
            predictions: components["schemas"]["Prediction"][];
            nextPageCursor?: components["schemas"]["NextPageCursor"];
            hasMore?: components["schemas"]["HasMore"];
        };
    };
    responses: {
        /** @description Success. The body is empty or any JSON object; the client does not read it. */
        Done: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description 400 or 422 invalid input; 401 or 403 invalid key; 402 out of credit; 404 unknown or deleted id; 409 state conflict; 413 or 415 invalid image; 429 too many requests, with an optional `Retry-After` in seconds or as a date; 5xx upstream failure. The body is optional. */
        Error: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description Unique identifier of the model. */
        modelId: components["schemas"]["Id"];
        /** @description Unique identifier of the data item. */
        dataId: components["schemas"]["Id"];
        /** @description Unique identifier of the training job. */
        trainingId: components["schemas"]["Id"];
        /** @description Unique identifier of the prediction. */
        predictionId: components["schemas"]["Id"];
        /** @description ID of the last document from the previous page. Accepts the id of any item, and returns the page after that item. Also accepts the `nextPageCursor` of the previous page, percent-encoded. */
        lastDocId: components["schemas"]["Cursor"];
    };
    requestBodies: {
        /** @description The raw bytes of one webp, png or jpeg image, at most 10,485,760 bytes. */
        Image: {
            content: {
                "application/octet-stream": components["schemas"]["ImageBytes"];
            };
        };
    };
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listModels: {
        parameters: {
            query?: {
                /** @description ID of the last document from the previous page. Accepts the id of any item, and returns the page after that item. Also accepts the `nextPageCursor` of the previous page, percent-encoded. */
                lastDocId?: components["parameters"]["lastDocId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of models. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateModel"];
            };
        };
        responses: {
            /** @description The model was created. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedModel"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetails"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    updateModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateModel"];
            };
        };
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    listDataItems: {
        parameters: {
            query?: {
                /** @description ID of the last document from the previous page. Accepts the id of any item, and returns the page after that item. Also accepts the `nextPageCursor` of the previous page, percent-encoded. */
                lastDocId?: components["parameters"]["lastDocId"];
            };
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of data items. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataItemPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    uploadDataItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Image"];
        responses: {
            /** @description The image was stored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedDataItem"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getDataItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the data item. */
                dataId: components["parameters"]["dataId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image, as raw bytes, as a URL or in base64. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataItemDetails"];
                    "image/webp": components["schemas"]["ImageBytes"];
                    "image/png": components["schemas"]["ImageBytes"];
                    "image/jpeg": components["schemas"]["ImageBytes"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    replaceDataItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the data item. */
                dataId: components["parameters"]["dataId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Image"];
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    deleteDataItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the data item. */
                dataId: components["parameters"]["dataId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    listTrainings: {
        parameters: {
            query?: {
                /** @description ID of the last document from the previous page. Accepts the id of any item, and returns the page after that item. Also accepts the `nextPageCursor` of the previous page, percent-encoded. */
                lastDocId?: components["parameters"]["lastDocId"];
            };
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of trainings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    startTraining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartTraining"];
            };
        };
        responses: {
            /** @description The training was started. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedTraining"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getTraining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the training job. */
                trainingId: components["parameters"]["trainingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The training. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingDetails"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteTraining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the training job. */
                trainingId: components["parameters"]["trainingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    cancelTraining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the model. */
                modelId: components["parameters"]["modelId"];
                /** @description Unique identifier of the training job. */
                trainingId: components["parameters"]["trainingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    listPredictions: {
        parameters: {
            query?: {
                /** @description ID of the last document from the previous page. Accepts the id of any item, and returns the page after that item. Also accepts the `nextPageCursor` of the previous page, percent-encoded. */
                lastDocId?: components["parameters"]["lastDocId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of predictions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionPage"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createPrediction: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePrediction"];
            };
        };
        responses: {
            /** @description The prediction was started. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedPrediction"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getPrediction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the prediction. */
                predictionId: components["parameters"]["predictionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The prediction. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionDetails"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deletePrediction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Unique identifier of the prediction. */
                predictionId: components["parameters"]["predictionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
}
