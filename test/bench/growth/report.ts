import { exponent } from '../slope.ts';
import { tableOf } from '../speed/report.ts';
import type { Step } from './cost.ts';

/** Result of one dimension. */
export interface GrowthResult {
  title: string;
  /** Unit of the work. */
  work: string;
  steps: Step[];
}

/** Maximum of the exponent; measurements of linear work scatter around 1. */
export const MAX_EXPONENT = 1.15;

const exponentOfSteps = (steps: readonly Step[]): number => exponent(steps.map(({ work, cpu }) => [work, cpu]));

/**
 * Exponent of the growth of the gateway's CPU time with the work: the larger one of all steps and of the upper half,
 * where the fixed cost per request hides less.
 */
export const exponentOf = ({ steps }: GrowthResult): number =>
  Math.max(exponentOfSteps(steps), exponentOfSteps(steps.slice(Math.floor(steps.length / 2) - 1)));

const formatted = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 2 : 0);

/** One row per step: its cost, and the growth of the cost relative to the growth of the work. */
export function growthTable({ work, steps }: GrowthResult): string {
  const rows = steps.map((step, index) => {
    const before = steps[index - 1];
    const ratio = before && step.cpu / before.cpu / (step.work / before.work);
    return [
      step.work.toLocaleString('en'),
      formatted(step.cpu),
      formatted(step.took),
      (step.memory / 1_048_576).toFixed(0),
      ratio === undefined ? '' : `${ratio.toFixed(2)}${ratio > MAX_EXPONENT ? ' faster than linear' : ''}`,
    ];
  });
  return tableOf([work, 'CPU ms', 'ms', 'memory MB', 'cost growth ÷ work growth'], rows);
}

/** One row per dimension. */
export function summaryTable(grown: Readonly<Record<string, GrowthResult>>): string {
  const rows = Object.entries(grown).map(([name, found]) => {
    const [first, last] = [found.steps[0], found.steps.at(-1)];
    const range = (of: (step: Step) => string) => [first, last].map((step) => (step ? of(step) : '')).join(' → ');
    return [
      `${name}: ${found.title}`,
      `${range(({ work }) => work.toLocaleString('en'))} ${found.work}`,
      range(({ cpu }) => formatted(cpu)),
      range(({ cpu, work }) => ((cpu * 1_000) / work).toPrecision(3)),
      range(({ memory }) => (memory / 1_048_576).toFixed(0)),
      exponentOf(found).toFixed(2),
    ];
  });
  return tableOf(
    ['dimension', 'from … to', 'CPU ms', 'CPU µs each', 'memory MB', `exponent (≤ ${MAX_EXPONENT})`],
    rows,
  );
}
