import { describe, expect, test } from 'vitest';
import { createVault } from '../../src/cluster/vault.ts';
import { createNames, sealOwnerMessage } from '../../src/job-sharing/messages.ts';
import { startReplicas } from './start-replicas.ts';

/** Time in which another replica takes over, in milliseconds. */
const TAKEOVER = 5_000;

describe('one replica polls for all', () => {
  test.each([1, 2, 5])('%i replicas that watch a job cause the polls of one', async (count) => {
    const { clock, readsOf, startReplica } = startReplicas();
    const replicas = Array.from({ length: count }, (_, index) => startReplica(`r${index}`));
    const streams = replicas.map(({ listen }) => listen('a'));

    await clock.advance(10_000);

    expect(readsOf('a').map(({ at }) => at)).toEqual([0, 1_000, 2_500, 4_750, 8_125]);
    for (const { states } of streams) expect(states()).toEqual([0]);
    for (const { close } of replicas) await close();
  });

  test('each listener of each replica receives each state once, then its stream completes', async () => {
    const { clock, states, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    const streams = [a.listen('j', 'k'), b.listen('j', 'k'), b.listen('j', 'k')];
    await clock.advance(1_500);
    states.set('j', 1);
    await clock.advance(5_000);
    states.set('j', 100);
    states.set('k', 100);
    await clock.advance(6_000);

    for (const { all, isComplete } of streams) {
      const statesOf = (job: string) =>
        all.flatMap((event) => ('state' in event && 'job' in event.key && event.key.job === job ? event.state : []));
      expect(statesOf('j')).toEqual([0, 1, 100]);
      expect(statesOf('k')).toEqual([0, 100]);
      expect(isComplete).toBe(true);
    }
    await a.close();
    await b.close();
  });

  test('a replica that joins later receives the current state at once, without a poll', async () => {
    const { clock, states, reads, startReplica } = startReplicas();
    const a = startReplica('a');
    states.set('j', 7);
    a.listen('j');
    await clock.advance(3_000);
    const before = reads.length;

    const b = startReplica('b');
    const late = b.listen('j');
    await clock.advance(0);

    expect(late.states()).toEqual([7]);
    expect(reads.length).toBe(before);
    await a.close();
    await b.close();
  });

  test('a write on any replica makes the owner poll at once', async () => {
    const { clock, states, readsOf, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    const streams = [a.listen('j'), b.listen('j')];
    await clock.advance(10_000);
    states.set('j', 5);
    const before = readsOf('j').length;

    b.shared.wake('j');
    await clock.advance(1);

    expect(readsOf('j').length).toBe(before + 1);
    for (const stream of streams) expect(stream.states()).toEqual([0, 5]);
    await a.close();
    await b.close();
  });

  test('a pause that one replica is asked for holds for the owner', async () => {
    const { clock, reads, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    a.listen('j');
    b.listen('j');
    await clock.advance(1_100);
    const before = reads.length;

    b.shared.hold(8_000);
    await clock.advance(7_900);
    expect(reads.length).toBe(before);
    await clock.advance(200);

    expect(reads.length).toBe(before + 1);
    await a.close();
    await b.close();
  });

  test('followers of a list on all replicas receive its jobs, also those that join later', async () => {
    const { clock, states, readsOf, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    states.set('x', 1);
    states.set('y', 2);
    const streams = [a.follow('all'), b.follow('all')];
    await clock.advance(2_000);
    const late = b.follow('all');
    await clock.advance(100);
    states.set('y', 100);
    await clock.advance(6_000);

    for (const stream of [...streams, late]) expect([...stream.states()].sort()).toEqual([1, 100, 2]);
    expect(readsOf('list all').length).toBe(2);
    await a.close();
    await b.close();
  });

  test('polls stop when no replica watches any more, and no timer is left', async () => {
    const { clock, reads, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    const streams = [a.listen('j'), b.listen('j')];
    await clock.advance(2_000);
    for (const stream of streams) await stream.leave();
    await clock.advance(0);
    const before = reads.length;
    await clock.advance(60_000);

    expect(reads.length).toBe(before);
    await a.close();
    await b.close();
    expect(clock.waits()).toEqual([]);
  });
});

describe('when the owner is lost', () => {
  test('another replica continues, and no event is lost or repeated', async () => {
    const { clock, states, reads, startReplica } = startReplicas();
    const all = [startReplica('a'), startReplica('b'), startReplica('c')];
    const streams = new Map(all.map((replica) => [replica, replica.listen('j')]));
    await clock.advance(2_000);
    const owner = all.find(({ broker }) => broker.replicaId === reads[0]?.replica);
    const others = all.filter((replica) => replica !== owner);
    owner?.kill();
    states.set('j', 3);

    await clock.advance(TAKEOVER);
    for (const replica of others) expect(streams.get(replica)?.states()).toEqual([0, 3]);
    states.set('j', 100);
    await clock.advance(6_000);

    for (const replica of others) {
      expect(streams.get(replica)?.states()).toEqual([0, 3, 100]);
      expect(streams.get(replica)?.isComplete).toBe(true);
      await replica.close();
    }
  });

  test('an owner that closes hands over at once', async () => {
    const { clock, states, reads, startReplica } = startReplicas();
    const all = [startReplica('a'), startReplica('b')];
    const streams = all.map(({ listen }) => listen('j'));
    await clock.advance(2_000);
    const index = all.findIndex(({ broker }) => broker.replicaId === reads[0]?.replica);
    states.set('j', 3);

    await all[index]?.close();
    await clock.advance(1_000);

    expect(streams[1 - index]?.states()).toEqual([0, 3]);
    await all[1 - index]?.close();
  });

  test('losing all stored data costs nothing but time', async () => {
    const { clock, hub, states, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    const streams = [a.listen('j'), b.listen('j')];
    await clock.advance(2_000);
    hub.flush();
    states.set('j', 4);
    await clock.advance(TAKEOVER);
    hub.flush();
    states.set('j', 100);
    await clock.advance(6_000);

    for (const stream of streams) expect(stream.states()).toEqual([0, 4, 100]);
    await a.close();
    await b.close();
  });

  test('reports of an earlier owner are ignored', async () => {
    const { clock, hub, states, startReplica } = startReplicas();
    const vault = createVault(['a secret for tests that is long enough']);
    const names = createNames(vault, vault.name('jobs', 'key'));
    const [a, zombie] = [startReplica('a'), hub.connect('zombie')];
    states.set('j', 9);
    const stream = a.listen('j');
    await clock.advance(500);

    const event = { key: { job: 'j' }, state: 8, age: 0, isStale: false };
    const reports = [{ type: 'event', name: 'j', version: 99, event }];
    zombie.publish(
      names.reports,
      sealOwnerMessage(
        vault,
        { epoch: 1, number: 1, type: 'reports' },
        reports.map((each) => JSON.stringify(each)),
      ),
    );
    await clock.advance(0);

    expect(stream.states()).toEqual([9]);
    await a.close();
  });

  test('messages that were sealed with another secret are ignored', async () => {
    const { clock, hub, startReplica } = startReplicas();
    const vault = createVault(['a secret for tests that is long enough']);
    const names = createNames(vault, vault.name('jobs', 'key'));
    const [a, other] = [startReplica('a'), hub.connect('other')];
    const stream = a.listen('j');
    await clock.advance(500);

    const forged = createVault(['another secret for tests that is long']);
    const end = JSON.stringify({ type: 'end', name: 'j' });
    other.publish(names.reports, sealOwnerMessage(forged, { epoch: 1e15, number: 1, type: 'reports' }, [end]));
    other.publish(names.needs, 'garbage');
    await clock.advance(0);

    expect(stream.isComplete).toBe(false);
    await a.close();
  });
});

describe('without a connection', () => {
  test('each replica polls on a share of the budget, then shares again', async () => {
    const { clock, states, reads, startReplica } = startReplicas();
    const all = ['a', 'b'].map((name) => startReplica(name, { pollsPerSecond: 4 }));
    const jobs = Array.from({ length: 20 }, (_, index) => `j${index}`);
    const streams = all.map(({ listen }) => listen(...jobs));
    await clock.advance(10_000);
    for (const { broker } of all) broker.disconnect('the network is down', 3_500);
    await clock.advance(10_000);
    const from = reads.length;

    await clock.advance(10_000);
    const local = reads.slice(from);
    for (const name of ['a', 'b']) {
      const count = local.filter(({ replica }) => replica === name).length;
      expect(count).toBeGreaterThan(15);
      expect(count).toBeLessThanOrEqual(21);
    }
    states.set('j0', 6);
    await clock.advance(11_000);
    for (const { broker } of all) broker.reconnect();
    await clock.advance(2_000);
    const back = reads.length;
    await clock.advance(10_000);

    expect(new Set(reads.slice(back).map(({ replica }) => replica)).size).toBe(1);
    for (const stream of streams) expect(stream.states().filter((state) => state === 6)).toEqual([6]);
    for (const { close } of all) await close();
  });

  test('a listener that joins meanwhile is served', async () => {
    const { clock, states, startReplica } = startReplicas();
    const a = startReplica('a');
    a.broker.disconnect('the network is down', 3_500);
    states.set('j', 3);

    const stream = a.listen('j');
    await clock.advance(3_000);

    expect(stream.states()).toEqual([3]);
    await a.close();
  });

  test('an owner with older states than its listeners know does not take them back', async () => {
    const { clock, states, startReplica } = startReplicas();
    const [a, b] = [startReplica('a'), startReplica('b')];
    const streams = [a.listen('j'), b.listen('j')];
    await clock.advance(20_000);
    b.broker.disconnect('the network is down', 3_500);
    await clock.advance(2_000);
    states.set('j', 50);
    // b polls first.
    await clock.advance(500);
    b.broker.reconnect();
    await clock.advance(6_000);

    for (const stream of streams) expect(stream.states()).toEqual([0, 50]);
    await a.close();
    await b.close();
  });
});

test('clocks that differ by minutes change nothing', async () => {
  const { clock, states, startReplica } = startReplicas();
  const all = [startReplica('a'), startReplica('b', { ahead: 300_000 }), startReplica('c', { ahead: -300_000 })];
  const streams = all.map((replica) => ({ replica, stream: replica.listen('j') }));
  await clock.advance(2_000);
  states.set('j', 2);
  await clock.advance(3_000);

  for (const { replica, stream } of streams) {
    expect(stream.states()).toEqual([0, 2]);
    for (const event of stream.all) {
      const age = replica.now() - ('state' in event ? event.checkedAt.getTime() : Number.NaN);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThanOrEqual(5_000);
    }
  }
  for (const { close } of all) await close();
});
