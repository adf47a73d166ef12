import { createDraw } from './draw.ts';
import { drawScenario } from './draw-scenario.ts';
import { CLUSTER_FAULTS, type Scenario } from './scenario.ts';

/** Draws a scenario with several replicas of the gateway. @param operations The subscriptions of the schema. */
export function drawClusterScenario(seed: number, operations: ReadonlySet<string>): Scenario {
  const scenario = drawScenario(seed, operations);
  // The draws of the scenario itself stay those of a single gateway.
  const draw = createDraw(seed ^ 0x5bd1e995);
  const replicas = draw.pick([2, 3, 3, 4]);
  const faults = draw.list(0, 4, () => ({
    at: draw.int(1_000, scenario.duration * 0.8),
    lasts: draw.pick([() => draw.int(50, 1_000), () => draw.int(1_000, 8_000), () => draw.int(8_000, 30_000)])(),
    what: draw.pick(CLUSTER_FAULTS),
    replica: draw.int(0, replicas - 1),
  }));
  return { ...scenario, restarts: [], cluster: { replicas, faults: draw.chance(0.7) ? faults : [] } };
}
