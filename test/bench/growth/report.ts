import { power } from '../slope.ts';
import { tableOf } from '../speed/report.ts';
import type { Step } from './cost.ts';

/** What was found out about one thing that grows. */
export interface Grown {
  title: string;
  /** What is counted. */
  work: string;
  steps: Step[];
}

/** The most that a power, or one step, may be; measurements of linear work scatter around 1. */
export const STEEPEST = 1.15;

const powerOfSteps = (steps: readonly Step[]): number => power(steps.map(({ work, cpu }) => [work, cpu]));

/**
 * The power with which the gateway's processor time grows when the work does: over all steps, or over the upper half of
 * them, where what every request costs hides less, whichever is more.
 */
export const powerOf = ({ steps }: Grown): number =>
  Math.max(powerOfSteps(steps), powerOfSteps(steps.slice(Math.floor(steps.length / 2) - 1)));

const written = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 2 : 0);

/** A line for each step: what it cost, and by how much more than the work the cost has grown since the step before. */
export function growthTable({ work, steps }: Grown): string {
  const rows = steps.map((step, index) => {
    const before = steps[index - 1];
    const ratio = before && step.cpu / before.cpu / (step.work / before.work);
    return [
      step.work.toLocaleString('en'),
      written(step.cpu),
      written(step.took),
      (step.memory / 1_048_576).toFixed(0),
      ratio === undefined ? '' : `${ratio.toFixed(2)}${ratio > STEEPEST ? ' worse than linear' : ''}`,
    ];
  });
  return tableOf([work, 'CPU ms', 'ms', 'memory MB', 'cost growth ÷ work growth'], rows);
}

/** A line for each thing that grows. */
export function summaryTable(grown: Readonly<Record<string, Grown>>): string {
  const rows = Object.entries(grown).map(([name, found]) => {
    const [first, last] = [found.steps[0], found.steps.at(-1)];
    const range = (of: (step: Step) => string) => [first, last].map((step) => (step ? of(step) : '')).join(' → ');
    return [
      `${name}: ${found.title}`,
      `${range(({ work }) => work.toLocaleString('en'))} ${found.work}`,
      range(({ cpu }) => written(cpu)),
      range(({ cpu, work }) => ((cpu * 1_000) / work).toPrecision(3)),
      range(({ memory }) => (memory / 1_048_576).toFixed(0)),
      powerOf(found).toFixed(2),
    ];
  });
  return tableOf(['what grows', 'from … to', 'CPU ms', 'CPU µs each', 'memory MB', `power (≤ ${STEEPEST})`], rows);
}
