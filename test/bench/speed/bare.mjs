// Upper limit of Node.js: the same reads through an undici pool and one JSON.stringify. No GraphQL, no plugins, no limits.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const { PORT, UPSTREAM_URL, BARE_WITH } = process.env;
const pool = new Pool(UPSTREAM_URL, { connections: 1_024 });

const read =
  BARE_WITH === 'dispatch'
    ? (path, key) =>
        new Promise((resolve, reject) => {
          const chunks = [];
          pool.dispatch(
            { path, method: 'GET', headers: { 'x-api-key': key } },
            {
              onRequestStart() {},
              onResponseStart() {},
              onResponseData: (_, chunk) => chunks.push(chunk),
              onResponseEnd: () => resolve(JSON.parse(Buffer.concat(chunks).toString())),
              onResponseError: (_, error) => reject(error),
            },
          );
        })
    : async (path, key) => {
        const { body } = await pool.request({ path, method: 'GET', headers: { 'x-api-key': key } });
        return await body.json();
      };

const globalId = (name, id) => Buffer.from(`${name}:${id}`).toString('base64url');

const trainingsOf = async (modelId, key) => {
  const { trainings } = await read(`/models/${modelId}/trainings`, key);
  return {
    nodes: trainings.map(({ id, status }) => ({
      id: globalId('Training', `${modelId}/${id}`),
      status: status.toUpperCase(),
    })),
  };
};

const handlers = {
  async '/q1'(key) {
    const { models } = await read('/models', key);
    return { models: { nodes: models.map(({ id, displayName }) => ({ id: globalId('Model', id), displayName })) } };
  },
  async '/q2'(key) {
    const { models } = await read('/models', key);
    const nodes = await Promise.all(
      models.map(async ({ id, displayName }) => ({
        id: globalId('Model', id),
        displayName,
        trainings: await trainingsOf(id, key),
      })),
    );
    return { models: { nodes } };
  },
  async '/q3'(key) {
    const { predictions } = await read('/predictions', key);
    const ids = [...new Set(predictions.flatMap(({ scaleConfigs }) => Object.keys(scaleConfigs)))];
    const models = await Promise.all(ids.map((id) => read(`/models/${id}`, key)));
    const names = new Map(ids.map((id, index) => [id, models[index].displayName]));
    const nodes = predictions.map(({ id, prompt, scaleConfigs }) => ({
      id: globalId('Prediction', id),
      prompt,
      models: Object.entries(scaleConfigs).map(([modelId, scale]) => ({
        scale,
        model: { id: globalId('Model', modelId), displayName: names.get(modelId) },
      })),
    }));
    return { predictions: { nodes } };
  },
  async '/q4'() {
    return { __typename: 'Query' };
  },
};

createServer(async (request, response) => {
  const handler = handlers[request.url];
  if (!handler) return response.writeHead(404).end();
  try {
    const body = JSON.stringify({ data: await handler(request.headers['x-api-key']) });
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  } catch (error) {
    console.error(error);
    response.writeHead(502).end();
  }
}).listen(Number(PORT), '127.0.0.1');
