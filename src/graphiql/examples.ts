/** A tab that GraphiQL opens initially. Its title is the name of its operation. */
export interface Example {
  query: string;
  variables?: object;
  /** Path of the id for this example in the response of another one. */
  follows?: { name: string; path: readonly string[] };
}

/** Placeholders in examples that the page replaces. Each one names the source of its value. */
export const placeholders = {
  endpoint: '<URL of the GraphQL endpoint>',
  modelToTrain: '<id of a model: see the tab Everything>',
  model: '<id of a trained model: see the tab Everything>',
  triggerWord: '<triggerWord of that model>',
  training: '<id of a training: run the tab Train>',
  prediction: '<id of a prediction: run the tab Predict>',
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
    query: `# Lists models and predictions.
# Ctrl+click a url to view the image.
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
    query: `# Adds a training image to a model, here a small
# one as a data: URL. To send a file:
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
    follows: { name: 'Train', path: ['data', 'startTraining', 'training', 'id'] },
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
# At the end, Ctrl+click a url to view the image.
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
    follows: { name: 'Predict', path: ['data', 'createPrediction', 'prediction', 'id'] },
  },
];
