// Relay without React: lists models page by page, and watches a prediction in the store.
// relay-compiler reads no .mjs files. The relay plugin of the bundler replaces the tags by what relay-compiler has written.
import { missingFieldHandlers } from 'flair-graphql-gateway/relay';
import { createClient } from 'graphql-ws';
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getRequest,
  graphql,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
} from 'relay-runtime';
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

async function send({ text, name }, variables, _cacheConfig, uploadables) {
  const operation = JSON.stringify({ query: text, operationName: name, variables });
  const headers = { accept: 'application/graphql-response+json', 'x-api-key': apiKey };
  let body = operation;
  if (uploadables) {
    // Relay keeps files apart: the key of each is the path of its variable, such as `input.file`.
    body = new FormData();
    body.set('operations', operation);
    body.set(
      'map',
      JSON.stringify(Object.fromEntries(Object.keys(uploadables).map((path) => [path, [`variables.${path}`]]))),
    );
    for (const [path, file] of Object.entries(uploadables)) body.set(path, file);
  } else headers['content-type'] = 'application/json';
  const response = await fetch(url, { method: 'POST', headers, body });
  return await response.json();
}

const subscribe = ({ text, name }, variables) =>
  Observable.create((sink) =>
    sockets.subscribe(
      { query: text, operationName: name, variables },
      {
        // An event with errors only: the upstream cannot be read at present, and the stream continues.
        next: (result) => result.data && sink.next(result),
        error: (error) => sink.error(Array.isArray(error) ? new Error(error[0].message) : error),
        complete: () => sink.complete(),
      },
    ),
  );

const environment = new Environment({
  network: Network.create(send, subscribe),
  store: new Store(new RecordSource()),
  // Finds an object in the store that a list or an event has brought.
  missingFieldHandlers,
});

const models = graphql`
  query relayModelsQuery($after: String) {
    models(first: 2, after: $after) {
      edges { node { id displayName triggerWord } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;
const nodes = [];
let after = null;
do {
  const page = (await fetchQuery(environment, models, { after }).toPromise()).models;
  nodes.push(...page.edges.map(({ node }) => node));
  after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
} while (after);
console.log(`Models: ${nodes.map(({ displayName }) => displayName).join(', ')}`);

const predict = graphql`
  mutation relayPredictMutation($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      ... on CreatePredictionSuccess { prediction { id status images { url } } }
      ... on Error { message }
    }
  }
`;

const input = { models: [{ id: nodes[0].id, scale: 1 }], prompt: `A coat in style of ${nodes[0].triggerWord}` };
const { createPrediction } = await new Promise((onCompleted, onError) => {
  commitMutation(environment, { mutation: predict, variables: { input }, onCompleted, onError });
});
if (createPrediction.message) throw new Error(createPrediction.message);
const { id } = createPrediction.prediction;

const upload = graphql`
  mutation relayUploadMutation($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) {
      ... on UploadDataItemSuccess { dataItem { image { width height } } }
      ... on Error { message }
    }
  }
`;
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const file = new File([Buffer.from(pixel, 'base64')], 'pixel.png');
const { uploadDataItem } = await new Promise((onCompleted, onError) => {
  const variables = { input: { modelId: nodes[0].id, file: null } };
  commitMutation(environment, {
    mutation: upload,
    variables,
    uploadables: { 'input.file': file },
    onCompleted,
    onError,
  });
});
const { dataItem, message } = uploadDataItem;
console.log(dataItem ? `Uploaded: ${dataItem.image.width} × ${dataItem.image.height}` : `Rejected: ${message}`);

const prediction = graphql`
  query relayPredictionQuery($id: ID!) {
    prediction(id: $id) { id status progress { fraction } images { url } }
  }
`;
const watch = graphql`
  subscription relayWatchSubscription($id: ID!) {
    predictionUpdated(id: $id) { id status progress { fraction } images { url } }
  }
`;

// Events change the record of the prediction in the store, and with it every query that shows it.
await fetchQuery(environment, prediction, { id }).toPromise();
const operation = createOperationDescriptor(getRequest(prediction), { id });
const read = () => environment.lookup(operation.fragment);
const retained = environment.retain(operation);
const show = ({ data }) => console.log(`Prediction: ${data.prediction.status}`);
show(read());
const shown = environment.subscribe(read(), show);
await new Promise((onCompleted, onError) => {
  requestSubscription(environment, { subscription: watch, variables: { id }, onCompleted, onError });
});
console.log(`Image: ${read().data.prediction.images[0].url}`);

shown.dispose();
retained.dispose();
await sockets.dispose();
