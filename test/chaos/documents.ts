import type { Step } from './steps.ts';

const JOB = '__typename id status isFinished progress { fraction } createdAt staleSince';
const ERROR = '... on Error { __typename message }';

/** Document of each kind of operation. */
export const documents: Readonly<Record<Step['kind'], string>> = {
  list: `query ($first: Int!) {
    models(first: $first) {
      nodes { id displayName triggerWord latestTraining { ${JOB} } dataItems(first: 2) { nodes { id createdAt image { url } } } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  details: `query ($id: ID!) {
    model(id: $id) { id displayName trainings(first: 5) { nodes { ${JOB} strength } } dataItems(first: 5) { nodes { id } } }
    predictions(first: 4) { nodes { ${JOB} prompt models { scale model { id displayName } } images { url } } }
  }`,
  nodes: `query ($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ... on Model { displayName }
      ... on Job { status upstreamStatus failureReason }
      ... on DataItem { createdAt model { displayName } }
    }
  }`,
  predictions: `query ($id: ID!) { model(id: $id) { predictions(first: 5) { nodes { ${JOB} prompt } pageInfo { endCursor } } } }`,
  imageFacts: 'query ($id: ID!) { node(id: $id) { ... on DataItem { image { url width height contentType } } } }',
  createModel: `mutation ($input: CreateModelInput!) {
    createModel(input: $input) { ... on CreateModelSuccess { model { id displayName } } ${ERROR} }
  }`,
  rename: `mutation ($input: RenameModelInput!) {
    renameModel(input: $input) { ... on RenameModelSuccess { model { id displayName latestTraining { status } } } ${ERROR} }
  }`,
  train: `mutation ($input: StartTrainingInput!) {
    startTraining(input: $input) { ... on StartTrainingSuccess { training { ${JOB} } } ${ERROR} }
  }`,
  cancel: `mutation ($input: CancelTrainingInput!) {
    cancelTraining(input: $input) { ... on CancelTrainingSuccess { training { ${JOB} } } ${ERROR} }
  }`,
  predict: `mutation ($input: CreatePredictionInput!) {
    createPrediction(input: $input) { ... on CreatePredictionSuccess { warnings prediction { ${JOB} images { url } } } ${ERROR} }
  }`,
  upload: `mutation ($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) { ... on UploadDataItemSuccess { dataItem { id createdAt } } ${ERROR} }
  }`,
  deleteItem: `mutation ($input: DeleteDataItemInput!) {
    deleteDataItem(input: $input) { ... on DeleteDataItemSuccess { deletedId } ${ERROR} }
  }`,
  deletePrediction: `mutation ($input: DeletePredictionInput!) {
    deletePrediction(input: $input) { ... on DeletePredictionSuccess { deletedId } ${ERROR} }
  }`,
  watch: `subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { ${JOB} } }`,
  watchList: `subscription ($id: ID!) { trainingsUpdated(modelId: $id) { ${JOB} } }`,
};
