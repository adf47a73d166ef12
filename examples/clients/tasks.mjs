// Six common tasks with the client of this project, and with `fetch` alone, to compare them.
// Usage: node tasks.mjs client|fetch
import { cancelTraining, createFlairClient, listActiveJobs, listModels } from 'flair-graphql-gateway/client';

const url = process.env.GRAPH_URL ?? 'http://localhost:4000/graphql';
const apiKey = process.env.API_KEY ?? 'demo';
const client = createFlairClient({ url, apiKey });

const withClient = {
  async list() {
    return (await client.request(listModels, { first: 100 })).models.nodes;
  },
  async upload(modelId, files, onProgress) {
    return await client.uploadImages(files, { modelId, onProgress });
  },
  async train(modelId, onUpdate) {
    return await client.train({ modelId, strength: 5, mode: { fast: { isStyle: true } } }, { onUpdate });
  },
  async predict(modelId, prompt, onUpdate) {
    return await client.predict({ models: [{ id: modelId, scale: 1 }], prompt }, { onUpdate });
  },
  async *dashboard() {
    const { activeJobs } = await client.request(listActiveJobs, { first: 100 });
    for await (const { job } of client.watchJobs(activeJobs.jobs.map(({ id }) => id))) if (job) yield job;
  },
  async cancel(id) {
    return (await client.request(cancelTraining, { input: { id } })).cancelTraining;
  },
};

/** What all tasks with `fetch` share. */
const shared = {
  async request(query, variables) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', 'x-api-key': apiKey },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw Object.assign(new Error(errors[0].message), errors[0].extensions);
    return data;
  },
  // A connection that is silently broken is not noticed, other than by the client of this project.
  async *subscribe(query, variables) {
    for (let wait = 500; ; wait = Math.min(wait * 2, 30_000)) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': apiKey },
          body: JSON.stringify({ query, variables }),
        });
        if (response.status < 500 && !response.ok) throw new Error(await response.text());
        let text = '';
        for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
          const events = (text + chunk).split('\n\n');
          text = events.pop();
          for (const event of events) {
            if (/^event: complete$/m.test(event)) return;
            const [, data] = /^data: (.+)$/m.exec(event) ?? [];
            if (data) yield JSON.parse(data);
            wait = 500;
          }
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  },
  async watch(id, onUpdate) {
    let last;
    const query = `subscription Watch($ids: [ID!]!) {
      jobsUpdated(ids: $ids) {
        id status progress { fraction }
        ... on Training { triggerWord }
        ... on Prediction { images { url } }
      }
    }`;
    for await (const { data } of shared.subscribe(query, { ids: [id] })) {
      last = data?.jobsUpdated ?? last;
      if (last) onUpdate(last);
    }
    if (last?.status !== 'COMPLETED') throw new Error(`The job has ended as ${last?.status}`);
    return last;
  },
};

const withFetch = {
  async list() {
    return (await shared.request('{ models(first: 100) { nodes { id displayName triggerWord } } }')).models.nodes;
  },
  async upload(modelId, files, onProgress) {
    const { createUploadTickets } = await shared.request(
      `mutation Tickets($input: CreateUploadTicketsInput!) {
        createUploadTickets(input: $input) {
          ... on CreateUploadTicketsSuccess { tickets { url } }
          ... on Error { message }
        }
      }`,
      { input: { target: { newInModel: modelId }, count: files.length } },
    );
    if (createUploadTickets.message) throw new Error(createUploadTickets.message);
    return await Promise.all(
      files.map(async (file, index) => {
        const response = await fetch(createUploadTickets.tickets[index].url, { method: 'PUT', body: file });
        const state = response.ok ? 'stored' : 'rejected';
        onProgress({ index, state });
        return response.ok ? { dataItem: await response.json() } : { error: new Error(await response.text()) };
      }),
    );
  },
  async train(modelId, onUpdate) {
    const { startTraining } = await shared.request(
      `mutation Train($input: StartTrainingInput!) {
        startTraining(input: $input) {
          ... on StartTrainingSuccess { training { id } }
          ... on Error { message }
        }
      }`,
      { input: { modelId, strength: 5, mode: { fast: { isStyle: true } }, idempotencyKey: crypto.randomUUID() } },
    );
    if (startTraining.message) throw new Error(startTraining.message);
    return await shared.watch(startTraining.training.id, onUpdate);
  },
  async predict(modelId, prompt, onUpdate) {
    const { createPrediction } = await shared.request(
      `mutation Predict($input: CreatePredictionInput!) {
        createPrediction(input: $input) {
          ... on CreatePredictionSuccess { prediction { id } }
          ... on Error { message }
        }
      }`,
      { input: { models: [{ id: modelId, scale: 1 }], prompt, idempotencyKey: crypto.randomUUID() } },
    );
    if (createPrediction.message) throw new Error(createPrediction.message);
    return await shared.watch(createPrediction.prediction.id, onUpdate);
  },
  async *dashboard() {
    const { activeJobs } = await shared.request('{ activeJobs(first: 100) { jobs { id } } }');
    const query = `subscription Jobs($ids: [ID!]!) {
      jobsUpdated(ids: $ids) { __typename id status isFinished progress { fraction } }
    }`;
    const ids = activeJobs.jobs.map(({ id }) => id);
    for await (const { data } of shared.subscribe(query, { ids })) if (data?.jobsUpdated) yield data.jobsUpdated;
  },
  async cancel(id) {
    const { cancelTraining } = await shared.request(
      `mutation Cancel($input: CancelTrainingInput!) {
        cancelTraining(input: $input) {
          ... on CancelTrainingSuccess { training { id status } }
          ... on Error { message }
        }
      }`,
      { input: { id } },
    );
    if (cancelTraining.message) throw new Error(cancelTraining.message);
    return cancelTraining;
  },
};

const tasks = process.argv[2] === 'fetch' ? withFetch : withClient;
const [{ id: modelId, displayName }] = await tasks.list();
console.log(`List: ${displayName}`);
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const files = [new Blob([Buffer.from(pixel, 'base64')]), new Blob(['text'])];
const outcomes = await tasks.upload(modelId, files, () => {});
console.log(`Upload: ${outcomes.map(({ error }) => (error ? 'rejected' : 'stored')).join(', ')}`);
const training = await tasks.train(modelId, () => {});
console.log(`Train: ${training.triggerWord}`);
const { images } = await tasks.predict(modelId, `A coat in style of ${training.triggerWord}`, () => {});
console.log(`Predict: ${new URL(images[0].url).protocol}`);
for await (const { id, status } of tasks.dashboard()) {
  if (status !== 'PROCESSING') continue;
  console.log('Dashboard: a running job');
  await tasks.cancel(id).catch(({ message }) => console.log(`Not canceled: ${message}`));
  console.log('Cancel: requested');
  break;
}
client.dispose();
process.exit();
