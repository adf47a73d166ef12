import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobEvent } from '../../src/jobs/events.ts';
import { settle } from '../support/clock.ts';
import { collect, HttpError, LAST, type ListedOptions, names, type State, startListed } from './listed-jobs.ts';

/** Positions of the watched jobs in a list with many others. */
const ORDERS: Record<string, (watched: string[], others: string[]) => string[]> = {
  'the watched jobs first': (watched, others) => [...watched, ...others],
  'the watched jobs last': (watched, others) => [...others, ...watched],
  mixed: (watched, others) => [...watched, ...others].sort((a, b) => (reverse(a) < reverse(b) ? -1 : 1)),
};
const reverse = (text: string) => [...text].reverse().join('');

/** Watches jobs until each was read, and returns the delays of their last events, in milliseconds. */
async function finishAll(count: number, others: number, order: string, options: ListedOptions = {}) {
  const started = startListed(options);
  const { clock, jobs, listen, take } = started;
  const watched = names(count);
  for (const id of ORDERS[order]?.(watched, names(others, 'other')) ?? [])
    jobs.set(id, id.startsWith('job') ? 0 : LAST);
  const changedAt = new Map<string, number>();
  const delays: number[] = [];
  const onEvent = (event: JobEvent<State, string>) => {
    if ('state' in event && event.state.value === LAST) delays.push(clock.now() - (changedAt.get(event.key) ?? 0));
  };
  const streams = [];
  for (let at = 0; at < count; at += 100) streams.push(collect(listen(watched.slice(at, at + 100)), onEvent));
  await clock.advance(60_000);
  take();
  await clock.advance(30_000);
  const rate = take();
  // One after the other, within a minute.
  for (const [index, id] of watched.entries()) {
    changedAt.set(id, clock.now());
    jobs.set(id, LAST);
    if (index % 10 === 9) await clock.advance(600_000 / count);
  }
  await clock.advance(60_000);
  delays.sort((a, b) => a - b);
  return {
    ...started,
    streams,
    rate,
    delays,
    median: delays[Math.floor(delays.length / 2)] ?? 0,
    worst: delays.at(-1) ?? 0,
  };
}

describe('pages instead of single jobs', () => {
  test.each(Object.keys(ORDERS))(
    'many jobs are polled with the pages of their list: %s',
    async (order) => {
      const { streams, rate, delays, worst } = await finishAll(200, 200, order);

      expect(streams.every(({ isOver }) => isOver)).toBe(true);
      expect(delays).toHaveLength(200);
      expect(worst).toBeLessThanOrEqual(5_100);
      expect(rate.pages).toBeGreaterThan(0);
      // 20 pages at most every 5 s, instead of 200 jobs.
      expect(rate.jobs + rate.pages).toBeLessThanOrEqual(20 * 6 + 5);
      expect(rate.jobs).toBeLessThanOrEqual(5);
    },
    60_000,
  );

  test('jobs are polled one by one if rows show no state', async () => {
    const { streams, rate, delays } = await finishAll(100, 0, 'mixed', { rows: 'id' });

    expect(streams.every(({ isOver }) => isOver)).toBe(true);
    expect(delays).toHaveLength(100);
    expect(rate.pages).toBe(0);
    expect(rate.jobs).toBeGreaterThan(500);
  });

  test('many pages are read at once without a warning', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => warnings.push(name);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const { clock, jobs, list, schedule, job } = startListed();
    for (const id of names(600)) jobs.set(id, 0);
    let isSlow = false;
    const readPage: typeof list.readPage = async (cursor, signal) => {
      if (isSlow) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return list.readPage(cursor, signal);
    };
    collect(schedule.listen(names(600).map((id) => ({ ...job(id), list: { ...list, readPage } }))));
    await clock.advance(20_000);
    isSlow = true;
    await clock.advance(5_000);
    schedule.dispose();
    await settle();

    expect(warnings).toEqual([]);
  });

  test.each([
    ['does not show the state of', () => undefined],
    ['is incomplete for', (row: State, known?: State) => ({ state: { ...known, ...row }, isComplete: false })],
    ['is older than', (row: State) => ({ state: row, isComplete: true, isOlder: true })],
  ])('a page whose row %s one of its jobs is not read again and again', async (_, fromRow) => {
    const { clock, jobs, schedule, job, take } = startListed();
    for (const id of names(5)) jobs.set(id, 0);
    const [odd = '', ...others] = names(5);
    let isOdd = false;
    const usual = job(odd);
    const source = {
      ...usual,
      fromRow: (row: State, known?: State) => (isOdd ? fromRow(row, known) : usual.fromRow?.(row, known)),
    };
    collect(schedule.listen([source, ...others.map(job)]));
    await clock.advance(20_000);
    isOdd = true;
    take();
    await clock.advance(50_000);

    const { jobs: reads, pages } = take();
    expect(reads + pages).toBeLessThanOrEqual(35);
    expect(reads).toBeGreaterThan(0);
    schedule.dispose();
  });

  test('two jobs on one page need one request, a single job its own', async () => {
    const { clock, schedule, jobs, listen, take } = startListed();
    for (const id of names(3)) jobs.set(id, 0);
    collect(listen(names(2)));
    await clock.advance(20_000);
    take();
    await clock.advance(50_000);
    expect(take()).toEqual({ jobs: 0, pages: 10 });
    schedule.dispose();

    collect(listen(names(1)));
    await clock.advance(20_000);
    take();
    await clock.advance(50_000);
    expect(take()).toEqual({ jobs: 10, pages: 0 });
    schedule.dispose();
  });

  test('a job whose row is incomplete is read once before each event', async () => {
    const { clock, jobs, listen, requests } = startListed({ rows: 'state', perSecond: 2 });
    for (const id of names(20)) jobs.set(id, 0);
    const seen = collect(listen(names(20)));
    await clock.advance(60_000);
    seen.all.length = 0;
    requests.length = 0;
    jobs.set('job00007', 1);
    await clock.advance(20_000);
    jobs.set('job00007', LAST);
    await clock.advance(20_000);

    expect(seen.all).toMatchObject([
      { state: { id: 'job00007', value: 1, detail: 'detail of job00007' } },
      { state: { id: 'job00007', value: LAST, detail: 'detail of job00007' } },
    ]);
    expect(requests.some(({ page }) => page !== undefined)).toBe(true);
  });

  test('a job that its list does not contain is polled by itself', async () => {
    const { clock, jobs, list, schedule, job } = startListed();
    for (const id of names(6)) jobs.set(id, 0);
    const readPage: typeof list.readPage = async (cursor, signal) => {
      const page = await list.readPage(cursor, signal);
      return { ...page, rows: new Map([...page.rows].filter(([name]) => name !== 'job00005')) };
    };
    const seen = collect(schedule.listen(names(6).map((id) => ({ ...job(id), list: { ...list, readPage } }))));
    await clock.advance(60_000);
    jobs.set('job00005', LAST);
    await clock.advance(5_100);

    expect(seen.values().at(-1)).toBe('job00005=100');
  });

  test('a job that its list contains later is then polled with its page', async () => {
    const { clock, jobs, listen, take } = startListed();
    for (const id of names(5)) jobs.set(id, 0);
    collect(listen(names(5)));
    await clock.advance(10_000);
    jobs.set('new', 0);
    collect(listen(['new']));
    await clock.advance(60_000);
    take();
    await clock.advance(50_000);

    expect(take()).toEqual({ jobs: 0, pages: 10 });
  });

  test.each([
    ['rows no longer show a state', { rows: 'id' as const }],
    ['pages fail', { pageFailure: new HttpError(500) }],
    ['pages are not found', { pageFailure: new HttpError(404) }],
  ])('no change is lost if %s', async (_, change) => {
    const { clock, jobs, listen, upstream } = startListed();
    for (const id of names(30)) jobs.set(id, 0);
    const seen = collect(listen(names(30)));
    await clock.advance(20_000);

    Object.assign(upstream, change);
    for (const id of names(30)) jobs.set(id, 1);
    await clock.advance(10_000);
    for (const id of names(30)) jobs.set(id, LAST);
    await clock.advance(10_000);

    expect(seen.isOver).toBe(true);
    expect(seen.values()).toHaveLength(90);
  });

  test('pages are read again after they failed', async () => {
    const { clock, jobs, listen, upstream, take } = startListed();
    for (const id of names(30)) jobs.set(id, 0);
    collect(listen(names(30)));
    await clock.advance(20_000);
    upstream.pageFailure = new HttpError(500);
    await clock.advance(10_000);
    upstream.pageFailure = undefined;
    await clock.advance(30_000);
    take();
    await clock.advance(10_000);

    expect(take()).toEqual({ jobs: 0, pages: 4 });
  });

  test('a page that was requested before a read, and arrives after it, changes nothing', async () => {
    const { clock, jobs, list, schedule, job } = startListed();
    for (const id of names(2)) jobs.set(id, 1);
    let release = () => {};
    let isSlow = false;
    const readPage: typeof list.readPage = async (cursor, signal) => {
      const page = await list.readPage(cursor, signal);
      if (isSlow) await new Promise<void>((resolve) => (release = resolve));
      return page;
    };
    const sources = names(2).map((id) => ({ ...job(id), list: { ...list, readPage } }));
    const seen = collect(schedule.listen(sources));
    await clock.advance(20_000);
    isSlow = true;
    await clock.advance(5_000);

    jobs.set('job00000', 2);
    schedule.wake('job00000');
    await clock.advance(100);
    release();
    await settle();

    expect(seen.values()).toEqual(['job00000=1', 'job00001=1', 'job00000=2']);
    schedule.dispose();
  });
});

describe('order of polls', () => {
  /** Watches more jobs than the budget allows to poll in time. */
  async function startCrowded(rows: ListedOptions['rows'] = 'id') {
    const started = startListed({ rows });
    for (const id of names(500)) started.jobs.set(id, 0);
    for (let at = 0; at < 500; at += 100) collect(started.listen(names(500).slice(at, at + 100)));
    await started.clock.advance(60_000);
    return started;
  }

  test('a new job is read at once', async () => {
    const { clock, jobs, listen, schedule } = await startCrowded();
    jobs.set('new', 0);
    const seen = collect(listen(['new']));
    await clock.advance(100);

    expect(seen.values()).toEqual(['new=0']);
    schedule.dispose();
  });

  test('the first job of each listener is read before the others', async () => {
    const { clock, jobs, listen, schedule } = startListed({ rows: 'id' });
    for (const id of [...names(100), ...names(100, 'other'), 'new']) jobs.set(id, 0);
    collect(listen(names(100)));
    collect(listen(names(100, 'other')));
    await clock.advance(200);
    const seen = collect(listen(['new']));
    await clock.advance(100);

    expect(seen.values()).toEqual(['new=0']);
    schedule.dispose();
  });

  test('a job is read at once after a write', async () => {
    const { clock, jobs, listen, schedule } = await startCrowded();
    const seen = collect(listen(['job00123']));
    jobs.set('job00123', 1);
    schedule.wake('job00123');
    await clock.advance(100);

    expect(seen.values().at(-1)).toBe('job00123=1');
    schedule.dispose();
  });

  test('a job for which a request waits is polled at its own pace', async () => {
    const { clock, jobs, schedule, job } = await startCrowded();
    jobs.set('new', 0);
    const seen = collect(schedule.listen([job('new')], { isWaiting: true }));
    await clock.advance(200);
    jobs.set('new', LAST);
    await clock.advance(1_000);

    expect(seen.values()).toEqual(['new=0', 'new=100']);
    schedule.dispose();
  });

  test('a listener of a watched job gets the known state at once', async () => {
    const { listen, schedule, requests } = await startCrowded();
    const before = requests.length;
    const seen = collect(listen(['job00123']));
    await settle();

    expect(seen.values()).toEqual(['job00123=0']);
    expect(requests).toHaveLength(before);
    schedule.dispose();
  });

  test('jobs that change often are polled more often than others', async () => {
    const { clock, jobs, listen, requests, schedule } = startListed({ rows: 'id' });
    for (const id of names(100)) jobs.set(id, 0);
    collect(listen(names(100)));
    await clock.advance(20_000);
    requests.length = 0;
    for (let second = 0; second < 60; second++) {
      jobs.set('job00042', second + 1);
      await clock.advance(1_000);
    }
    const reads = (id: string) => requests.filter(({ job }) => job === id).length;

    expect(reads('job00042')).toBeGreaterThan(2 * reads('job00041'));
    schedule.dispose();
  });

  test('jobs that cannot be read do not delay the first read of others', async () => {
    const { clock, jobs, listen, schedule, requests, upstream } = startListed({ rows: 'id', perSecond: 2 });
    for (const id of names(10)) jobs.set(id, 0);
    upstream.jobFailure = new HttpError(503);
    collect(listen(names(10)));
    await clock.advance(4_900);

    expect(requests.map(({ job }) => job)).toEqual(names(10));
    schedule.dispose();
  });

  test('jobs are polled although many requests wait for others', async () => {
    const { clock, jobs, listen, schedule, job } = startListed({ rows: 'id', perSecond: 5 });
    for (const id of [...names(200, 'waiting'), 'watched']) jobs.set(id, 0);
    const seen = collect(listen(['watched']));
    await clock.advance(1_000);
    for (const id of names(200, 'waiting')) collect(schedule.listen([job(id)], { isWaiting: true }));
    jobs.set('watched', LAST);
    await clock.advance(7_000);

    expect(seen.values()).toEqual(['watched=0', 'watched=100']);
    schedule.dispose();
  });

  test('a job that its list shows as finished is read although many jobs are new', async () => {
    const { clock, jobs, listen, schedule } = startListed({ rows: 'state' });
    for (const id of [...names(20), ...names(2_000, 'new')]) jobs.set(id, 0);
    const seen = collect(listen(names(20)));
    await clock.advance(20_000);
    collect(listen(names(2_000, 'new')));
    for (const id of names(20)) jobs.set(id, LAST);
    await clock.advance(20_000);

    expect(seen.isOver).toBe(true);
    schedule.dispose();
  });

  test.each([0.1, 1])(
    'jobs that are rarely polled, at %d polls per second, do not end as in an outage',
    async (perSecond) => {
      const { clock, jobs, listen, schedule } = startListed({ rows: 'id', perSecond, maxOutage: 60_000 });
      for (const id of names(200)) jobs.set(id, 0);
      const seen = [collect(listen(names(100))), collect(listen(names(200).slice(100)))];
      await clock.advance(400_000);

      expect(seen.flatMap(({ values }) => values()).filter((value) => value.includes('Error'))).toEqual([]);
      schedule.dispose();
    },
  );

  test('the search for jobs ends although the cursors of the list form a cycle', async () => {
    const { clock, jobs, list, schedule, job, requests } = startListed({ perSecond: 5 });
    for (const id of [...names(3), 'x', 'y']) jobs.set(id, 0);
    const readPage: typeof list.readPage = async (cursor, signal) => {
      await list.readPage(cursor, signal);
      const rows = new Map(names(3).map((id) => [id, { id, value: jobs.get(id) ?? 0, detail: `detail of ${id}` }]));
      return { rows, showsState: true, next: 'job00002' };
    };
    const seen = collect(
      schedule.listen([...names(3), 'x', 'y'].map((id) => ({ ...job(id), list: { ...list, readPage } }))),
    );
    await clock.advance(60_000);

    expect(seen.values().toSorted()).toEqual(['job00000=0', 'job00001=0', 'job00002=0', 'x=0', 'y=0']);
    expect(requests.filter(({ page }) => page !== undefined).length).toBeLessThan(60);
    schedule.dispose();
  });

  test('routine polls continue while many jobs are new', async () => {
    const { clock, jobs, listen, schedule, requests } = startListed({ rows: 'id' });
    for (const id of [...names(10), ...names(1_000, 'new')]) jobs.set(id, 0);
    collect(listen(names(10)));
    await clock.advance(10_000);
    collect(listen(names(1_000, 'new')));
    requests.length = 0;
    await clock.advance(60_000);

    expect(requests.filter(({ job }) => job?.startsWith('new')).length).toBeGreaterThan(900);
    expect(new Set(requests.map(({ job = '' }) => job).filter((job) => job.startsWith('job')))).toEqual(
      new Set(names(10)),
    );
    schedule.dispose();
  });

  test('the budget is never exceeded', async () => {
    const { requests, schedule } = await startCrowded('complete');
    for (const { at } of requests)
      expect(requests.filter((other) => other.at >= at && other.at < at + 1_000).length).toBeLessThanOrEqual(20);
    schedule.dispose();
  });

  test('the jobs of listeners that left are not polled, and delay no other job', async () => {
    const { clock, jobs, listen, schedule, requests } = startListed({ rows: 'id', gracePeriod: 3_000 });
    for (const id of [...names(1_000), 'new']) jobs.set(id, 0);
    for (let reload = 0; reload < 5; reload++) {
      const stream = listen(names(1_000));
      await clock.advance(200);
      await stream.return?.();
    }
    requests.length = 0;
    const seen = collect(listen(['new']));
    await clock.advance(100);

    expect(seen.values()).toEqual(['new=0']);
    expect(requests.map(({ job }) => job)).toEqual(['new']);
    schedule.dispose();
  });
});
