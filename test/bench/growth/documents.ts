import type { Step } from './cost.ts';
import type { Bench } from './dimensions.ts';
import { executeAt } from './execute.ts';

const AT_ONCE = 8;

/** Measures different documents: their total cost, and the memory of the gateway afterwards. */
export async function measureDocuments({ server }: Bench, steps: readonly number[]): Promise<Step[]> {
  const execute = executeAt(server.url);
  const send = async (from: number, to: number) => {
    for (let number = from; number < to; number += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, to - number) }, (_, index) => number + index);
      await Promise.all(
        some.map((which) => execute({ query: `query Distinct${which} { models(first: 1) { nodes { id } } }` })),
      );
    }
  };
  // Warm-up with other documents, so that code is compiled.
  await send(1_000_000, 1_001_000);
  const [before, begunAt] = [server.usage(), performance.now()];
  const found: Step[] = [];
  let sent = 0;
  for (const work of steps) {
    await send(sent, work);
    sent = work;
    const { cpu, rss } = server.usage();
    found.push({ work, cpu: cpu - before.cpu, took: performance.now() - begunAt, memory: rss });
  }
  return found;
}
