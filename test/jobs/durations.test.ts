import { expect, test } from 'vitest';
import { Durations } from '../../src/jobs/durations.ts';
import { createProgress, type JobFacts } from '../../src/jobs/progress.ts';

/** Durations of several classes, a hundred of each. */
function startDurations(classNames: readonly string[]) {
  const evictions: number[] = [];
  const durations = new Durations({ onEvicted: () => void evictions.push(evictions.length) });
  const fill = (name: string) => {
    for (let hash = 0; hash < 100; hash++) durations.add(name, { hash, finishedAt: hash, milliseconds: 5 });
  };
  for (const name of classNames) fill(name);
  return { durations, fill, evictions };
}

const TEN = Array.from({ length: 10 }, (_, index) => `class ${index}`);

test('a tenant has up to 1,000 durations; then the class that was used least recently is evicted', () => {
  const { durations, fill, evictions } = startDurations(TEN);
  expect(TEN.filter((name) => !durations.of(name))).toEqual([]);
  expect(evictions).toEqual([]);
  // Uses the first class.
  durations.of('class 0');

  fill('another');

  expect([...TEN, 'another'].filter((name) => !durations.of(name))).toEqual(['class 1']);
  expect(evictions).toHaveLength(1);
});

test('the durations of an evicted class do not count any more', () => {
  const { durations, fill, evictions } = startDurations([...TEN, 'another']);
  fill('class 0');

  expect(evictions).toHaveLength(2);
  expect(durations.of('class 0')?.all).toHaveLength(100);
});

test('a job is recorded again after its class was evicted', () => {
  const { recordDuration, progressOf } = createProgress({ classes: 1, now: () => 500, monotonicNow: () => 0 });
  const jobOf = (className: string, facts: Partial<JobFacts> = {}): JobFacts => ({
    name: className,
    hash: className.length,
    classes: [className],
    phase: 'completed',
    createdAt: new Date(0),
    finishedAt: new Date(1_000),
    ...facts,
  });
  /** The progress of another running job each time: one that was estimated before would keep its progress. */
  let running = 100;
  const fractionIn = (className: string) => {
    running++;
    const facts = { name: `running ${running}`, hash: running, phase: 'running', finishedAt: null } as const;
    return progressOf(jobOf(className, facts)).fraction;
  };
  recordDuration(jobOf('one'));
  recordDuration(jobOf('other'));
  expect([fractionIn('one'), fractionIn('other')]).toEqual([null, 0.5]);

  recordDuration(jobOf('one'));

  expect(fractionIn('one')).toBe(0.5);
});
