// A script without a library: lists the models, uploads an image, and generates images with the model of the first argument.
// Usage: node node-script.mjs [NAME OF A MODEL] [IMAGE FILE]
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

const url = process.env.GRAPH_URL ?? 'http://localhost:4000/graphql';
const headers = process.env.API_KEY ? { 'x-api-key': process.env.API_KEY } : {};

/** Executes a query or a mutation, and returns its data. */
async function request(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw Object.assign(new Error(errors[0].message), errors[0].extensions);
  return data;
}

/** Executes a mutation with a file, and returns its data. */
async function upload(query, input, file) {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { input: { ...input, file: null } } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', file, file.name);
  const response = await fetch(url, { method: 'POST', headers, body: form });
  const { data, errors } = await response.json();
  if (errors) throw Object.assign(new Error(errors[0].message), errors[0].extensions);
  return data;
}

/** The results of a subscription, until the server completes it. After a lost connection, it subscribes again. */
async function* subscribe(query, variables) {
  for (let wait = 100; ; wait = Math.min(wait * 2, 10_000)) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      if (response.status !== 503 && !response.ok) throw new Error(await response.text());
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const events = (text + chunk).split('\n\n');
        text = events.pop();
        for (const event of events) {
          if (/^event: complete$/m.test(event)) return;
          const [, data] = /^data: (.+)$/m.exec(event) ?? [];
          if (data) yield JSON.parse(data);
          wait = 100;
        }
      }
    } catch (error) {
      // `fetch` throws a TypeError if the connection fails or breaks.
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

const { models } = await request('{ models(first: 100) { nodes { id displayName triggerWord } } }');
console.log(`Models: ${models.nodes.map(({ displayName }) => displayName).join(', ')}`);
const [, , name, path] = process.argv;
const model = models.nodes.find(({ displayName }) => displayName === name) ?? models.nodes[0];

if (path) {
  const file = new File([await openAsBlob(path)], basename(path));
  const { uploadDataItem } = await upload(
    `mutation Upload($input: UploadDataItemInput!) {
      uploadDataItem(input: $input) {
        ... on UploadDataItemSuccess { dataItem { image { width height } } }
        ... on Error { message }
      }
    }`,
    { modelId: model.id },
    file,
  );
  const { dataItem, message } = uploadDataItem;
  console.log(dataItem ? `Uploaded: ${dataItem.image.width} × ${dataItem.image.height}` : `Rejected: ${message}`);
}

const { createPrediction } = await request(
  `mutation Predict($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      ... on CreatePredictionSuccess { prediction { id } }
      ... on Error { message }
    }
  }`,
  { input: { models: [{ id: model.id, scale: 1 }], prompt: `A coat in style of ${model.triggerWord}` } },
);
if (createPrediction.message) throw new Error(createPrediction.message);

const events = subscribe(
  `subscription Watch($id: ID!) {
    predictionUpdated(id: $id) { status progress { fraction } failureReason images { url(width: 512, format: PNG) } }
  }`,
  { id: createPrediction.prediction.id },
);
let prediction;
for await (const { data, errors } of events) {
  // An error while the upstream cannot be read: the stream continues.
  if (errors) console.warn(errors[0].message);
  prediction = data?.predictionUpdated ?? prediction;
  console.log(`Prediction: ${prediction?.status}`);
}

for (const [index, image] of (prediction?.images ?? []).entries()) {
  const bytes = await (await fetch(image.url)).arrayBuffer();
  await writeFile(`prediction-${index}.png`, new Uint8Array(bytes));
  console.log(`Saved: prediction-${index}.png`);
}
