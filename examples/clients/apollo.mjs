// Apollo Client 4: lists models page by page, uploads an image, and watches a prediction in the cache.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { possibleTypes, typePolicies } from 'flair-graphql-gateway/apollo';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import webSocketImpl from 'ws';

const url = process.env.GRAPH_URL ?? 'http://localhost:4000/graphql';
const apiKey = process.env.API_KEY ?? 'demo';

const cache = new InMemoryCache({ possibleTypes, typePolicies });

const sockets = createClient({
  // In browsers, leave out `webSocketImpl`.
  webSocketImpl,
  url: url.replace('http', 'ws'),
  connectionParams: { apiKey },
  shouldRetry: () => true,
  retryAttempts: Number.POSITIVE_INFINITY,
  // The default doubles without end.
  retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 5_000))),
});

const headers = { 'x-api-key': apiKey };
const client = new ApolloClient({
  cache,
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    // Sends operations with a File as multipart requests, and others as JSON. Without uploads, an HttpLink suffices.
    ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.MUTATION,
      new UploadHttpLink({ uri: url, headers }),
      ApolloLink.from([
        new RetryLink({ attempts: { max: 5, retryIf: (error) => error?.errors?.[0]?.extensions.retryable ?? true } }),
        new HttpLink({ uri: url, headers }),
      ]),
    ),
  ),
});

const MODELS = gql`
  query Models($after: String) {
    models(first: 2, after: $after) {
      edges { node { id displayName triggerWord } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;

let { data } = await client.query({ query: MODELS });
const pages = client.watchQuery({ query: MODELS });
const subscription = pages.subscribe(() => {});
while (data.models.pageInfo.hasNextPage) {
  await pages.fetchMore({ variables: { after: data.models.pageInfo.endCursor } });
  data = client.readQuery({ query: MODELS });
}
subscription.unsubscribe();
console.log(`Models: ${data.models.edges.map(({ node }) => node.displayName).join(', ')}`);
const model = data.models.edges[0].node;

const UPLOAD = gql`
  mutation Upload($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) {
      ... on UploadDataItemSuccess { dataItem { id image { width height } } }
      ... on Error { message }
    }
  }
`;

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const file = new File([Buffer.from(pixel, 'base64')], 'pixel.png');
const uploaded = await client.mutate({ mutation: UPLOAD, variables: { input: { modelId: model.id, file } } });
const { dataItem, message } = uploaded.data.uploadDataItem;
console.log(dataItem ? `Uploaded: ${dataItem.image.width} × ${dataItem.image.height}` : `Rejected: ${message}`);

const PREDICT = gql`
  mutation Predict($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      ... on CreatePredictionSuccess { prediction { id } }
      ... on Error { message }
    }
  }
`;
const input = { models: [{ id: model.id, scale: 1 }], prompt: `A coat in style of ${model.triggerWord}` };
const { data: started } = await client.mutate({ mutation: PREDICT, variables: { input } });
const { id } = started.createPrediction.prediction;

const PREDICTION = gql`
  query Prediction($id: ID!) {
    prediction(id: $id) { id prompt status progress { fraction isEstimated } images { url } }
  }
`;
const WATCH = gql`
  subscription Watch($id: ID!) {
    predictionUpdated(id: $id) { id status progress { fraction } images { url } }
  }
`;

// Each event is written into the cache under the id of the prediction, so that the query emits it without a request.
const watched = client.watchQuery({ query: PREDICTION, variables: { id } }).subscribe(({ data: shown }) => {
  if (shown?.prediction) console.log(`Prediction: ${shown.prediction.status}`);
});
await new Promise((resolve, reject) => {
  client.subscribe({ query: WATCH, variables: { id } }).subscribe({ complete: resolve, error: reject });
});
watched.unsubscribe();

const { prediction } = client.readQuery({ query: PREDICTION, variables: { id } });
console.log(`Image: ${prediction.images[0].url}`);

client.stop();
await sockets.dispose();
