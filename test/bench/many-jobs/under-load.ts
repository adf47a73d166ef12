import { sharedClock } from '../calls.ts';
import { type Bench, type BenchOptions, KEY, patience, pause, withBench } from './bench.ts';
import { type Row, rowOf, worst } from './rows.ts';
import {
  create,
  execute,
  firstDelays,
  idsOf,
  modelId,
  open,
  openAndRead,
  predictionId,
  secondsBetween,
  trainingId,
} from './watching.ts';

/** Delays of one subscriber or write, while a dashboard watches many jobs of the same key. */

const loadText = ({ jobs }: BenchOptions['plan']): string => `while ${jobs.toLocaleString('en')} jobs are watched`;

/** Starts a gateway on which a dashboard watches many predictions, all of which were read. */
const withLoad = (options: BenchOptions, measure: (bench: Bench) => Promise<Row>): Promise<Row> =>
  withBench(options, async (bench) => {
    const { jobs, repeats, settle } = options.plan;
    await create(bench, {
      predictions: [...idsOf('p', jobs), ...idsOf('new', repeats)],
      trainings: idsOf('t', repeats),
    });
    await openAndRead(bench, 'load', idsOf('p', jobs).map(predictionId));
    await pause(settle);
    return await measure(bench);
  });

/** Runs a measurement for each of some jobs, one started after the other. */
function oneByOne<Result>(bench: Bench, ids: readonly string[], measure: (id: string) => Promise<Result>) {
  const { distance } = bench.plan;
  return Promise.all(
    ids.map(async (id, index) => {
      await pause(index * distance);
      return await measure(id);
    }),
  );
}

/** Delays of the first events of new subscribers, one for each of these predictions. */
async function subscribeToEach(bench: Bench, ids: readonly string[]): Promise<number[]> {
  const delays = await oneByOne(bench, ids, async (id) => {
    const name = `subscriber of ${id}`;
    await open(bench, name, { ids: [predictionId(id)] });
    return await firstDelays(bench, name, patience(bench.plan.jobs));
  });
  return delays.flat();
}

/** First event of a job that is not watched yet. */
export const firstEvent = (options: BenchOptions): Promise<Row> =>
  withLoad(options, async (bench) => {
    const delays = await subscribeToEach(bench, idsOf('new', options.plan.repeats));
    return rowOf(`first event of a new subscriber ${loadText(options.plan)}, worst`, {
      values: [worst(delays)],
      targets: [1],
      unit: 's',
    });
  });

/** First event, other than a stale one, of a job that the dashboard watches, too. */
export const watchedJob = (options: BenchOptions): Promise<Row> =>
  withLoad(options, async (bench) => {
    const { jobs, repeats } = options.plan;
    const step = Math.max(1, Math.floor(jobs / repeats));
    const watched = idsOf('p', jobs).filter((_, index) => index % step === 0);
    const delays = await subscribeToEach(bench, watched.slice(0, repeats));
    return rowOf(`first current event of a job that is already watched ${loadText(options.plan)}, worst`, {
      values: [worst(delays)],
      targets: [0.5],
      unit: 's',
    });
  });

/** Time from the cancellation in the upstream to the event. */
export const cancel = (options: BenchOptions): Promise<Row> =>
  withLoad(options, async (bench) => {
    const ids = idsOf('t', options.plan.repeats);
    const name = 'trainings';
    await openAndRead(bench, name, ids.map(trainingId));
    await oneByOne(bench, ids, (id) =>
      execute(bench, 'mutation ($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }', {
        id: trainingId(id),
      }),
    );
    await bench.clients.call('finished', { name, within: patience(options.plan.jobs) });
    const { jobs } = await bench.clients.call('results', { name });
    const finals = new Map(jobs.map(({ id, final }) => [id, final]));
    const canceledAt = await bench.upstream.call('canceled', { key: KEY, ids });
    return rowOf(`cancelTraining to the subscriber’s event ${loadText(options.plan)}, worst`, {
      values: [worst(ids.map((id) => secondsBetween(canceledAt[id], finals.get(trainingId(id)))))],
      targets: [2],
      unit: 's',
    });
  });

interface Created {
  createPrediction: { prediction: { isFinished: boolean } };
}

const CREATE = `
  mutation ($input: CreatePredictionInput!) {
    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id isFinished } } }
  }
`;

/** Response time of a mutation that waits for its job of one second. */
export const waitSeconds = (options: BenchOptions): Promise<Row> =>
  withLoad(options, async (bench) => {
    const input = { models: [{ id: modelId, scale: 1 }], prompt: 'A red dress, FJA90AB', waitSeconds: 20 };
    const times = await oneByOne(bench, idsOf('created', options.plan.repeats), async () => {
      const begunAt = sharedClock();
      const { createPrediction } = await execute<Created>(bench, CREATE, { input });
      return secondsBetween(begunAt, createPrediction.prediction.isFinished ? sharedClock() : undefined);
    });
    return rowOf(`createPrediction(waitSeconds: 20) of a job of 1 s ${loadText(options.plan)}, worst`, {
      values: [worst(times)],
      targets: [5],
      unit: 's',
    });
  });
