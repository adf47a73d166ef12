import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { graphql } from '../support/gql/index.ts';
import { startScripted, status } from '../support/scripted-jobs.ts';
import { transports } from '../support/subscribe.ts';

const readTraining = graphql(`query CheckedTraining($id: ID!) { training(id: $id) { status checkedAt } }`);
const checkedAtOnly = graphql(`query OnlyCheckedAt($id: ID!) { training(id: $id) { checkedAt } }`);
const listTrainings = graphql(`
  query CheckedTrainings($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { checkedAt status } } } }
`);
const createPrediction = graphql(`
  mutation CheckedPrediction($input: CreatePredictionInput!) {
    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { checkedAt } } }
  }
`);
const trainingUpdated = graphql(`
  subscription CheckedEvents($id: ID!) { trainingUpdated(id: $id) { status checkedAt } }
`);

const isoOf = (time: number) => new Date(time).toISOString();
const input = { models: [{ id: globalId({ kind: 'Model', id: 'm' }), scale: 1 }], prompt: 'a dress' };

test('checkedAt is the time at which a job was received, by the wall clock', async () => {
  const { query, clock, training } = startScripted([{ status: 'processing' }]);
  clock.setWallClock(Date.UTC(2030, 5, 1));

  const first = await query(readTraining, { id: training });
  await clock.advance(5_000);
  const second = await query(checkedAtOnly, { id: training });

  expect(first.data?.training?.checkedAt).toBe('2030-06-01T00:00:00.000Z');
  expect(second.data?.training?.checkedAt).toBe('2030-06-01T00:00:05.000Z');
});

test('checkedAt of a job from the cache is the time of its read', async () => {
  const { query, clock, times, training } = startScripted([{ status: 'completed' }]);
  const readAt = clock.now();
  await query(readTraining, { id: training });
  await clock.advance(60_000);

  const { data } = await query(readTraining, { id: training });

  expect(data?.training).toEqual({ status: 'COMPLETED', checkedAt: isoOf(readAt) });
  expect(times).toHaveLength(1);
});

test('checkedAt of a job on a page is the time at which the page was received, without a further request', async () => {
  const { query, clock, replyToLists, times, model } = startScripted([{ displayName: 'Dresses' }]);
  replyToLists({
    trainings: [
      { id: 't', status: 'processing' },
      { id: 'u', status: 'failed' },
    ],
    hasMore: false,
  });
  await clock.advance(1_000);

  const { data } = await query(listTrainings, { id: model });

  const checkedAt = isoOf(clock.now());
  expect(data?.model?.trainings.nodes).toEqual([
    { checkedAt, status: 'PROCESSING' },
    { checkedAt, status: 'FAILED' },
  ]);
  expect(times).toHaveLength(1);
});

test('checkedAt of a job whose row on a page has no status is the time of its own read', async () => {
  const { query, clock, replyToLists, model } = startScripted([{ displayName: 'Dresses' }, { status: 'processing' }]);
  replyToLists({ trainings: [{ id: 't' }], hasMore: false });

  const { data } = await query(listTrainings, { id: model });

  expect(data?.model?.trainings.nodes).toEqual([{ checkedAt: isoOf(clock.now()), status: 'PROCESSING' }]);
});

test('checkedAt of a new job is the time of its first read, and null if that fails', async () => {
  const { query, clock, reply } = startScripted([{ status: 'queued' }]);
  const create = async () => {
    const { data, errors } = await query(createPrediction, { input });
    return { ...data?.createPrediction, errors };
  };

  expect(await create()).toMatchObject({ prediction: { checkedAt: isoOf(clock.now()) } });
  reply(status(400));

  expect(await create()).toEqual({ prediction: { checkedAt: null }, errors: undefined });
});

test('checkedAt of an event is the time of its poll', async () => {
  const { started, clock, training } = startScripted([{ status: 'processing' }, { status: 'completed' }]);
  const [direct] = transports;
  if (!direct) throw new Error('There is no transport.');
  const opening = direct.subscribe(started, trainingUpdated, { id: training });
  await clock.advance(0);
  const stream = await opening;

  const first = (await stream.next())?.data?.trainingUpdated;
  const firstPoll = clock.now();
  await clock.advance(10_000);
  const second = (await stream.next())?.data?.trainingUpdated;

  expect(first).toEqual({ status: 'PROCESSING', checkedAt: isoOf(firstPoll) });
  expect(second?.status).toBe('COMPLETED');
  expect(Date.parse(String(second?.checkedAt))).toBeGreaterThan(firstPoll);
});
