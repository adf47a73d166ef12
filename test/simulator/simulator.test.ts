import { describe, expect, test } from 'vitest';
import { check } from './checker.ts';
import { describeScenario } from './describe.ts';
import { drawClusterScenario } from './draw-cluster.ts';
import { drawScenario } from './draw-scenario.ts';
import type { Entry, Run } from './history.ts';
import { manySubscribers } from './many-subscribers.ts';
import { minimize, partsOf } from './minimize.ts';
import { SUBSCRIPTIONS } from './operations.ts';
import { findBug, plant } from './plant.ts';
import { PLANTED } from './planted.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './world.ts';

const SEEDS = 60;
/** Scenarios in which a planted bug is found. */
const BUG_SEEDS = 100;
const CLUSTER_SEEDS = 15;

const watched: Scenario = {
  seed: 1,
  duration: 40_000,
  pollsPerSecond: 20,
  listInterval: 15_000,
  latency: 0,
  reads: 'pool',
  keys: [{ key: 'A', order: 'newest first', pageSize: 20, rows: 'full', lag: 0, hasProgress: true }],
  jobs: [{ key: 'A', id: 'p0', startsAt: -1_000, steps: [3_000, 8_000], end: 'completed' }],
  clients: [
    {
      name: 'A0',
      key: 'A',
      transport: 'WebSocket',
      subscriptions: [{ at: 100, operation: 'predictionUpdated', targets: ['p0'] }],
      stalls: [],
      drops: [],
    },
  ],
  writes: [],
  faults: [],
  restarts: [],
};

test(`${SEEDS} drawn scenarios violate no rule`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = drawScenario(seed, SUBSCRIPTIONS);
    const [violation] = check(await simulate(scenario), scenario);
    expect(violation, `npm run simulate -- --from ${seed} --seeds 1`).toBeUndefined();
  }
}, 300_000);

test(`${CLUSTER_SEEDS} drawn scenarios with several replicas violate no rule`, async () => {
  for (let seed = 1; seed <= CLUSTER_SEEDS; seed++) {
    const scenario = drawClusterScenario(seed, SUBSCRIPTIONS);
    const [violation] = check(await simulate(scenario), scenario);
    expect(violation, `npm run simulate -- --cluster --from ${seed} --seeds 1`).toBeUndefined();
  }
}, 300_000);

test.each([
  ['one gateway', drawScenario, [3, 7, 15, 27]],
  ['several replicas', drawClusterScenario, [2, 5]],
])('the same seed yields the same log, byte for byte: %s', async (_, draw, seeds) => {
  const logOf = async (seed: number) => JSON.stringify(await simulate(draw(seed, SUBSCRIPTIONS)));

  for (const seed of seeds) expect(await logOf(seed)).toBe(await logOf(seed));
});

test('3 replicas poll as often as one for 300 subscribers, in simulated time', async () => {
  const load = { duration: 40_000, jobs: 20_000, subscribers: 300 };
  const pollsOf = async (scenario: Scenario) => {
    const run = await simulate(scenario);
    expect(check(run, scenario)).toEqual([]);
    return run.requests.length;
  };
  const three = await pollsOf(manySubscribers({ ...load, cluster: { replicas: 3, faults: [] } }));
  const one = await pollsOf(manySubscribers(load));

  expect(one).toBeGreaterThan(200);
  expect(Math.abs(three / one - 1)).toBeLessThan(0.01);
});

describe('the checker', () => {
  /** Rules that a log violates after a change. */
  const rulesAfter = async (change: (log: Entry[], run: Run) => Partial<Run>) => {
    const run = await simulate(watched);
    return check({ ...run, ...change([...run.log], run) }, watched).map(({ rule }) => rule);
  };
  const isNext = ({ type }: Entry) => type === 'next';
  const isFinal = (entry: Entry) => entry.type === 'next' && entry.isFinished === true;
  const isLast = (entry: Entry) => isFinal(entry) || entry.type === 'complete';

  test('accepts a correct log', async () => {
    expect(await rulesAfter(() => ({}))).toEqual([]);
  });

  test.each<[rule: string, change: (log: Entry[], run: Run) => Partial<Run>]>([
    ['first event in time', (log) => ({ log: log.filter((entry) => !isNext(entry)) })],
    [
      'first event in time',
      (log) => ({ log: log.map((entry) => (isNext(entry) ? { ...entry, at: entry.at + 1_200 } : entry)) }),
    ],
    ['final state in time', (log) => ({ log: log.filter((entry) => !isLast(entry)) })],
    ['streams complete after all final states', (log) => ({ log: log.filter((entry) => !isFinal(entry)) })],
    ['streams complete', (log) => ({ log: log.filter(({ type }) => type !== 'complete') })],
    [
      'the final state comes once',
      (log) => ({ log: log.flatMap((entry) => (isNext(entry) ? [entry, entry] : [entry])) }),
    ],
    ['states are in order', (log) => ({ log: log.toSorted((a, b) => (isNext(a) && isNext(b) ? b.at - a.at : 0)) })],
    [
      'nothing foreign',
      (log) => ({ log: log.map((entry) => (entry.type === 'next' ? { ...entry, text: 'B/p0/0' } : entry)) }),
    ],
    ['the budget holds', (_, { requests }) => ({ requests: requests.flatMap((each) => Array(22).fill(each)) })],
    [
      'only followed jobs are polled',
      (_, { requests }) => ({ requests: requests.map((each) => ({ ...each, sentAt: each.sentAt + 30_000 })) }),
    ],
    [
      'nothing leaks',
      (log) => ({ log: log.map((entry) => (entry.type === 'idle' ? { ...entry, watchedJobs: 1 } : entry)) }),
    ],
  ])('reports a violation of: %s', async (rule, change) => {
    expect(await rulesAfter(change)).toContain(rule);
  });
});

test('a failing scenario is minimized to the parts that it needs', async () => {
  const scenario = drawScenario(1, SUBSCRIPTIONS);
  const [client] = scenario.clients;
  const fails = async ({ clients }: Scenario) => clients.some(({ name }) => name === client?.name);

  const smallest = await minimize(scenario, fails);

  expect(partsOf(scenario).length).toBeGreaterThan(50);
  expect(partsOf(smallest)).toEqual([{ list: ['clients'], index: 0 }]);
  expect(describeScenario(smallest).length).toBe(3);
});

describe('planted bugs', () => {
  test.each(PLANTED)('can be planted: $name', async (bug) => {
    expect(await plant(bug)).toContain(bug.to);
  });

  // `npm run test:chaos` finds all.
  test.each(PLANTED.filter((_, index) => index % 12 === 0))(
    'are found: $name',
    async (bug) => {
      expect(await findBug(bug, BUG_SEEDS)).toBeDefined();
    },
    300_000,
  );
});
