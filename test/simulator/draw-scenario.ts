import { createDraw, type Draw } from './draw.ts';
import { drawClient, follow } from './draw-clients.ts';
import {
  FAULTS,
  type FaultPlan,
  type JobPlan,
  type KeyName,
  type KeyPlan,
  type Scenario,
  type WritePlan,
} from './scenario.ts';

/**
 * Draws a scenario.
 *
 * @param operations The subscriptions of the schema.
 * @param maxDuration Its maximum duration, in milliseconds. @default none
 */
export function drawScenario(
  seed: number,
  operations: ReadonlySet<string>,
  maxDuration = Number.POSITIVE_INFINITY,
): Scenario {
  const draw = createDraw(seed);
  const duration = Math.min(draw.int(30_000, 110_000), maxDuration);
  // A crowded key has more jobs than its budget can poll in time.
  const isCrowded = draw.chance(0.15);
  const names: readonly KeyName[] = (['A', 'B', 'C'] as const).slice(0, draw.pick([1, 1, 2, 2, 3]));
  const keys = names.map((key) => drawKey(draw, key));
  const jobs = names.flatMap((key) => drawJobs(draw, key, { duration, count: isCrowded ? 16 : 5 }));
  const writes = names.flatMap((key) => drawWrites(draw, key, { duration, jobs }));
  const created = writes.flatMap(({ creates }) => creates ?? []);
  const clients = names.flatMap((key) => {
    const own = [...jobs, ...created].filter((job) => job.key === key);
    const one = (index: number) => drawClient(draw, `${key}${index}`, { key, duration, jobs: own, operations });
    const [first, ...others] = draw.list(1, isCrowded ? 6 : 4, one);
    // One client starts jobs, and follows them at once.
    const following = writes.filter((write) => write.key === key && write.creates).map((write) => follow(draw, write));
    return first ? [{ ...first, subscriptions: [...first.subscriptions, ...following] }, ...others] : [];
  });
  const pollsPerSecond = draw.pick([2, 5, 20, 20]);
  return {
    seed,
    duration,
    pollsPerSecond,
    // A small budget does not suffice for frequent reads of lists.
    listInterval: pollsPerSecond === 20 ? draw.pick([2_000, 15_000]) : 15_000,
    latency: draw.pick([0, 20, 100, 400, 1_500]),
    reads: draw.chance(0.1) ? 'fetch' : 'pool',
    keys,
    jobs,
    clients,
    writes,
    faults: draw.chance(0.55) ? draw.list(1, 3, () => drawFault(draw, duration, names)) : [],
    restarts: draw.chance(0.25) ? draw.list(1, 2, () => draw.int(5_000, duration)).sort((a, b) => a - b) : [],
  };
}

function drawKey(draw: Draw, key: KeyName): KeyPlan {
  const lag = draw.pick([0, 0, 0, 1_000, 5_000]);
  return {
    key,
    order: draw.pick(['newest first', 'oldest first', 'by hash']),
    pageSize: draw.int(3, 20),
    rows: draw.pick(['full', 'full', 'status only', 'id only']),
    lag,
    hasProgress: lag > 0 || draw.chance(0.5),
  };
}

interface JobOptions {
  duration: number;
  /** Maximum number of trainings of each model, and of predictions. */
  count: number;
}

function drawJobs(draw: Draw, key: KeyName, { duration, count }: JobOptions): JobPlan[] {
  const one = (id: string, model?: string): JobPlan => ({
    ...drawJob(draw, { key, id, model }),
    startsAt: draw.pick([
      () => draw.int(-600_000, -1_000),
      () => draw.int(-10_000, 0),
      () => draw.int(-10_000, 0),
      () => draw.int(0, duration * 0.7),
    ])(),
    ...(draw.chance(0.08) && { deletedAt: draw.int(0, duration) }),
  });
  const models = draw.list(1, 2, (index) => `m${index}`);
  return [
    ...models.flatMap((model) => draw.list(0, count, (index) => one(`${model}t${index}`, model))),
    ...draw.list(0, count, (index) => one(`p${index}`)),
  ];
}

function drawJob(draw: Draw, { key, id, model }: { key: KeyName; id: string; model: string | undefined }): JobPlan {
  const step = () =>
    draw.pick([() => draw.int(50, 2_000), () => draw.int(2_000, 15_000), () => draw.int(15_000, 40_000)])();
  const end = draw.pick(['completed', 'completed', 'completed', 'failed', 'canceled', undefined] as const);
  // Some jobs change faster than they are polled.
  const steps = draw.chance(0.2) ? draw.list(4, 12, () => draw.int(50, 1_000)) : draw.list(1, 4, step);
  return { key, id, startsAt: 0, steps, ...(model && { model }), ...(end && { end }) };
}

function drawWrites(draw: Draw, key: KeyName, { duration, jobs }: { duration: number; jobs: JobPlan[] }): WritePlan[] {
  const own = jobs.filter((job) => job.key === key && job.startsAt <= 0);
  return draw.list(0, 4, (index) => {
    const base = { at: draw.int(0, duration * 0.8), key, hiddenFor: 0 };
    const operation = draw.pick(['createPrediction', 'startTraining', 'cancelTraining', 'deletePrediction'] as const);
    const isNew = operation === 'createPrediction' || operation === 'startTraining';
    const waitSeconds = isNew ? draw.pick([0, 0, 2, 20]) : 0;
    const targets = own.filter(({ model }) => (operation === 'cancelTraining') === (model !== undefined));
    const [target] = draw.some(targets, 1);
    if (!isNew) return { ...base, operation, job: target?.id ?? 'none', waitSeconds };
    const model = operation === 'startTraining' ? 'm0' : undefined;
    const creates = drawJob(draw, { key, id: `w${index}`, model });
    return { ...base, operation, job: creates.id, waitSeconds, creates, hiddenFor: draw.pick([0, 0, 500, 4_000]) };
  });
}

function drawFault(draw: Draw, duration: number, names: readonly KeyName[]): FaultPlan {
  const key = draw.chance(0.4) ? draw.some(names, 1)[0] : undefined;
  return {
    at: draw.int(0, duration * 0.8),
    lasts: draw.pick([() => draw.int(50, 2_000), () => draw.int(2_000, 12_000), () => draw.int(12_000, 40_000)])(),
    what: draw.pick(FAULTS),
    ...(key && { key }),
    scope: draw.pick(['all', 'all', 'lists', 'jobs']),
    share: draw.pick([1, 1, 0.5, 0.1]),
    retryAfter: draw.pick([1, 3, 10]),
  };
}
