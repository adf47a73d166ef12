// Straightforward implementation: Yoga, Pothos, dataloader and ky with their defaults.
import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import DataLoader from 'dataloader';
import { createYoga } from 'graphql-yoga';
import ky from 'ky';
import { globalId } from './global-id.mjs';

const { PORT, UPSTREAM_URL } = process.env;

const builder = new SchemaBuilder({});

const JobStatus = builder.enumType('JobStatus', {
  values: ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED', 'UNKNOWN'],
});

const Training = builder.objectRef('Training').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ modelId, id }) => globalId('Training', `${modelId}/${id}`) }),
    status: t.field({ type: JobStatus, resolve: ({ status }) => status.toUpperCase() }),
  }),
});

const TrainingConnection = builder.objectRef('TrainingConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [Training], resolve: (trainings) => trainings }) }),
});

const Model = builder.objectRef('Model').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalId('Model', id) }),
    displayName: t.exposeString('displayName'),
    trainings: t.field({
      type: TrainingConnection,
      resolve: ({ id }, _, { trainings }) => trainings.load(id),
    }),
  }),
});

const ModelConnection = builder.objectRef('ModelConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [Model], resolve: (models) => models }) }),
});

const PredictionModel = builder.objectRef('PredictionModel').implement({
  fields: (t) => ({
    scale: t.exposeFloat('scale'),
    model: t.field({ type: Model, nullable: true, resolve: ({ modelId }, _, { model }) => model.load(modelId) }),
  }),
});

const Prediction = builder.objectRef('Prediction').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalId('Prediction', id) }),
    prompt: t.exposeString('prompt', { nullable: true }),
    models: t.field({
      type: [PredictionModel],
      nullable: true,
      resolve: ({ scaleConfigs }) => Object.entries(scaleConfigs).map(([modelId, scale]) => ({ modelId, scale })),
    }),
  }),
});

const PredictionConnection = builder.objectRef('PredictionConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [Prediction], resolve: (predictions) => predictions }) }),
});

builder.queryType({
  fields: (t) => ({
    models: t.field({
      type: ModelConnection,
      resolve: async (_, __, { api }) => (await api.get('models').json()).models,
    }),
    predictions: t.field({
      type: PredictionConnection,
      resolve: async (_, __, { api }) => (await api.get('predictions').json()).predictions,
    }),
  }),
});

const yoga = createYoga({
  schema: builder.toSchema(),
  context: ({ request }) => {
    const api = ky.create({
      prefixUrl: UPSTREAM_URL,
      headers: { 'x-api-key': request.headers.get('x-api-key') },
    });
    const all = (read) => new DataLoader((ids) => Promise.all(ids.map(read)));
    return {
      api,
      model: all(async (id) => ({ id, ...(await api.get(`models/${id}`).json()) })),
      trainings: all(async (modelId) => {
        const { trainings } = await api.get(`models/${modelId}/trainings`).json();
        return trainings.map((training) => ({ ...training, modelId }));
      }),
    };
  },
});

createServer(yoga).listen(Number(PORT), '127.0.0.1');
