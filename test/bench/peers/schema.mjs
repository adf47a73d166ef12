/** The part of the gateway's schema that is queried, for peers that take their schema as text. */
export const typeDefs = `
  type Query {
    models: ModelConnection!
    predictions: PredictionConnection!
  }
  type ModelConnection { nodes: [Model]! }
  type Model {
    id: ID!
    displayName: String!
    trainings: TrainingConnection!
  }
  type TrainingConnection { nodes: [Training]! }
  type Training {
    id: ID!
    status: JobStatus!
  }
  enum JobStatus { QUEUED PROCESSING COMPLETED FAILED CANCELED UNKNOWN }
  type PredictionConnection { nodes: [Prediction]! }
  type Prediction {
    id: ID!
    prompt: String
    models: [PredictionModel!]
  }
  type PredictionModel {
    scale: Float!
    model: Model
  }
`;
