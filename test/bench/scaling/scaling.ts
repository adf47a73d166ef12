import { parseArgs } from 'node:util';
import { writeSection } from '../cluster/section.ts';
import { commit, step } from '../speed/built.ts';
import { estimate } from './estimate.ts';
import { exampleTable, HEADING, ratesTable, sectionText, type Variant } from './page.ts';
import { CHECKED_KEYS, EXAMPLE, PROCESSES, VARIANTS } from './scenario.ts';
import { simulate } from './simulate.ts';

/** `npm run bench:scaling`: simulates the example of docs/scaling.md with the schedule of this project. */

function readFlags() {
  const { values } = parseArgs({
    options: { keys: { type: 'string', default: String(EXAMPLE.keys) }, write: { type: 'boolean', default: false } },
  });
  const keys = Number(values.keys);
  if (Number.isInteger(keys) && keys >= 1) return { keys, isWritten: values.write };
  throw new Error(`Expected --keys to be an integer of at least 1, got "${values.keys}".`);
}

const { keys, isWritten } = readFlags();
const checked = await simulate(EXAMPLE, CHECKED_KEYS);
const variants: Variant[] = [];
for (const { title, scenario } of VARIANTS) {
  const rates = await simulate(scenario, keys, (done) => {
    if (done % 50 === 0) step(`${title}: ${done} of ${keys} keys`);
  });
  variants.push({ title, scenario, rates, estimate: estimate(scenario, rates, PROCESSES) });
}
console.log(`\n${exampleTable(variants)}\n\n${ratesTable(checked, variants)}`);
if (isWritten) {
  const origin = `Simulated on ${new Date().toISOString().slice(0, 10)} at commit ${commit()}.`;
  await writeSection(HEADING, sectionText(origin, checked, variants));
}
