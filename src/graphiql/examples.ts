/** A tab that GraphiQL opens with. Its title is the name of its operation. */
export interface Example {
  query: string;
  variables?: object;
  /** Where the answer to the example of that name holds the id that this one goes on with. */
  follows?: { name: string; path: readonly string[] };
}

/** What examples leave open, until the page knows better. A reader who sees one of these learns where to look. */
export const blanks = {
  endpoint: '<address of the graph>',
  learner: '<id of a model: see the tab Everything>',
  model: '<id of a trained model: see the tab Everything>',
  triggerWord: '<triggerWord of that model>',
  training: '<id of a training: run the tab Train>',
  prediction: '<id of a prediction: run the tab Predict>',
} as const;

/** What the page asks, so as to fill the blanks: one page of models and the newest prediction. */
export const lookup = `query ExampleIds {
  models(first: 5) { nodes { id triggerWord latestTraining { id isFinished } } }
  predictions(first: 1) { nodes { id } }
}`;

/** 64 by 64 pixels, 174 bytes: a slope of colours from cream to violet. */
const PICTURE =
  'data:image/webp;base64,UklGRqYAAABXRUJQVlA4IJoAAADwBgCdASpAAEAAPrVKoUwuI7UwLhJLiqAWiWMBhVYCiv232Ag4XTGUljgjdPkbOl3GOCgAWsrYm0HD5Ki+KvDsAP7wgaH7UeYcMP6G/2W32i9iekFEksrpPULxlJJPfZy2TTd9bwMbFWSYfHUHkL8dEt03yTTGKrPARkm0HnGqj8t4wUasg0ex4WPE/++8Yh6xdbs57XHQIAAA';

/** One tab for each thing that people come to do, in the order in which they do it. */
export const examples: readonly Example[] = [
  {
    query: `# Everything there is.
# Ctrl+click on a url to see the picture.
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
    query: `# Adds a picture that a model is to learn from.
# Here a small one, as a data: URL. Send a file so:
#
# curl ${blanks.endpoint} \\
#   -F 'operations={
#     "query": "mutation ($input: UploadDataItemInput!) { uploadDataItem(input: $input) { __typename } }",
#     "variables": { "input": {
#       "modelId": "${blanks.learner}",
#       "file": null } } }' \\
#   -F 'map={ "0": ["variables.input.file"] }' \\
#   -F 0=@picture.png
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
    variables: { input: { modelId: blanks.learner, file: PICTURE } },
  },
  {
    query: `# Starts a training: free in the sandbox, else it
# costs money. Then go on to the tab WatchTraining.
mutation Train($input: StartTrainingInput!) {
  startTraining(input: $input) {
    ... on StartTrainingSuccess {
      training { id status triggerWord }
    }
    ... on Error { message }
  }
}
`,
    variables: { input: { modelId: blanks.learner, strength: 7, mode: { fast: { isStyle: true } } } },
  },
  {
    query: `# A training as it is now, and after every change.
# What the tab Train has started is watched here.
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
    variables: { id: blanks.training },
    follows: { name: 'Train', path: ['data', 'startTraining', 'training', 'id'] },
  },
  {
    query: `# Makes pictures: free in the sandbox, else it costs
# money. Then go on to the tab WatchPrediction.
# The prompt must hold the model's trigger word.
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
        prompt: `A summer dress with a floral pattern, ${blanks.triggerWord}`,
        models: [{ id: blanks.model, scale: 1 }],
        imageCount: 2,
      },
    },
  },
  {
    query: `# A prediction as it is now, and after every change.
# What the tab Predict has started is watched here.
# At the end, Ctrl+click on a url to see the picture.
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
    variables: { id: blanks.prediction },
    follows: { name: 'Predict', path: ['data', 'createPrediction', 'prediction', 'id'] },
  },
];
