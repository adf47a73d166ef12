import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PAGE, sectionIn } from '../cluster/section.ts';
import { estimate } from './estimate.ts';
import { exampleTable, HEADING, RATE_COLUMNS, ratesOf, titleOf } from './page.ts';
import { CHECKED_KEYS, EXAMPLE, PROCESSES, VARIANTS } from './scenario.ts';
import { type Rates, simulate } from './simulate.ts';

const section = sectionIn(readFileSync(PAGE, 'utf8'), HEADING);
/** The cells of the rows of all tables, by the first one. */
const cells = new Map(
  section.split('\n').flatMap((line) => {
    const [, title = '', ...rest] = line.split('|').map((cell) => cell.trim());
    return line.startsWith('|') ? [[title, rest.slice(0, -1)] as const] : [];
  }),
);
const ratesIn = (title: string) => cells.get(title)?.map(Number);

describe('the example of docs/scaling.md', () => {
  test('a simulation of a few keys yields the rates of the page', async () => {
    const rates = ratesOf(await simulate(EXAMPLE, CHECKED_KEYS));
    const expected = ratesIn(titleOf('any process', CHECKED_KEYS)) ?? [];

    expect(expected).toHaveLength(RATE_COLUMNS.length);
    // Small changes of the schedule need no new page.
    for (const [index, rate] of rates.entries())
      expect(Math.abs(rate / (expected[index] ?? 0) - 1), RATE_COLUMNS[index]).toBeLessThan(0.05);
  }, 60_000);

  test('all keys have about the rates of a few', () => {
    const few = ratesIn(titleOf('any process', CHECKED_KEYS)) ?? [];
    const all = ratesIn(titleOf('any process', EXAMPLE.keys)) ?? [];

    expect(all).toHaveLength(RATE_COLUMNS.length);
    for (const [index, rate] of all.entries()) expect(Math.abs(rate / (few[index] ?? 0) - 1)).toBeLessThan(0.2);
  });

  test('the computed figures follow from the rates of all keys', () => {
    for (const [index, { title, scenario }] of VARIANTS.entries()) {
      const [singleReads = 0, pageReads = 0, changes = 0, starts = 0, needs = 0, reports = 0] =
        ratesIn(titleOf(title, EXAMPLE.keys)) ?? [];
      const work = { commands: 0, messages: 1, bytes: 0 };
      const rates: Rates = {
        keys: 1,
        singleReads,
        pageReads,
        changes,
        starts,
        needs: { ...work, messages: needs },
        reports: { ...work, messages: reports },
        medianDelay: 0,
        worstDelay: 0,
      };
      const computed = estimate(scenario, rates, PROCESSES);
      const figure = (name: string) => Number.parseFloat((cells.get(name)?.[index] ?? '').replaceAll(',', ''));

      expect(figure('subscribers of one process')).toBe(computed.subscribersPerProcess);
      for (const [name, value] of [
        ['upstream requests/s', computed.reads],
        ['… of one key (budget 20)', computed.readsPerKey],
        ['events to subscribers/s', computed.events],
        ['new subscriptions/s', computed.subscriptions],
        ['messages published/s', computed.published],
        ['messages that Redis delivers/s', computed.delivered],
        ['CPU of one process: events', computed.cpu.events * 100],
        ['… messages of other processes', computed.cpu.messages * 100],
      ] as const) {
        expect(Math.abs(figure(name) / value - 1), name).toBeLessThan(0.02);
      }
    }
  });

  test('each key stays below its budget, and no process is at its limit', () => {
    expect(Math.max(...(cells.get('… of one key (budget 20)') ?? []).map(Number))).toBeLessThan(20);
    const shares = [...cells].filter(([name]) => /^CPU|^… (subscriptions|messages|polls)/.test(name));
    const sum = shares.reduce((total, [, [first = '']]) => total + Number.parseFloat(first), 0);

    expect(shares).toHaveLength(4);
    expect(sum).toBeLessThan(50);
  });
});

test('fewer processes of a key receive fewer messages, with the same requests to the upstream', async () => {
  const short = { ...EXAMPLE, warmUp: 1_000, period: 5_000, jobsPerKey: 10 };
  const [wide, narrow] = await Promise.all([simulate(short, 1), simulate({ ...short, processesPerKey: 1 }, 1)]);
  const of = (rates: Rates, processesPerKey: number) => estimate({ ...short, processesPerKey }, rates, PROCESSES);

  expect(of(narrow, 1).delivered).toBeLessThan(of(wide, short.processesPerKey).delivered / 10);
  expect(Math.abs(of(narrow, 1).reads / of(wide, short.processesPerKey).reads - 1)).toBeLessThan(0.2);
  expect(exampleTable([])).toContain('upstream requests/s');
});
