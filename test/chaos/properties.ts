import { expect } from 'vitest';
import { ERROR_CODES } from '../../src/errors.ts';
import { settle } from '../support/clock.ts';
import { mayHaveHappened } from './faults.ts';
import { type Answered, arrivedIdentity, perform, type Session } from './session.ts';
import { type Spell, TENANTS } from './steps.ts';

/** How long everything may take to end once nothing goes wrong any more, on the clock, in milliseconds. */
const ENDING = 600_000;
/** Turns of the event loop in which a disk has done all that it was asked for. */
const DISK = 20_000;

/** Performs everything, then lets the weather clear and everything end. */
export async function live(session: Session, spells: readonly Spell[]): Promise<void> {
  const { started, faults } = session;
  const { clock } = started;
  const underWay: Promise<void>[] = [];
  let left = 0;
  for (const { weather, steps } of spells) {
    faults.set(weather);
    for (const step of steps) {
      left++;
      underWay.push(perform(session, step, underWay.length).finally(() => left--));
      if (step.quiet > 0) await clock.advance(step.quiet);
      else await settle(2);
      // What is on its way between processes arrives in turns of its own.
      if (!session.isTimed) await settle(100);
    }
  }
  faults.set({});
  for (let time = 0; time < ENDING && left > 0; time += 5_000) {
    await clock.advance(5_000);
    if (!session.isTimed) await settle(100);
  }
  const isOver = () => left === 0 && clock.waits().length === 0;
  // Writes for which nobody waits any more have time of their own.
  await clock.advance(60_000);
  // Files pass through a real disk, which the clock knows nothing of.
  for (let turn = 0; turn < DISK && !isOver(); turn++) await settle(1);
  // What has not ended by now never will; the properties say which.
  if (left === 0) await Promise.all(underWay);
}

/** What must hold however badly the upstream behaved. */
export function expectProperties({ started, faults, belongings, answers, asked, pictures }: Session): void {
  const unanswered = answers
    .filter(({ answeredAt }) => answeredAt === undefined)
    .map(({ act, tenant }) => `${tenant} ${act}`);
  expect(unanswered, 'everything is answered, and every stream ends').toEqual([]);
  const late = answers
    .filter(({ answeredAt = 0, due }) => answeredAt > due)
    .map(({ act, begunAt, due, answeredAt = 0 }) => `${act}: ${answeredAt - begunAt} ms instead of ${due - begunAt}`);
  expect(late, 'every answer comes by its deadline').toEqual([]);

  const codes = new Set(answers.flatMap(codesOf));
  for (const code of codes) expect(Object.keys(ERROR_CODES), 'every error has a documented code').toContain(code);
  const mistakes = started.logLines.filter((line) => line.includes('unexpected error'));
  expect(mistakes, 'nothing is a mistake of the gateway').toEqual([]);
  expect([...codes]).not.toContain('INTERNAL_SERVER_ERROR');

  for (const { tenant, text } of answers) {
    for (const other of TENANTS) {
      if (other === tenant) continue;
      const ids = Object.values(belongings.get(other) ?? {}).flat();
      const shown = [other, ...ids].filter((mark) => text.includes(mark));
      expect(shown, `nothing of ${other} is shown to ${tenant}`).toEqual([]);
    }
  }

  const arrivals = new Map<string, number>();
  for (const arrived of faults.arrived.filter((one) => one.method === 'POST' && mayHaveHappened(one))) {
    const identity = `${arrived.apiKey} ${arrivedIdentity(arrived, pictures)}`;
    arrivals.set(identity, (arrivals.get(identity) ?? 0) + 1);
  }
  const repeated = [...arrivals].filter(([identity, times]) => times > (asked.get(identity)?.size ?? 0));
  expect(repeated, 'no write arrives more often than it was asked for').toEqual([]);

  expect(started.gateway.watchedJobs, 'nothing is polled').toBe(0);
  expect(started.clock.waits(), 'nothing waits: no poll, no deadline, no place in a queue').toEqual([]);
}

/** The codes of all errors in an answer, or in the events of a stream. */
function codesOf({ text, hasLeft }: Answered): string[] {
  const results = text
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => line.startsWith('{'));
  return results.flatMap((line) => {
    try {
      const { errors = [] } = JSON.parse(line) as { errors?: { extensions?: { code?: string } }[] };
      return errors.map(({ extensions }) => extensions?.code ?? 'none');
    } catch (error) {
      // Whoever leaves in the middle of a line has half of it.
      if (hasLeft) return [];
      throw error;
    }
  });
}
