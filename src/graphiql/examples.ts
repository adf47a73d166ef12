/** A tab that GraphiQL opens initially. Its title is the name of its operation. */
export interface Example {
  query: string;
  variables?: object;
  /** A value for this example in the response of another one, which the page writes into the variables. */
  follows?: {
    /** Name of the other example's operation. */
    name: string;
    /** Path of the value in the response. The name `*` stands for all items of a list. */
    path: readonly string[];
    /** Path of the variable. */
    into: readonly string[];
  };
}

/** Placeholders in examples that the page replaces. Each one names the source of its value. */
export const placeholders = {
  endpoint: '<URL of the GraphQL endpoint>',
  modelToTrain: '<id of a model: see the tab Everything>',
  model: '<id of a trained model: see the tab Everything>',
  triggerWord: '<triggerWord of that model>',
  training: '<id of a training: run the tab Train>',
  prediction: '<id of a prediction: run the tab Predict>',
  // Without values from the lookup, so that these tabs change only what was just created in the page.
  startedTraining: '<id of your training: run the tab Train>',
  createdModel: '<id of your model: run the tab CreateModel>',
  activeJob: '<ids of jobs: run the tab ActiveJobs>',
} as const;

/** Query for the values of the placeholders: five models and the newest prediction. */
export const lookup = `query ExampleIds {
  models(first: 5) { nodes { id triggerWord latestTraining { id isFinished } } }
  predictions(first: 1) { nodes { id } }
}`;

/** 64 × 64 pixels, 174 bytes: a color gradient from cream to violet. */
const IMAGE =
  'data:image/webp;base64,UklGRqYAAABXRUJQVlA4IJoAAADwBgCdASpAAEAAPrVKoUwuI7UwLhJLiqAWiWMBhVYCiv232Ag4XTGUljgjdPkbOl3GOCgAWsrYm0HD5Ki+KvDsAP7wgaH7UeYcMP6G/2W32i9iekFEksrpPULxlJJPfZy2TTd9bwMbFWSYfHUHkL8dEt03yTTGKrPARkm0HnGqj8t4wUasg0ex4WPE/++8Yh6xdbs57XHQIAAA';

/** One tab for each common task, in order. */
export const examples: readonly Example[] = [
  {
    query: `# Lists models and predictions. Below are the images.
query Everything {
  models(first: 10) {
    nodes {
      id
      displayName
      triggerWord
      dataItems(first: 2) {
        nodes { id image { url } }
      }
      latestTraining { id status progress { fraction } }
    }
    pageInfo { hasNextPage endCursor }
  }
  predictions(first: 5) {
    nodes {
      id
      status
      prompt
      images { url }
      models { scale model { displayName } }
    }
  }
}
`,
  },
  {
    query: `# Adds a training image to a model: choose a file
# below, or send the small one in the variables.
# From a shell:
#
# curl ${placeholders.endpoint} \\
#   -F 'operations={
#     "query": "mutation ($input: UploadDataItemInput!) { uploadDataItem(input: $input) { __typename } }",
#     "variables": { "input": {
#       "modelId": "${placeholders.modelToTrain}",
#       "file": null } } }' \\
#   -F 'map={ "0": ["variables.input.file"] }' \\
#   -F 0=@image.png
mutation Upload($input: UploadDataItemInput!) {
  uploadDataItem(input: $input) {
    ... on UploadDataItemSuccess {
      dataItem {
        id
        image { url contentType width height byteSize }
      }
    }
    ... on Error { message }
  }
}
`,
    variables: { input: { modelId: placeholders.modelToTrain, file: IMAGE } },
  },
  {
    query: `# Starts a training. Free in the sandbox, otherwise
# it costs money. Next: the tab WatchTraining.
mutation Train($input: StartTrainingInput!) {
  startTraining(input: $input) {
    ... on StartTrainingSuccess {
      training { id status triggerWord }
    }
    ... on Error { message }
  }
}
`,
    variables: { input: { modelId: placeholders.modelToTrain, strength: 7, mode: { fast: { isStyle: true } } } },
  },
  {
    query: `# The current state of a training, and each change.
# Uses the id of the training that Train started.
subscription WatchTraining($id: ID!) {
  trainingUpdated(id: $id) {
    id
    status
    progress { fraction isEstimated }
    failureReason
    model { displayName triggerWord }
  }
}
`,
    variables: { id: placeholders.training },
    follows: { name: 'Train', path: ['data', 'startTraining', 'training', 'id'], into: ['id'] },
  },
  {
    query: `# Requests the cancellation of the training that Train
# started. It is not guaranteed to succeed, and the
# part that ran is charged.
mutation CancelTraining($input: CancelTrainingInput!) {
  cancelTraining(input: $input) {
    ... on CancelTrainingSuccess { training { id status } }
    ... on Error { message }
  }
}
`,
    variables: { input: { id: placeholders.startedTraining } },
    follows: { name: 'Train', path: ['data', 'startTraining', 'training', 'id'], into: ['input', 'id'] },
  },
  {
    query: `# Generates images. Free in the sandbox, otherwise
# it costs money. Next: the tab WatchPrediction.
# The prompt must contain the model's trigger word.
mutation Predict($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    ... on CreatePredictionSuccess {
      prediction { id status prompt }
      warnings
    }
    ... on Error { message }
  }
}
`,
    variables: {
      input: {
        prompt: `A summer dress with a floral pattern, ${placeholders.triggerWord}`,
        models: [{ id: placeholders.model, scale: 1 }],
        imageCount: 2,
      },
    },
  },
  {
    query: `# The current state of a prediction, and each change.
# Uses the id of the prediction that Predict created.
# At the end, the images are shown below.
subscription WatchPrediction($id: ID!) {
  predictionUpdated(id: $id) {
    id
    status
    prompt
    progress { fraction isEstimated }
    images { url }
  }
}
`,
    variables: { id: placeholders.prediction },
    follows: { name: 'Predict', path: ['data', 'createPrediction', 'prediction', 'id'], into: ['id'] },
  },
  {
    query: `# Starts several predictions, up to 100. Free in the
# sandbox, otherwise each costs money. Running it again
# returns the first results: change the keys to start
# others. Next: the tab ActiveJobs.
mutation PredictMany($input: CreatePredictionsInput!) {
  createPredictions(input: $input) {
    ... on CreatePredictionsSuccess {
      outcomes {
        idempotencyKey
        prediction { id status prompt }
        error {
          message
          ... on RequestFailedError { code retryable retryAfter }
        }
      }
    }
    ... on Error { message }
  }
}
`,
    variables: {
      input: {
        items: ['red', 'green', 'blue'].map((color) => ({
          prompt: `A ${color} summer dress, ${placeholders.triggerWord}`,
          models: [{ id: placeholders.model, scale: 1 }],
          idempotencyKey: `${color}-1`,
        })),
      },
    },
  },
  {
    query: `# All jobs that have not finished, for a dashboard.
# Next: the tab WatchJobs.
query ActiveJobs {
  activeJobs {
    isComplete
    jobs {
      __typename
      id
      status
      createdAt
      progress { fraction isEstimated estimatedCompletionAt }
    }
  }
}
`,
  },
  {
    query: `# Several jobs on one stream: the current state of each,
# then each change, until all have finished. Uses the ids
# of the jobs in ActiveJobs.
subscription WatchJobs($ids: [ID!]!) {
  jobsUpdated(ids: $ids) {
    __typename
    id
    status
    progress { fraction isEstimated }
    ... on Prediction { images { url } }
  }
}
`,
    variables: { ids: [placeholders.activeJob] },
    follows: { name: 'ActiveJobs', path: ['data', 'activeJobs', 'jobs', '*', 'id'], into: ['ids'] },
  },
  {
    query: `# URLs to which a browser uploads images without a key,
# one image each:
#
# curl -X PUT --data-binary @image.png '<url>'
mutation UploadTickets($input: CreateUploadTicketsInput!) {
  createUploadTickets(input: $input) {
    ... on CreateUploadTicketsSuccess { tickets { url expiresAt } }
    ... on Error { message }
  }
}
`,
    variables: { input: { target: { newInModel: placeholders.modelToTrain }, count: 2 } },
  },
  {
    query: `# A token with which a browser may watch these jobs, and
# nothing else: send it as the header x-watch-token, or
# as watchToken in the connectionParams of a WebSocket.
mutation WatchToken($input: CreateWatchTokenInput!) {
  createWatchToken(input: $input) {
    ... on CreateWatchTokenSuccess { token expiresAt }
    ... on Error { message }
  }
}
`,
    variables: { input: { jobIds: [placeholders.training], expiresInSeconds: 3_600 } },
  },
  {
    query: `# Creates an empty model. The tab Delete deletes it.
mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) {
    ... on CreateModelSuccess { model { id displayName } }
    ... on Error { message }
  }
}
`,
    variables: { input: { displayName: 'My first model' } },
  },
  {
    query: `# Deletes models, up to 100 at once: here the one that
# CreateModel created. There are deleteDataItems,
# deleteTrainings and deletePredictions, too.
mutation Delete($input: DeleteModelsInput!) {
  deleteModels(input: $input) {
    ... on DeleteModelsSuccess {
      outcomes { id deletedId error { message } }
    }
    ... on Error { message }
  }
}
`,
    variables: { input: { ids: [placeholders.createdModel] } },
    follows: { name: 'CreateModel', path: ['data', 'createModel', 'model', 'id'], into: ['input', 'ids', '0'] },
  },
  {
    query: `# Whether your key works and what it may do, and
# the limits of inputs. Limits need no key.
query Account {
  viewer { credentials permissions isKeyValid problem tenant }
  limits {
    uploads { maxBytes formats filesPerRequest }
    training { strength { min max } defaultMode }
    prediction {
      width { min max }
      height { min max }
      imageCount { min max }
      guidanceScale { min max }
      inferenceSteps { min max }
    }
  }
}
`,
  },
];
