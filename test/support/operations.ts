import { graphql } from './gql/index.ts';

/** Operations shared by many tests. */

export const createModel = graphql(`
  mutation CreateModel($input: CreateModelInput!) {
    createModel(input: $input) {
      __typename
      ... on CreateModelSuccess { model { id displayName customModelType } }
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);

export const startTraining = graphql(`
  mutation StartTraining($input: StartTrainingInput!) {
    startTraining(input: $input) {
      __typename
      ... on StartTrainingSuccess { training {
        id status triggerWord strength
        mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }
      } }
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);

export const createPrediction = graphql(`
  mutation CreatePrediction($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      __typename
      ... on CreatePredictionSuccess { prediction { id status prompt settings { imageCount size { width height } } } warnings }
      ... on Error { message }
      ... on InvalidInputError { issues { path message } }
    }
  }
`);
