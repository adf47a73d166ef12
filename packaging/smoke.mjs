/** Runs an installed package with this version of Node.js: query, upload, resized image, subscription and stored data. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const [, , folder] = process.argv;
const NAME = 'Smoke test';
/** A PNG of 96 by 64 pixels in one color. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAGAAAABACAIAAABqVuVZAAAAZklEQVR42u3QMQ0AAAwDoEqv9DnovYMEBSQtiwJBggQJEiRIkCAECRIkSJAgQYIQJEiQIEGCBAlCkCBBggQJEiRIEIIECRIkSJAgQQgSJEiQIEGCBCFIkCBBggQJEiQIQYIECfrnABeJAWmkFwIlAAAAAElFTkSuQmCC';

const child = spawn(process.execPath, [join(folder, 'node_modules/flair-graphql-gateway/dist/main.js')], {
  cwd: folder,
  env: { PORT: '0', SANDBOX_PREDICTION_SECONDS: '0.5' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
  output += chunk;
  if (/http:\/\/\S+\/graphql/.test(output)) break;
}
child.stdout.resume();
const url = /http:\/\/\S+\/graphql/.exec(output)?.[0];
assert(url, 'the gateway prints its URL');

const send = (query, variables = {}, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
const dataOf = async (response) => {
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
};

// A query, and the data of earlier versions: each run adds one model.
const { models } = await dataOf(await send('{ models(first: 100) { nodes { id displayName } } }'));
const earlier = models.nodes.filter(({ displayName }) => displayName === NAME).length;
assert.equal(earlier, Number(process.argv[3] ?? earlier));
const { createModel } = await dataOf(
  await send(
    'mutation ($name: String!) { createModel(input: { displayName: $name }) { ... on CreateModelSuccess { model { id } } } }',
    { name: NAME },
  ),
);

// An upload, and a resized image of it.
const form = new FormData();
const upload = `mutation ($modelId: ID!, $file: File!) {
  uploadDataItem(input: { modelId: $modelId, file: $file }) {
    ... on UploadDataItemSuccess { dataItem { image { url(width: 64, format: WEBP) width } } }
    ... on Error { message }
  }
}`;
form.set('operations', JSON.stringify({ query: upload, variables: { modelId: createModel.model.id, file: null } }));
form.set('map', '{ "0": ["variables.file"] }');
form.set('0', new File([Buffer.from(PNG, 'base64')], 'one.png', { type: 'image/png' }));
const { uploadDataItem } = await dataOf(await fetch(url, { method: 'POST', body: form }));
assert.equal(uploadDataItem.dataItem?.image.width, 96, JSON.stringify(uploadDataItem));
const image = await fetch(uploadDataItem.dataItem.image.url);
assert.equal(image.headers.get('content-type'), 'image/webp');

// A subscription until its end.
const predict = `mutation ($id: ID!) {
  createPrediction(input: { prompt: "a dress", models: [{ id: $id, scale: 1 }] }) {
    ... on CreatePredictionSuccess { prediction { id } }
    ... on Error { message }
  }
}`;
const { createPrediction } = await dataOf(await send(predict, { id: models.nodes[0].id }));
const watch = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }';
const events = await send(watch, { id: createPrediction.prediction.id }, { accept: 'text/event-stream' });
assert.match(await events.text(), /"status":"COMPLETED"[\s\S]*event: complete/);

child.kill('SIGTERM');
const [code] = await once(child, 'exit');
assert.equal(code, 0);
console.log(`Node.js ${process.version}: ok, with ${earlier} models of earlier runs`);
