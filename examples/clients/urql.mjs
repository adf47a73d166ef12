// urql with its normalized cache: lists models page by page, uploads an image, and watches a prediction in the cache.
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { graphcache } from 'flair-graphql-gateway/urql';
import { createClient } from 'graphql-ws';
import webSocketImpl from 'ws';

const url = process.env.GRAPH_URL ?? 'http://localhost:4000/graphql';
const apiKey = process.env.API_KEY ?? 'demo';

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

const client = new Client({
  url,
  // Short queries would otherwise be sent by GET, with their variables in the URL.
  preferGetMethod: false,
  fetchOptions: { headers: { 'x-api-key': apiKey } },
  exchanges: [
    // Objects without ids, pages, lookups by id, and lists that mutations change.
    cacheExchange(graphcache),
    // Sends a File in the variables as a multipart request, and everything else as JSON.
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

const MODELS = gql`
  query Models($after: String) {
    models(first: 2, after: $after) {
      edges { node { id displayName triggerWord } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;

let { data, error } = await client.query(MODELS, {});
while (data?.models.pageInfo.hasNextPage)
  ({ data, error } = await client.query(MODELS, { after: data.models.pageInfo.endCursor }));
if (error) throw error;
// The cache returns all pages that it has.
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
const uploaded = await client.mutation(UPLOAD, { input: { modelId: model.id, file } });
const { dataItem, message } = uploaded.data.uploadDataItem;
console.log(dataItem ? `Uploaded: ${dataItem.image.width} × ${dataItem.image.height}` : `Rejected: ${message}`);

const PREDICT = gql`
  mutation Predict($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      ... on CreatePredictionSuccess { prediction { id prompt status progress { fraction } images { url } } }
      ... on Error { message }
    }
  }
`;
const input = { models: [{ id: model.id, scale: 1 }], prompt: `A coat in style of ${model.triggerWord}` };
const { id } = (await client.mutation(PREDICT, { input })).data.createPrediction.prediction;

const PREDICTION = gql`
  query Prediction($id: ID!) {
    prediction(id: $id) { id prompt status progress { fraction } images { url } }
  }
`;
const WATCH = gql`
  subscription Watch($id: ID!) {
    predictionUpdated(id: $id) { id status progress { fraction } images { url } }
  }
`;

// Each event is written into the cache under the id of the prediction, so that the query emits it without a request.
let prediction;
const shown = client.query(PREDICTION, { id }).subscribe((result) => {
  prediction = result.data?.prediction;
  console.log(`Prediction: ${prediction?.status}`);
});
await new Promise((resolve, reject) => {
  client.subscription(WATCH, { id }).subscribe((result) => {
    if (result.error) reject(result.error);
    else if (['COMPLETED', 'FAILED', 'CANCELED'].includes(result.data?.predictionUpdated?.status)) resolve();
  });
});
shown.unsubscribe();
console.log(`Image: ${prediction.images[0].url}`);

await sockets.dispose();
