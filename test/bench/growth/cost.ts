import type { Usage } from '../processes.ts';
import { figureOf } from '../speed/figures.ts';

/** What something cost the gateway. */
export interface Cost {
  /** Processor time of the gateway, and time until it was done, in milliseconds. */
  cpu: number;
  took: number;
}

/** What so much of something cost. */
export interface Step extends Cost {
  work: number;
  /** Resident memory of the gateway afterwards, in bytes. */
  memory: number;
}

const BATCHES = 5;
/** A batch takes about so much processor time, in milliseconds, so that what else goes on matters little. */
const ENOUGH = 60;

/** What it costs once, as the median of batches that each do it many times. */
export async function costOf(usage: () => Usage, doIt: () => Promise<void>): Promise<Cost> {
  const batch = async (times: number): Promise<Cost> => {
    const [before, begunAt] = [usage(), performance.now()];
    for (let time = 0; time < times; time++) await doIt();
    return { cpu: (usage().cpu - before.cpu) / times, took: (performance.now() - begunAt) / times };
  };
  await batch(3);
  const { cpu } = await batch(3);
  const times = Math.max(1, Math.min(200, Math.ceil(ENOUGH / cpu)));
  const found: Cost[] = [];
  for (let index = 0; index < BATCHES; index++) found.push(await batch(times));
  const median = (of: (cost: Cost) => number) => figureOf(found.map(of)).median;
  return { cpu: median(({ cpu }) => cpu), took: median(({ took }) => took) };
}
