// TanStack Query with plain fetch, and graphql-sse for events: lists models page by page, and watches a prediction.
import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query';
import { createClient } from 'graphql-sse';

const url = process.env.GRAPH_URL ?? 'http://localhost:4000/graphql';
const headers = { 'x-api-key': process.env.API_KEY ?? 'demo' };

/** An error of the graph, with `code`, `retryable` and sometimes `retryAfter` in seconds. */
class GraphError extends Error {
  constructor([{ message, extensions }]) {
    super(message);
    Object.assign(this, extensions);
  }
}

/** Executes a query or a mutation, and returns its data. */
async function request(query, variables, signal) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, variables }),
    signal,
  });
  const { data, errors } = await response.json();
  if (errors) throw new GraphError(errors);
  return data;
}

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A TypeError is a failure of the network.
      retry: (failures, error) => failures < 5 && (error instanceof TypeError || error.retryable),
      retryDelay: (failures, error) => (error.retryAfter ? error.retryAfter * 1_000 : 200 * 2 ** failures),
    },
  },
});

// In React, pass these options to useInfiniteQuery.
const models = {
  queryKey: ['models'],
  queryFn: ({ pageParam, signal }) =>
    request(
      `query Models($after: String) {
        models(first: 2, after: $after) {
          nodes { id displayName triggerWord }
          pageInfo { endCursor hasNextPage }
        }
      }`,
      { after: pageParam },
      signal,
    ),
  initialPageParam: null,
  getNextPageParam: ({ models: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
};

const observer = new InfiniteQueryObserver(queryClient, models);
let result = await observer.fetchNextPage();
while (result.hasNextPage) result = await observer.fetchNextPage();
if (result.error) throw result.error;
const list = result.data.pages.flatMap((page) => page.models.nodes);
console.log(`Models: ${list.map(({ displayName }) => displayName).join(', ')}`);

const { createPrediction } = await request(
  `mutation Predict($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      ... on CreatePredictionSuccess { prediction { id status progress { fraction } images { url } } }
      ... on Error { message }
    }
  }`,
  { input: { models: [{ id: list[0].id, scale: 1 }], prompt: `A coat in style of ${list[0].triggerWord}` } },
);
if (createPrediction.message) throw new Error(createPrediction.message);
const { id } = createPrediction.prediction;

const events = createClient({
  url,
  headers,
  retryAttempts: Number.POSITIVE_INFINITY,
  // The default doubles without end.
  retry: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 5_000))),
});

/** Writes each event of a prediction into the cache, until it has finished. */
async function watch(predictionId) {
  const query = `subscription Watch($id: ID!) {
    predictionUpdated(id: $id) { id status progress { fraction } images { url } }
  }`;
  for await (const { data, errors } of events.iterate({ query, variables: { id: predictionId } })) {
    // An error while the upstream cannot be read: the stream continues.
    if (errors) console.warn(errors[0].message);
    if (data?.predictionUpdated) queryClient.setQueryData(['prediction', predictionId], data.predictionUpdated);
  }
}

// In React, pass these options to useQuery. Events keep the data current, so it never has to be fetched again.
const prediction = {
  queryKey: ['prediction', id],
  queryFn: async ({ signal }) => {
    const query =
      'query Prediction($id: ID!) { prediction(id: $id) { id status progress { fraction } images { url } } }';
    return (await request(query, { id }, signal)).prediction;
  },
  initialData: createPrediction.prediction,
  staleTime: Number.POSITIVE_INFINITY,
};
const stop = new QueryObserver(queryClient, prediction).subscribe(({ data }) => {
  console.log(`Prediction: ${data.status}`);
});
await watch(id);
stop();
console.log(`Image: ${queryClient.getQueryData(prediction.queryKey).images[0].url}`);

events.dispose();
queryClient.clear();
