import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { describeCause, type ProblemOptions, Problems, QUIET_TIME } from '../../src/telemetry/problems.ts';
import { createClock } from '../support/clock.ts';
import { serveLogged } from './support.ts';

/** A problem, its clock, and the lines that it logs. */
function createProblem(options: Partial<ProblemOptions> = {}) {
  const clock = createClock();
  const lines: object[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const problems = new Problems({ log, startTimer: clock.startTimer, monotonicNow: clock.monotonicNow });
  const problem = problems.create('disk', { message: 'the disk is full', ...options });
  return { problem, clock, lines };
}

describe('a problem', () => {
  test('is logged once at its beginning and once at its end, with its duration', async () => {
    const { problem, clock, lines } = createProblem({ isLocal: true });

    for (let second = 0; second < 100; second++) {
      problem.occur(new Error('ENOSPC'));
      await clock.advance(1_000);
    }
    expect(lines).toEqual([{ level: 50, problem: 'disk', state: 'begins', cause: 'ENOSPC', msg: 'the disk is full' }]);
    expect(problem.since).toBeDefined();
    await clock.advance(QUIET_TIME);

    expect(lines.slice(1)).toEqual([
      {
        level: 30,
        problem: 'disk',
        state: 'ended',
        seconds: 99,
        failures: 100,
        msg: 'ended: the disk is full',
      },
    ]);
    expect(problem.since).toBeUndefined();
  });

  test('ends when its timer does, even if the clock is a fraction behind', () => {
    const timers: (() => void)[] = [];
    const lines: object[] = [];
    let now = 0;
    const problems = new Problems({
      log: pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      startTimer(_, callback) {
        timers.push(callback);
        return () => {};
      },
      monotonicNow: () => now,
    });
    problems.create('disk', { message: 'the disk is full' }).occur(new Error('a'));

    now = QUIET_TIME - 1e-9;
    timers[0]?.();

    expect(lines).toMatchObject([{ state: 'begins' }, { state: 'ended' }]);
    expect(timers).toHaveLength(1);
  });

  test('that comes back after its end is another one', async () => {
    const { problem, clock, lines } = createProblem();

    problem.occur(new Error('a'));
    await clock.advance(QUIET_TIME);
    problem.occur(new Error('a'));

    expect(lines).toMatchObject([{ state: 'begins' }, { state: 'ended', failures: 1 }, { state: 'begins' }]);
  });

  test('logs each further cause once, up to a limit', () => {
    const { problem, lines } = createProblem();

    for (let round = 0; round < 2; round++)
      for (let cause = 0; cause < 50; cause++) problem.occur(new Error(`cause ${cause}`));

    expect(lines).toHaveLength(10);
    expect(lines).toMatchObject([{ state: 'begins' }, ...Array.from({ length: 9 }, () => ({ state: 'continues' }))]);
  });

  test('logs causes with the same code of the system once, whatever their messages', () => {
    const { problem, lines } = createProblem();

    for (const file of ['a', 'b', 'c']) {
      problem.occur(Object.assign(new Error(`ENOENT: no such file, open '${file}'`), { code: 'ENOENT' }));
    }

    expect(lines).toHaveLength(1);
  });

  test('that needs a success does not end by silence', async () => {
    const { problem, clock, lines } = createProblem({ needsSuccess: true });

    problem.occur(new Error('down'));
    await clock.advance(10 * QUIET_TIME);
    expect(lines).toHaveLength(1);
    problem.succeed();

    expect(lines).toMatchObject([{ state: 'begins' }, { state: 'ended' }]);
  });

  test('that comes and goes is one problem', async () => {
    const { problem, clock, lines } = createProblem({ needsSuccess: true });

    for (let second = 0; second < 300; second++) {
      if (second % 10 === 0) problem.occur(new Error('flapping'));
      else problem.succeed();
      await clock.advance(1_000);
    }
    expect(lines).toHaveLength(1);
    await clock.advance(QUIET_TIME);

    expect(lines).toMatchObject([{ state: 'begins' }, { state: 'ended', failures: 30 }]);
  });

  test('without a quiet time ends with the first success', () => {
    const { problem, lines } = createProblem({ needsSuccess: true, quietTime: 0 });

    problem.occur(new Error('open'));
    problem.succeed();
    problem.succeed();

    expect(lines).toHaveLength(2);
  });
});

test.each<[unknown, string]>([
  [new Error('outer', { cause: new Error('certificate has expired') }), 'certificate has expired'],
  [
    new Error('outer', { cause: Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' }) }),
    'ECONNREFUSED: connect failed',
  ],
  [new AggregateError([Object.assign(new Error('x ECONNREFUSED'), { code: 'ECONNREFUSED' })]), 'x ECONNREFUSED'],
  ['no error', 'no error'],
  [undefined, 'undefined'],
  [new Error('a', { cause: 'text' }), 'a'],
])('the cause of %s', (error, cause) => {
  expect(describeCause(error)).toBe(cause);
});

describe('the problems of a gateway', () => {
  test('a failing upstream, its open circuit and its recovery are logged once each', async () => {
    let isDown = true;
    const { post, logLines, clock } = await serveLogged({
      transport: (request, upstream) =>
        isDown ? Promise.resolve(new Response(null, { status: 500 })) : upstream(request),
      upstream: { retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 }, breaker: { attempts: 5, coolDown: 1_000 } },
    });
    const send = async () => await (await post({ query: '{ models { nodes { id } } }' })).text();

    for (let count = 0; count < 20; count++) await send();
    isDown = false;
    await clock.advance(1_000);
    await send();
    await clock.advance(QUIET_TIME);

    const lines = logLines.map((line) => JSON.parse(line)).filter(({ problem }) => problem !== undefined);
    expect(lines).toMatchObject([
      { level: 40, problem: 'upstream', state: 'begins', cause: 'the response has status 500' },
      { level: 40, problem: 'breaker', state: 'begins', cause: 'the response has status 500' },
      { level: 30, problem: 'breaker', state: 'ended' },
      { level: 30, problem: 'upstream', state: 'ended', failures: 5 },
    ]);
  });
});
