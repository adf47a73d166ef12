// Apollo Server with its REST data source, as documented: one data source per operation, and the server's cache for
// cacheable responses. Those of this upstream are not cacheable.
import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { globalId } from './global-id.mjs';
import { typeDefs } from './schema.mjs';

const { PORT, UPSTREAM_URL } = process.env;

class FlairAPI extends RESTDataSource {
  baseURL = `${UPSTREAM_URL}/`;

  constructor({ apiKey, cache }) {
    super({ cache });
    this.apiKey = apiKey;
  }

  willSendRequest(_path, request) {
    request.headers['x-api-key'] = this.apiKey;
  }

  /** Deduplicates concurrent requests for the same resource. */
  async getModel(id) {
    return { id, ...(await this.get(`models/${encodeURIComponent(id)}`)) };
  }

  async getModels() {
    return (await this.get('models')).models;
  }

  async getTrainings(modelId) {
    const { trainings } = await this.get(`models/${encodeURIComponent(modelId)}/trainings`);
    return trainings.map((training) => ({ ...training, modelId }));
  }

  async getPredictions() {
    return (await this.get('predictions')).predictions;
  }
}

const resolvers = {
  Query: {
    models: async (_, __, { dataSources }) => ({ nodes: await dataSources.flair.getModels() }),
    predictions: async (_, __, { dataSources }) => ({ nodes: await dataSources.flair.getPredictions() }),
  },
  Model: {
    id: ({ id }) => globalId('Model', id),
    trainings: async ({ id }, _, { dataSources }) => ({ nodes: await dataSources.flair.getTrainings(id) }),
  },
  Training: {
    id: ({ modelId, id }) => globalId('Training', `${modelId}/${id}`),
    status: ({ status }) => status.toUpperCase(),
  },
  Prediction: {
    id: ({ id }) => globalId('Prediction', id),
    models: ({ scaleConfigs }) => Object.entries(scaleConfigs).map(([modelId, scale]) => ({ modelId, scale })),
  },
  PredictionModel: {
    model: ({ modelId }, _, { dataSources }) => dataSources.flair.getModel(modelId),
  },
};

const server = new ApolloServer({ typeDefs, resolvers });
await startStandaloneServer(server, {
  listen: { port: Number(PORT), host: '127.0.0.1' },
  context: async ({ req }) => ({
    dataSources: { flair: new FlairAPI({ apiKey: req.headers['x-api-key'], cache: server.cache }) },
  }),
});
