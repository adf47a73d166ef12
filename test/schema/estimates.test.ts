import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { transports } from '../support/subscribe.ts';

const progress = graphql(`
  query EstimatedProgress($id: ID!) {
    training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt likelyCompletedBy } }
  }
`);
const list = graphql(`query ListedTrainings($id: ID!) { model(id: $id) { trainings { nodes { status } } } }`);
const statusUpdated = graphql(`subscription EstimatedUpdated($id: ID!) { trainingUpdated(id: $id) { status } }`);

/** Removes the progress from the upstream's trainings, so that it is estimated. */
const hideProgress: StartOptions = {
  transport: async (request, upstream) => {
    const response = await upstream(request);
    if (request.method !== 'GET' || !request.url.includes('/trainings')) return response;
    return new Response((await response.text()).replace(/"progress":[\d.]+,?/g, ''), response);
  },
};

/** In the sandbox, a fast training takes 20 s, of which it waits 2 s in the queue. */
const SECONDS = { queued: 2, total: 20 };
const NONE = { fraction: null, isEstimated: false, estimatedCompletionAt: null, likelyCompletedBy: null };

async function start() {
  const started = startGateway(hideProgress);
  const model = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const train = async () =>
    globalId({ kind: 'Training', modelId: model.id, id: await seedTraining(started.upstream, model.id) });
  const progressOf = async (id: string) => (await started.query(progress, { id })).data?.training;
  const [transport] = transports;
  const watch = async (id: string) => {
    if (!transport) throw new Error('there is no transport');
    return await transport.subscribe(started, statusUpdated, { id });
  };
  return { ...started, model, train, progressOf, watch };
}

test('the estimate of a watched job starts when it leaves the queue', async () => {
  const { train, progressOf, watch, clock } = await start();
  for (let count = 0; count < 3; count++) {
    const stream = await watch(await train());
    await clock.advance(30_000);
    expect((await stream.rest()).at(-1)?.data?.trainingUpdated?.status).toBe('COMPLETED');
  }

  const id = await train();
  const end = clock.now() + SECONDS.total * 1_000;
  const stream = await watch(id);
  expect(await progressOf(id)).toEqual({ status: 'QUEUED', progress: NONE });

  await clock.advance(10_000);
  const { fraction, estimatedCompletionAt } = (await progressOf(id))?.progress ?? NONE;
  // Polls observe the start to within two seconds.
  expect(Math.abs(Date.parse(String(estimatedCompletionAt)) - end)).toBeLessThanOrEqual(2_000);
  expect(fraction).toBeGreaterThan((10 - SECONDS.queued - 1) / SECONDS.total);
  expect(fraction).toBeLessThan((10 - SECONDS.queued + 1) / (SECONDS.total - SECONDS.queued));
  await stream.leave();
});

test('a job has a bound once nine earlier ones that took as long are known', async () => {
  const { train, progressOf, query, model, clock } = await start();
  for (let count = 0; count < 8; count++) await train();
  await clock.advance(30_000);
  await query(list, { id: model.globalId });
  const before = await train();
  const end = new Date(clock.now() + SECONDS.total * 1_000).toISOString();
  await clock.advance(10_000);
  const expected = { fraction: 0.5, isEstimated: true, estimatedCompletionAt: end };
  expect((await progressOf(before))?.progress).toEqual({ ...expected, likelyCompletedBy: null });

  await clock.advance(20_000);
  await query(list, { id: model.globalId });
  const id = await train();
  const nextEnd = new Date(clock.now() + SECONDS.total * 1_000).toISOString();
  await clock.advance(10_000);

  expect((await progressOf(id))?.progress).toEqual({
    ...expected,
    estimatedCompletionAt: nextEnd,
    likelyCompletedBy: nextEnd,
  });
});
