import { createDraw } from './draw.ts';
import { drawScenario } from './draw-scenario.ts';
import { finishedAt, historyOf } from './history.ts';
import { CLUSTER_FAULTS, type JobPlan, type Scenario, SERVER_FAULTS } from './scenario.ts';

/** Time in which jobs and clients start and faults begin, in milliseconds. */
const ACTIVE = 16_000;
/** Time after it in which all faults end and all final states arrive, in milliseconds. */
const RECOVERY = 24_000;
/** Part of the usual duration that jobs take. */
const PACE = 0.4;

/**
 * Draws a scenario for replicas that are connected by a real Redis server, with two to five faults. Jobs are faster than
 * usual, because it runs in real time. The upstream has no faults, so that all final states must arrive.
 */
export function drawRedisScenario(seed: number, operations: ReadonlySet<string>): Scenario {
  const scenario = drawScenario(seed, operations, ACTIVE);
  const draw = createDraw(seed ^ 0x3c6ef372);
  const replicas = draw.pick([2, 3]);
  const faults = draw.list(2, 5, () => ({
    at: draw.int(1_000, ACTIVE),
    lasts: draw.pick([() => draw.int(50, 1_000), () => draw.int(1_000, 5_000), () => draw.int(5_000, 10_000)])(),
    what: draw.pick([...CLUSTER_FAULTS, ...SERVER_FAULTS]),
    replica: draw.int(0, replicas - 1),
  }));
  return {
    ...scenario,
    duration: ACTIVE + RECOVERY,
    latency: Math.min(scenario.latency, 100),
    listInterval: 2_000,
    jobs: scenario.jobs.map(quicken),
    writes: scenario.writes.map(({ creates, ...write }) => ({
      ...write,
      ...(creates && { creates: quicken(creates) }),
    })),
    faults: [],
    restarts: [],
    cluster: { replicas, faults: faults.sort((a, b) => a.at - b.at) },
  };
}

function quicken(job: JobPlan): JobPlan {
  const { deletedAt, ...quick } = { ...job, steps: job.steps.map((step) => Math.ceil(step * PACE)) };
  // A deletion after the final state would make it a matter of time which of them a subscriber sees.
  const end = finishedAt(historyOf(quick, quick.startsAt)) ?? Number.POSITIVE_INFINITY;
  return deletedAt !== undefined && deletedAt < end ? { ...quick, deletedAt } : quick;
}
