import type { Usage } from '../processes.ts';
import { figureOf } from '../speed/figures.ts';

/** Cost of some work to the gateway. */
export interface Cost {
  /** CPU time of the gateway, and elapsed time, in milliseconds. */
  cpu: number;
  took: number;
}

/** Cost of an amount of work. */
export interface Step extends Cost {
  work: number;
  /** Resident memory of the gateway afterwards, in bytes. */
  memory: number;
}

const BATCHES = 5;
/** CPU time of a batch, in milliseconds; long enough that other activity matters little. */
const BATCH_CPU = 60;

/** Measures the cost of one execution: the median over batches of many executions. */
export async function costOf(usage: () => Usage, work: () => Promise<void>): Promise<Cost> {
  const batch = async (times: number): Promise<Cost> => {
    const [before, begunAt] = [usage(), performance.now()];
    for (let time = 0; time < times; time++) await work();
    return { cpu: (usage().cpu - before.cpu) / times, took: (performance.now() - begunAt) / times };
  };
  await batch(3);
  const { cpu } = await batch(3);
  const times = Math.max(1, Math.min(200, Math.ceil(BATCH_CPU / cpu)));
  const found: Cost[] = [];
  for (let index = 0; index < BATCHES; index++) found.push(await batch(times));
  const median = (of: (cost: Cost) => number) => figureOf(found.map(of)).median;
  return { cpu: median(({ cpu }) => cpu), took: median(({ took }) => took) };
}
