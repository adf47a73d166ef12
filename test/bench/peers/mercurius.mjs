// Mercurius with its loaders and its compiler, over undici.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { Pool } from 'undici';
import { globalId } from './global-id.mjs';
import { typeDefs } from './schema.mjs';

const { PORT, UPSTREAM_URL } = process.env;
const pool = new Pool(UPSTREAM_URL);

const get = async (path, { apiKey }) => {
  const { body } = await pool.request({ path, method: 'GET', headers: { 'x-api-key': apiKey } });
  return await body.json();
};

const resolvers = {
  Query: {
    models: async (_, __, context) => ({ nodes: (await get('/models', context)).models }),
    predictions: async (_, __, context) => ({ nodes: (await get('/predictions', context)).predictions }),
  },
  Model: { id: ({ id }) => globalId('Model', id) },
  Training: {
    id: ({ modelId, id }) => globalId('Training', `${modelId}/${id}`),
    status: ({ status }) => status.toUpperCase(),
  },
  Prediction: {
    id: ({ id }) => globalId('Prediction', id),
    models: ({ scaleConfigs }) => Object.entries(scaleConfigs).map(([modelId, scale]) => ({ modelId, scale })),
  },
};

// Mercurius's loader cache compares whole objects, and each of these is loaded only once.
const opts = { cache: false };

const loaders = {
  Model: {
    trainings: {
      opts,
      loader: (queries, context) =>
        Promise.all(
          queries.map(async ({ obj: { id: modelId } }) => {
            const { trainings } = await get(`/models/${modelId}/trainings`, context);
            return { nodes: trainings.map((training) => ({ ...training, modelId })) };
          }),
        ),
    },
  },
  PredictionModel: {
    model: {
      opts,
      async loader(queries, context) {
        const ids = [...new Set(queries.map(({ obj }) => obj.modelId))];
        const models = await Promise.all(ids.map(async (id) => ({ id, ...(await get(`/models/${id}`, context)) })));
        const byId = new Map(models.map((model) => [model.id, model]));
        return queries.map(({ obj }) => byId.get(obj.modelId));
      },
    },
  },
};

const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  loaders,
  jit: 1,
  context: (request) => ({ apiKey: request.headers['x-api-key'] }),
});
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
