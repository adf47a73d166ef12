import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, smallImage } from '../support/seeds.ts';

const keysOfModel = graphql(`
  query ImageKeys($id: ID!) {
    model(id: $id) { dataItems { nodes { id image { key url expiresAt } } } }
  }
`);
const keysOfPrediction = graphql(`
  query PredictionImageKeys($id: ID!) {
    prediction(id: $id) { images { key url(format: PNG) expiresAt } }
  }
`);
const replaceImage = graphql(`
  mutation ReplaceKeyed($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }
`);
const HOUR = 3_600_000;

async function start(options: StartOptions = {}) {
  const started = startGateway(options);
  const { id: modelId, globalId: model } = await seedModel(started.upstream, 'Dresses', { images: 3 });
  const predictionId = await seedPrediction(started.upstream, [modelId], { num_images: 2 });
  await started.clock.advance(60_000);
  const prediction = globalId({ kind: 'Prediction', id: predictionId });
  const images = async () => {
    const [items, predicted] = await Promise.all([
      started.query(keysOfModel, { id: model }),
      started.query(keysOfPrediction, { id: prediction }),
    ]);
    return [
      ...(items.data?.model?.dataItems.nodes ?? []).flatMap((node) => node?.image ?? []),
      ...(predicted.data?.prediction?.images ?? []),
    ];
  };
  const item = async () => (await started.query(keysOfModel, { id: model })).data?.model?.dataItems.nodes[0]?.id ?? '';
  return { ...started, prediction, images, item };
}

test('each image keeps its own key when its URL changes', async () => {
  const { images, clock } = await start();
  const before = await images();

  await clock.advance(HOUR);
  const after = await images();

  expect(new Set(before.map(({ key }) => key)).size).toBe(5);
  expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  for (const [index, { url }] of after.entries()) expect(url).not.toBe(before[index]?.url);
});

test('a replaced image keeps its key, and has another URL', async () => {
  const { query, images, item } = await start();
  const [before] = await images();

  const file = `data:image/png;base64,${Buffer.from(await smallImage({ hue: 200 })).toString('base64')}`;
  await query(replaceImage, { input: { id: await item(), file } });
  const [after] = await images();

  expect(after?.key).toBe(before?.key);
  expect(after?.url).not.toBe(before?.url);
});

test('a URL works until `expiresAt`, and no longer', async () => {
  const { images, clock, fetch } = await start();
  const found = await images();
  const statuses = async () =>
    await Promise.all(found.map(async ({ url }) => (await fetch(new URL(url).pathname)).status));
  const [end] = found.map(({ expiresAt }) => Date.parse(expiresAt));

  expect(new Set(found.map(({ expiresAt }) => expiresAt)).size).toBe(1);
  const left = (end ?? 0) - clock.now();
  expect(left).toBeGreaterThan(HOUR);
  expect(left).toBeLessThanOrEqual(2 * HOUR);
  await clock.advance(left - 1);
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  await clock.advance(1);
  expect(await statuses()).toEqual([403, 403, 403, 403, 403]);
});

test('`expiresAt` is not after the end of a URL that was created earlier in the same response', async () => {
  const lateQuery = graphql(`
    query ImagesAcrossAnHour($item: ID!, $prediction: ID!) {
      node(id: $item) { ... on DataItem { image { url } } }
      prediction(id: $prediction) { images { expiresAt } }
    }
  `);
  const { query, item, prediction, clock, fetch } = await start({
    // The prediction arrives in the next hour, after the URL was created.
    transport: async (request, upstream) => {
      if (request.method === 'GET' && request.url.includes('/predictions/')) {
        await settle();
        clock.setWallClock(clock.now() + HOUR);
      }
      return upstream(request);
    },
  });

  const { data } = await query(lateQuery, { item: await item(), prediction });
  const node = data?.node as { image: { url: string } } | undefined;
  const url = node?.image.url ?? '';
  const end = Date.parse(data?.prediction?.images?.[0]?.expiresAt ?? '');

  clock.setWallClock(end - 1);
  expect((await fetch(new URL(url).pathname)).status).toBe(200);
  clock.setWallClock(end);
  expect((await fetch(new URL(url).pathname)).status).toBe(403);
});
