import { describe, expect, test } from 'vitest';
import { collect, HttpError, LAST, names, startListed } from './listed-jobs.ts';

describe('a followed list', () => {
  test.each(['complete', 'state', 'id'] as const)(
    'all jobs of many pages are emitted, and their changes, if rows contain: %s',
    async (rows) => {
      const { clock, schedule, jobs, list } = startListed({ rows });
      for (const [index, id] of names(200).entries()) jobs.set(id, index % 2 === 0 ? LAST : 0);
      const seen = collect(schedule.follow(list));
      await clock.advance(60_000);
      expect(new Set(seen.values())).toEqual(
        new Set(names(200).map((id, index) => `${id}=${index % 2 === 0 ? LAST : 0}`)),
      );
      expect(seen.all).toHaveLength(200);

      seen.all.length = 0;
      jobs.set('job00199', LAST);
      jobs.set('new', 3);
      await clock.advance(40_000);

      expect(seen.values().toSorted()).toEqual(['job00199=100', 'new=3']);
      expect(seen.isOver).toBe(false);
      schedule.dispose();
      expect(clock.waits()).toEqual([]);
    },
  );

  test('followers share all requests, and a later one gets the known states at once', async () => {
    const { clock, schedule, jobs, list, requests } = startListed();
    for (const id of names(50)) jobs.set(id, 0);
    const seen = [collect(schedule.follow(list)), collect(schedule.follow(list))];
    await clock.advance(10_000);
    const before = requests.length;
    seen.push(collect(schedule.follow(list)));
    await clock.advance(1);

    expect(seen.map(({ all }) => all.length)).toEqual([50, 50, 50]);
    expect(seen[0]?.all[7]).toBe(seen[1]?.all[7]);
    expect(requests).toHaveLength(before);
    schedule.dispose();
  });

  test('a job that a page lacks for a while is neither emitted nor watched twice', async () => {
    const { clock, schedule, jobs, list } = startListed();
    for (const id of ['running', 'done']) jobs.set(id, id === 'done' ? LAST : 0);
    const seen = collect(
      schedule.follow({
        ...list,
        readPage: async (cursor, signal) => {
          const page = await list.readPage(cursor, signal);
          return isLacking ? { ...page, rows: new Map() } : page;
        },
      }),
    );
    let isLacking = false;
    await clock.advance(20_000);
    isLacking = true;
    await clock.advance(20_000);
    isLacking = false;
    await clock.advance(20_000);

    expect(seen.values().toSorted()).toEqual(['done=100', 'running=0']);
    expect(schedule.size).toBe(2);
    schedule.dispose();
  });

  test.each([404, 409, 503])(
    'a job whose own polls fail with %i is watched again while the list contains it',
    async (status) => {
      const { clock, schedule, jobs, list, upstream } = startListed({ rows: 'id', maxOutage: 20_000 });
      jobs.set('a', 0);
      const seen = collect(schedule.follow(list));
      await clock.advance(1_000);
      upstream.jobFailure = new HttpError(status);
      await clock.advance(120_000);
      const errors = seen.values().filter((value) => value.includes('Error'));
      expect(errors).toHaveLength(1);

      upstream.jobFailure = undefined;
      jobs.set('a', LAST);
      await clock.advance(30_000);

      expect(seen.values().at(-1)).toBe('a=100');
      expect(seen.values().filter((value) => value === 'a=100')).toHaveLength(1);
      schedule.dispose();
    },
  );

  test('nothing is read after the last follower has left and the grace period has passed', async () => {
    const { clock, schedule, jobs, list, requests } = startListed({ gracePeriod: 3_000 });
    for (const id of names(5)) jobs.set(id, 0);
    const stream = schedule.follow(list);
    await clock.advance(1_000);
    await stream.return?.();
    requests.length = 0;
    await clock.advance(60_000);

    expect(requests).toEqual([]);
    expect(schedule.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('a follower that leaves does not end the stream of another one', async () => {
    const { clock, schedule, jobs, list } = startListed({ gracePeriod: 3_000 });
    const seen = collect(schedule.follow(list));
    await schedule.follow(list).return?.();
    await clock.advance(10_000);
    jobs.set('a', 1);
    await clock.advance(20_000);

    expect(seen.isOver).toBe(false);
    expect(seen.values()).toEqual(['a=1']);
    schedule.dispose();
  });

  test('a job that was just started is emitted without waiting for the list', async () => {
    const { clock, schedule, jobs, list, job } = startListed();
    const seen = collect(schedule.follow(list));
    await clock.advance(1_000);
    jobs.set('new', 1);
    schedule.announce(job('new'));
    await clock.advance(100);

    expect(seen.values()).toEqual(['new=1']);
    schedule.dispose();
  });

  test('a finished job that is deleted through the gateway is reported once, and not to later followers', async () => {
    const { clock, schedule, jobs, list } = startListed();
    jobs.set('a', LAST);
    jobs.set('b', 0);
    const seen = collect(schedule.follow(list));
    await clock.advance(1_000);
    jobs.delete('a');
    schedule.wake('a');
    schedule.wake('b');
    await clock.advance(60_000);
    const late = collect(schedule.follow(list));
    await clock.advance(1_000);

    expect(seen.values().toSorted()).toEqual(['a: Error', 'a=100', 'b=0']);
    expect(late.values()).toEqual(['b=0']);
    schedule.dispose();
  });

  test('a finished job that a write wakes during an outage is not reported again', async () => {
    const { clock, schedule, jobs, list, upstream } = startListed();
    jobs.set('a', LAST);
    const seen = collect(schedule.follow(list));
    await clock.advance(1_000);
    upstream.jobFailure = new HttpError(503);
    schedule.wake('a');
    await clock.advance(20_000);
    upstream.jobFailure = undefined;
    await clock.advance(20_000);

    expect(seen.values()).toEqual(['a=100']);
    schedule.dispose();
  });

  test('followed lists leave most of the budget to the jobs', async () => {
    const { clock, schedule, jobs, list, requests, job } = startListed({ perSecond: 0.1, rows: 'id' });
    for (const id of names(3)) jobs.set(id, 0);
    collect(schedule.follow(list));
    collect(schedule.follow({ ...list, name: 'other', key: 'other' }));
    collect(schedule.listen([job('job00000')]));
    await clock.advance(600_000);
    requests.length = 0;
    await clock.advance(1_200_000);

    expect(requests.filter((request) => request.job !== undefined).length).toBeGreaterThan(80);
    expect(requests.filter((request) => request.page !== undefined).length).toBeGreaterThan(10);
    schedule.dispose();
  });

  test('a list that is too long is followed up to a limit, which is reported once to each follower', async () => {
    const { clock, schedule, jobs, list } = startListed({ perSecond: 1_000, pageSize: 500 });
    for (const id of names(10_050)) jobs.set(id, LAST);
    const seen = collect(schedule.follow(list));
    await clock.advance(60_000);
    const late = collect(schedule.follow(list));
    await clock.advance(60_000);

    for (const { values } of [seen, late]) {
      expect(values().filter((value) => value.includes('=100'))).toHaveLength(10_000);
      expect(values().filter((value) => value.includes('ListTooLongError'))).toHaveLength(1);
    }
    schedule.dispose();
  }, 60_000);

  test('a follower of a list that cannot be read learns that within seconds, and gets the jobs later', async () => {
    const { clock, schedule, jobs, list, upstream } = startListed();
    jobs.set('a', 0);
    upstream.pageFailure = new HttpError(503);
    const since = new Date(clock.now());
    const seen = collect(schedule.follow(list));
    await clock.advance(5_000);
    expect(seen.all).toMatchObject([{ key: 'list', error: { name: 'NotReadYetError', reason: 'outage', since } }]);

    upstream.pageFailure = undefined;
    await clock.advance(10_000);
    expect(seen.values().at(-1)).toBe('a=0');
    schedule.dispose();
  });

  test('one failed read of a list is repeated soon and not reported, an outage is, also to a new follower', async () => {
    const { clock, schedule, jobs, list, upstream } = startListed();
    jobs.set('a', LAST);
    const seen = collect(schedule.follow(list));
    await clock.advance(1_000);
    upstream.pageFailure = new HttpError(503);
    await clock.advance(17_000);
    upstream.pageFailure = undefined;
    await clock.advance(10_000);
    expect(seen.values()).toEqual(['a=100']);

    upstream.pageFailure = new HttpError(503);
    await clock.advance(40_000);
    const late = collect(schedule.follow(list));
    await clock.advance(5_000);

    expect(seen.values()).toEqual(['a=100', 'list: NotReadYetError']);
    expect(late.values()).toEqual(['a=100', 'list: NotReadYetError']);
    schedule.dispose();
  });

  test('a list that does not exist ends the stream after a second read confirms it', async () => {
    const { clock, schedule, list, upstream } = startListed();
    upstream.pageFailure = new HttpError(404);
    const seen = collect(schedule.follow(list));
    await clock.advance(1_000);
    expect(seen.isOver).toBe(false);
    await clock.advance(2_000);

    expect(seen.all).toMatchObject([{ key: 'list', error: upstream.pageFailure, wasSeen: false }]);
    expect(seen.isOver).toBe(true);
    expect(schedule.size).toBe(0);
  });
});
