import { drawRedisScenario } from './draw-redis.ts';
import type { Run } from './history.ts';
import { SUBSCRIPTIONS } from './operations.ts';
import { createRedisEnvironment } from './redis-environment.ts';
import { checkReal } from './rules-real.ts';
import type { Scenario } from './scenario.ts';
import type { Violation } from './timeline.ts';
import { simulate } from './world.ts';

/** A drawn scenario that violated rules. */
export interface FailedRun {
  readonly scenario: Scenario;
  readonly run: Run;
  readonly violations: readonly Violation[];
}

export interface RedisRunsOptions {
  /** Path of the Redis server program. */
  executable: string;
  first: number;
  seeds: number;
  /** Number of scenarios that run at the same time. They mostly wait. */
  parallel: number;
}

/** Runs drawn scenarios in real time, several at once, each with Redis servers of its own. @returns Those that failed. */
export async function runWithRedis({ executable, first, seeds, parallel }: RedisRunsOptions): Promise<FailedRun[]> {
  const failed: FailedRun[] = [];
  const left = Array.from({ length: seeds }, (_, index) => first + index);
  const createEnvironment = createRedisEnvironment(executable);
  const work = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const scenario = drawRedisScenario(seed, SUBSCRIPTIONS);
      const run = await simulate(scenario, createEnvironment);
      const violations = checkReal(run, scenario);
      if (violations.length > 0) failed.push({ scenario, run, violations });
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return failed.sort((a, b) => a.scenario.seed - b.scenario.seed);
}
