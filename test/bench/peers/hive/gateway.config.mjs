// Hive Gateway over that supergraph, with the gateway's fields as additional ones.
import { defineConfig } from '@graphql-hive/gateway';
import { globalId } from '../global-id.mjs';

export const gatewayConfig = defineConfig({
  additionalTypeDefs: `
    extend type Query {
      models: ModelConnection!
      predictions: PredictionConnection!
    }
    type ModelConnection { nodes: [ModelNode]! }
    type ModelNode {
      id: ID!
      displayName: String!
      trainings: TrainingConnection!
    }
    type TrainingConnection { nodes: [TrainingNode]! }
    type TrainingNode {
      id: ID!
      status: String!
    }
    type PredictionConnection { nodes: [PredictionNode]! }
    type PredictionNode {
      id: ID!
      prompt: String
      models: [PredictionModel!]
    }
    type PredictionModel {
      scale: Float!
      model: ModelNode
    }
  `,
  additionalResolvers: {
    Query: {
      models: async (root, args, context, info) => {
        const selectionSet = '{ models { id displayName } }';
        const { models } = await context.flair.Query.listModels({ root, args, context, info, selectionSet });
        return { nodes: models };
      },
      predictions: async (root, args, context, info) => {
        const selectionSet = '{ predictions { id prompt scaleConfigs } }';
        const { predictions } = await context.flair.Query.listPredictions({ root, args, context, info, selectionSet });
        return { nodes: predictions };
      },
    },
    ModelNode: {
      id: ({ id }) => globalId('Model', id),
      trainings: async (root, _, context, info) => {
        const [args, selectionSet] = [{ modelId: root.id }, '{ trainings { id status } }'];
        const { trainings } = await context.flair.Query.listTrainings({ root, args, context, info, selectionSet });
        return { nodes: trainings.map((training) => ({ ...training, modelId: root.id })) };
      },
    },
    TrainingNode: {
      id: ({ modelId, id }) => globalId('Training', `${modelId}/${id}`),
      status: ({ status }) => status.toUpperCase(),
    },
    PredictionNode: {
      id: ({ id }) => globalId('Prediction', id),
      models: ({ scaleConfigs }) => Object.entries(scaleConfigs).map(([modelId, scale]) => ({ modelId, scale })),
    },
    PredictionModel: {
      model: async (root, _, context, info) => {
        const [args, selectionSet] = [{ modelId: root.modelId }, '{ displayName }'];
        const model = await context.flair.Query.getModel({ root, args, context, info, selectionSet });
        return { id: root.modelId, ...model };
      },
    },
  },
});
