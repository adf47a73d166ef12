import { createFlairClient } from '../../../src/client/index.ts';

/** A worker that uploads an image and trains a model; its messages contain what it needs. */
addEventListener('message', async ({ data }: MessageEvent<{ url: string; modelId: string; image: Blob }>) => {
  const client = createFlairClient({ url: data.url, apiKey: 'demo' });
  const progress: number[] = [];
  const [outcome] = await client.uploadImages([data.image], {
    modelId: data.modelId,
    onProgress: ({ sentBytes }) => progress.push(sentBytes),
  });
  const training = await client.train({ modelId: data.modelId, strength: 5, mode: { fast: {} } });
  postMessage({ stored: outcome?.dataItem !== undefined, highest: Math.max(...progress), status: training.status });
});
