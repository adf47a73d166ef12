import type { Draw } from './draw.ts';
import type { ClientPlan, JobPlan, KeyName, SubscriptionName, SubscriptionPlan, WritePlan } from './scenario.ts';

export interface ClientOptions {
  key: KeyName;
  duration: number;
  jobs: readonly JobPlan[];
  operations: ReadonlySet<string>;
}

/** Draws a client and its subscriptions. */
export function drawClient(draw: Draw, name: string, { key, duration, jobs, operations }: ClientOptions): ClientPlan {
  return {
    name,
    key,
    transport: draw.pick(['WebSocket', 'WebSocket', 'server-sent events']),
    subscriptions: draw.list(1, 4, () => drawSubscription(draw, { duration, jobs, operations })),
    stalls: draw.chance(0.2) ? [{ at: draw.int(0, duration), lasts: draw.int(100, 25_000) }] : [],
    drops: draw.chance(0.2) ? [draw.int(0, duration)] : [],
  };
}

function drawSubscription(
  draw: Draw,
  { duration, jobs, operations }: Pick<ClientOptions, 'duration' | 'jobs' | 'operations'>,
): SubscriptionPlan {
  const at = draw.chance(0.3) ? draw.int(0, 500) : draw.int(0, duration * 0.85);
  const stay = draw.pick([() => draw.int(0, 6_000), () => draw.int(0, 40_000)])();
  const trainings = jobs.filter(({ model }) => model);
  const predictions = jobs.filter(({ model }) => !model);
  const ids = (some: readonly JobPlan[], max: number) => draw.some(some, max).map(({ id }) => id);
  const choices: [SubscriptionName, string[]][] = [
    ['trainingUpdated', ids(trainings, 1)],
    ['predictionUpdated', ids(predictions, 1)],
    ['jobsUpdated', ids(jobs, 12)],
    ['trainingsUpdated', [draw.pick(['m0', 'm0', 'm1'])]],
    ['predictionsUpdated', []],
  ];
  const possible = choices.filter(
    ([name, targets]) => operations.has(name) && (targets.length > 0 || name === 'predictionsUpdated'),
  );
  const [operation, targets] = draw.pick(possible as [(typeof choices)[0], ...typeof choices]);
  return { at, operation, targets, ...(draw.chance(0.4) && { leavesAt: at + stay }) };
}

/** Draws the subscription of a client that follows a job it has just started. */
export const follow = (draw: Draw, { at, job, operation }: WritePlan): SubscriptionPlan => ({
  at: at + draw.int(500, 3_000),
  operation: operation === 'startTraining' ? 'trainingUpdated' : 'predictionUpdated',
  targets: [job],
});
