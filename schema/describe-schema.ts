import type { GraphQLSchema } from 'graphql';

/** Adds the description of the whole schema, for which Pothos has no option. GraphiQL shows it above the root types. */
export function describeSchema(schema: GraphQLSchema): GraphQLSchema {
  schema.description = DESCRIPTION;
  return schema;
}

const DESCRIPTION = `Models, trainings and predictions of the Flair AI Custom Model API.

1. Create a model (\`createModel\`), and upload training images to it (\`uploadDataItem\`, \`createUploadTickets\`).
2. Start a training (\`startTraining\`), and watch it (\`trainingUpdated\`).
3. Generate images with trained models (\`createPrediction\`, \`createPredictions\`). The prompt must include the trigger word of each model. Watch the predictions (\`predictionUpdated\`, \`jobsUpdated\`).

Send your API key with every request. Ids are global and opaque: every \`id\` field is accepted where an id of its type is expected. Lists are Relay connections. Lookups of something that does not exist return null. Errors that the user can correct are members of result unions; all others have an \`extensions.code\` and \`extensions.retryable\`. Trainings and predictions cost money, except in the sandbox.`;
