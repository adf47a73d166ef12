/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query PredictionsWithModels {\n    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }\n  }\n": typeof types.PredictionsWithModelsDocument,
    "\n  query ModelsWithTrainings {\n    models(first: 20) {\n      nodes {\n        displayName\n        triggerWord\n        latestTraining { id }\n        trainings(first: 5) { nodes { id status model { displayName } } }\n      }\n    }\n  }\n": typeof types.ModelsWithTrainingsDocument,
    "\n  query SameModel($id: ID!) {\n    model(id: $id) { displayName }\n    again: model(id: $id) { id displayName }\n    node(id: $id) { ... on Model { displayName } }\n    nodes(ids: [$id, $id]) { ... on Model { displayName } }\n  }\n": typeof types.SameModelDocument,
    "\n    query ListAndRead($id: ID!) {\n      models { nodes { customModelType } }\n      model(id: $id) { displayName }\n      prediction(id: \"\") { id }\n    }\n  ": typeof types.ListAndReadDocument,
    "\n  query Models($first: Int, $after: String) {\n    models(first: $first, after: $after) {\n      edges { cursor node { id displayName } }\n      nodes { displayName }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": typeof types.ModelsDocument,
    "\n  query ModelPredictions($id: ID!, $first: Int, $after: String) {\n    model(id: $id) {\n      predictions(first: $first, after: $after) {\n        nodes { prompt }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": typeof types.ModelPredictionsDocument,
    "query PredictionCursor { predictions { pageInfo { endCursor } } }": typeof types.PredictionCursorDocument,
    "query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }": typeof types.PredictionsOfAllDocument,
    "\n  mutation CreateModel($input: CreateModelInput!) {\n    createModel(input: $input) {\n      __typename\n      ... on CreateModelSuccess { model { id displayName customModelType } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.CreateModelDocument,
    "\n  mutation UploadDataItem($input: UploadDataItemInput!) {\n    uploadDataItem(input: $input) {\n      __typename\n      ... on UploadDataItemSuccess { dataItem { id image { url contentType byteSize width height } } }\n      ... on Error { message }\n    }\n  }\n": typeof types.UploadDataItemDocument,
    "\n  mutation StartTraining($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training { id status triggerWord strength speed style isStyle isInputFormatAlreadyPreprocessed } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.StartTrainingDocument,
    "\n  mutation CreatePrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status prompt imageCount size { width height } } warnings }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.CreatePredictionDocument,
};
const documents: Documents = {
    "\n  query PredictionsWithModels {\n    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }\n  }\n": types.PredictionsWithModelsDocument,
    "\n  query ModelsWithTrainings {\n    models(first: 20) {\n      nodes {\n        displayName\n        triggerWord\n        latestTraining { id }\n        trainings(first: 5) { nodes { id status model { displayName } } }\n      }\n    }\n  }\n": types.ModelsWithTrainingsDocument,
    "\n  query SameModel($id: ID!) {\n    model(id: $id) { displayName }\n    again: model(id: $id) { id displayName }\n    node(id: $id) { ... on Model { displayName } }\n    nodes(ids: [$id, $id]) { ... on Model { displayName } }\n  }\n": types.SameModelDocument,
    "\n    query ListAndRead($id: ID!) {\n      models { nodes { customModelType } }\n      model(id: $id) { displayName }\n      prediction(id: \"\") { id }\n    }\n  ": types.ListAndReadDocument,
    "\n  query Models($first: Int, $after: String) {\n    models(first: $first, after: $after) {\n      edges { cursor node { id displayName } }\n      nodes { displayName }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": types.ModelsDocument,
    "\n  query ModelPredictions($id: ID!, $first: Int, $after: String) {\n    model(id: $id) {\n      predictions(first: $first, after: $after) {\n        nodes { prompt }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": types.ModelPredictionsDocument,
    "query PredictionCursor { predictions { pageInfo { endCursor } } }": types.PredictionCursorDocument,
    "query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }": types.PredictionsOfAllDocument,
    "\n  mutation CreateModel($input: CreateModelInput!) {\n    createModel(input: $input) {\n      __typename\n      ... on CreateModelSuccess { model { id displayName customModelType } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.CreateModelDocument,
    "\n  mutation UploadDataItem($input: UploadDataItemInput!) {\n    uploadDataItem(input: $input) {\n      __typename\n      ... on UploadDataItemSuccess { dataItem { id image { url contentType byteSize width height } } }\n      ... on Error { message }\n    }\n  }\n": types.UploadDataItemDocument,
    "\n  mutation StartTraining($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training { id status triggerWord strength speed style isStyle isInputFormatAlreadyPreprocessed } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.StartTrainingDocument,
    "\n  mutation CreatePrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status prompt imageCount size { width height } } warnings }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.CreatePredictionDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictionsWithModels {\n    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }\n  }\n"): typeof import('./graphql.ts').PredictionsWithModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelsWithTrainings {\n    models(first: 20) {\n      nodes {\n        displayName\n        triggerWord\n        latestTraining { id }\n        trainings(first: 5) { nodes { id status model { displayName } } }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ModelsWithTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SameModel($id: ID!) {\n    model(id: $id) { displayName }\n    again: model(id: $id) { id displayName }\n    node(id: $id) { ... on Model { displayName } }\n    nodes(ids: [$id, $id]) { ... on Model { displayName } }\n  }\n"): typeof import('./graphql.ts').SameModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    query ListAndRead($id: ID!) {\n      models { nodes { customModelType } }\n      model(id: $id) { displayName }\n      prediction(id: \"\") { id }\n    }\n  "): typeof import('./graphql.ts').ListAndReadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Models($first: Int, $after: String) {\n    models(first: $first, after: $after) {\n      edges { cursor node { id displayName } }\n      nodes { displayName }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').ModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelPredictions($id: ID!, $first: Int, $after: String) {\n    model(id: $id) {\n      predictions(first: $first, after: $after) {\n        nodes { prompt }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ModelPredictionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PredictionCursor { predictions { pageInfo { endCursor } } }"): typeof import('./graphql.ts').PredictionCursorDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }"): typeof import('./graphql.ts').PredictionsOfAllDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateModel($input: CreateModelInput!) {\n    createModel(input: $input) {\n      __typename\n      ... on CreateModelSuccess { model { id displayName customModelType } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').CreateModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UploadDataItem($input: UploadDataItemInput!) {\n    uploadDataItem(input: $input) {\n      __typename\n      ... on UploadDataItemSuccess { dataItem { id image { url contentType byteSize width height } } }\n      ... on Error { message }\n    }\n  }\n"): typeof import('./graphql.ts').UploadDataItemDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartTraining($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training { id status triggerWord strength speed style isStyle isInputFormatAlreadyPreprocessed } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').StartTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreatePrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status prompt imageCount size { width height } } warnings }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').CreatePredictionDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
