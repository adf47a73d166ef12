import { describe, expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { graphql } from '../support/gql/index.ts';
import { collect, type Reply, startScripted, status } from '../support/scripted-jobs.ts';
import { transports } from '../support/subscribe.ts';

const predictionUpdated = graphql(`
  subscription AwaitImages($id: ID!) { predictionUpdated(id: $id) { status isFinished images { url } } }
`);
const createPrediction = graphql(`
  mutation CreateAndAwaitImages($input: CreatePredictionInput!) {
    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { status images { url } } } }
  }
`);

const [direct] = transports;
if (!direct) throw new Error('There is no transport.');
const { subscribe } = direct;

const running = { status: 'processing' };
const WITHOUT: [string, Reply][] = [
  ['missing', { status: 'completed' }],
  ['null', { status: 'completed', images: null }],
  ['empty', { status: 'completed', images: [] }],
];
const done = { status: 'completed', images: ['https://images.example/1.png'] };
const oneImage = [{ url: expect.any(String) }];

async function watch(...replies: Reply[]) {
  const scripted = startScripted(replies);
  const opening = subscribe(scripted.started, predictionUpdated, { id: scripted.prediction });
  await scripted.clock.advance(0);
  const seen = collect(await opening);
  await until(() => seen.events.length === 1);
  return { ...scripted, seen, states: () => seen.events.map(({ data }) => data?.predictionUpdated) };
}

describe.each(WITHOUT)('a completed prediction whose images are %s', (_, without) => {
  test('a completed prediction without images is polled until they exist, and only then reported as completed', async () => {
    const { clock, states, seen } = await watch(running, without, without, done);

    await clock.advance(8_000);
    await until(() => seen.isOver);

    expect(states().at(-1)).toEqual({ status: 'COMPLETED', isFinished: true, images: oneImage });
    expect(states().filter((state) => state?.isFinished)).toHaveLength(1);
    expect(
      states()
        .slice(0, -1)
        .every((state) => state?.status === 'PROCESSING'),
    ).toBe(true);
  });

  test('a completed prediction is reported without images after a maximum wait', async () => {
    const { clock, states, seen, times } = await watch(running, without);

    await clock.advance(10_900);
    expect(seen.isOver).toBe(false);
    await clock.advance(200);
    await until(() => seen.isOver);

    expect(states().at(-1)).toMatchObject({ status: 'COMPLETED', isFinished: true });
    expect(states().filter((state) => state?.isFinished)).toHaveLength(1);
    expect(times.length).toBeLessThan(15);
  });

  test('a late subscriber gets its first event at once', async () => {
    const { states } = await watch(without);

    expect(states()).toMatchObject([{ status: 'PROCESSING', isFinished: false }]);
  });

  test('a mutation with waitSeconds waits for the images', async () => {
    const { query, clock, model } = startScripted([without, without, done]);
    const input = { models: [{ id: model, scale: 1 }], prompt: 'a dress', waitSeconds: 30 };

    const pending = query(createPrediction, { input });
    await clock.advance(5_000);

    expect((await pending).data?.createPrediction).toEqual({ prediction: { status: 'COMPLETED', images: oneImage } });
  });
});

test('a prediction that returns to processing is polled further', async () => {
  const { clock, states, seen } = await watch({ status: 'completed' }, running, running, { status: 'completed' }, done);

  await clock.advance(30_000);
  await until(() => seen.isOver);

  expect(states().at(-1)).toEqual({ status: 'COMPLETED', isFinished: true, images: oneImage });
});

test.each(['failed', 'canceled'])('the event of a %s prediction does not wait for images', async (word) => {
  const { seen } = await watch({ status: word, images: [] });

  await until(() => seen.isOver);
  expect(seen.events).toHaveLength(1);
});

test('the event of a prediction that finished long ago does not wait for images', async () => {
  const { seen, states } = await watch({ status: 'completed', images: [], finishedAt: '2025-06-01T00:00:00Z' });

  await until(() => seen.isOver);
  expect(states()).toEqual([{ status: 'COMPLETED', isFinished: true, images: [] }]);
});

test('errors during the wait neither increase the poll rate nor extend the wait', async () => {
  const { clock, reply, seen, times } = await watch({ status: 'completed' });

  reply(status(503), status(503), status(503), status(503), status(503), status(503), { status: 'completed' });
  await clock.advance(40_000);
  await until(() => seen.isOver);

  expect(times.length).toBeLessThan(12);
});

test('the wait can be disabled', async () => {
  const { started, prediction } = startScripted([{ status: 'completed' }], { watch: { imageGracePeriod: 0 } });

  const stream = await subscribe(started, predictionUpdated, { id: prediction });

  expect(await stream.rest()).toEqual([
    { data: { predictionUpdated: { status: 'COMPLETED', isFinished: true, images: null } } },
  ]);
});
