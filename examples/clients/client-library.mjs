// The client of this project: lists models, uploads images, trains and predicts with a few lines each.
import { createFlairClient, FlairError, JobError, listModels } from 'flair-graphql-gateway/client';

const client = createFlairClient({
  url: process.env.GRAPH_URL ?? 'http://localhost:4000/graphql',
  apiKey: process.env.API_KEY ?? 'demo',
});

const { models } = await client.request(listModels, { first: 100 });
console.log(`Models: ${models.nodes.map(({ displayName }) => displayName).join(', ')}`);
const [model] = models.nodes;

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const files = [new File([Buffer.from(pixel, 'base64')], 'pixel.png'), new File(['text'], 'notes.txt')];
const outcomes = await client.uploadImages(files, {
  modelId: model.id,
  onProgress: ({ index, state }) => console.log(`Upload ${index}: ${state}`),
});
for (const { index, error } of outcomes) if (error) console.log(`Rejected: ${files[index].name}: ${error.message}`);

try {
  const training = await client.train(
    { modelId: model.id, strength: 7, mode: { fast: { isStyle: true } } },
    { onUpdate: ({ status }) => console.log(`Training: ${status}`) },
  );
  const prediction = await client.predict(
    { models: [{ id: model.id, scale: 1 }], prompt: `A coat in style of ${training.triggerWord}` },
    { onUpdate: ({ status }) => console.log(`Prediction: ${status}`) },
  );
  console.log(`Image: ${prediction.images[0].url}`);
} catch (error) {
  if (error instanceof JobError) console.error(`The job has ended as ${error.job.status}: ${error.job.failureReason}`);
  else if (error instanceof FlairError) console.error(`${error.code}: ${error.message}`);
  else throw error;
} finally {
  client.dispose();
}
