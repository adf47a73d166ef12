import { expect, test } from 'vitest';
import { BrokerError } from '../../src/cluster/broker.ts';
import { createVault } from '../../src/cluster/vault.ts';
import { createNames, sealNeeds, sealOwnerMessage } from '../../src/job-sharing/messages.ts';
import { startReplicas } from './start-replicas.ts';

const vault = createVault(['a secret for tests that is long enough']);
const names = createNames(vault, vault.name('jobs', 'key'));

/** Starts replicas that watch a job, and returns the one that polls it. */
async function startWatching(...replicaNames: string[]) {
  const started = startReplicas();
  const { clock, reads, startReplica } = started;
  const replicas = replicaNames.map((name) => startReplica(name));
  const streams = replicas.map(({ listen }) => listen('j'));
  await clock.advance(2_000);
  const isOwner = ({ broker }: (typeof replicas)[0]) => broker.replicaId === reads[0]?.replica;
  const [owner, other] = [replicas.find(isOwner), replicas.find((replica) => !isOwner(replica))];
  if (!owner || !other) throw new Error('expected an owner and another replica');
  const otherStream = streams[replicas.indexOf(other)];
  const closeAll = async () => {
    for (const { close } of replicas) await close();
  };
  return { ...started, owner, other, streams, otherStream, closeAll };
}

test('a lost report is noticed and repeated', async () => {
  const { clock, states, owner, streams, closeAll } = await startWatching('a', 'b');
  const { store } = owner.broker;
  owner.broker.store = () => Promise.reject(new BrokerError('full'));
  states.set('j', 5);
  await clock.advance(5_000);
  owner.broker.store = store;
  await clock.advance(2_500);

  for (const stream of streams) expect(stream.states()).toEqual([0, 5]);
  await closeAll();
});

test('a lost final report is noticed, and the streams complete', async () => {
  const { clock, states, owner, streams, closeAll } = await startWatching('a', 'b');
  const { store } = owner.broker;
  owner.broker.store = () => Promise.reject(new BrokerError('full'));
  states.set('j', 100);
  await clock.advance(5_000);
  owner.broker.store = store;
  await clock.advance(5_000);

  for (const stream of streams) {
    expect(stream.states()).toEqual([0, 100]);
    expect(stream.isComplete).toBe(true);
  }
  await closeAll();
});

test('an owner that has forgotten what a replica needs is informed', async () => {
  const { clock, hub, states, other, closeAll } = await startWatching('a', 'b');
  const stream = other.listen('k');
  await clock.advance(1_000);
  const needs = { from: other.broker.replicaId, epoch: 0, isComplete: true };
  hub.connect('forger').publish(names.needs, sealNeeds(vault, needs));
  await clock.advance(12_000);
  states.set('k', 5);
  await clock.advance(6_000);

  expect(stream.states()).toEqual([0, 5]);
  await closeAll();
});

test('jobs of a replica that left without a message are not polled for ever', async () => {
  const { clock, reads, other, owner, streams, otherStream, closeAll } = await startWatching('a', 'b');
  other.broker.disconnect('the network is down', 60_000);
  for (const stream of streams) if (stream !== otherStream) await stream.leave();
  await otherStream?.leave();
  other.broker.reconnect();
  await clock.advance(45_000);
  const before = reads.length;
  await clock.advance(60_000);

  expect(reads.length).toBe(before);
  expect(owner.shared.size).toBe(0);
  await closeAll();
});

test.each([
  ['text', 'no JSON'],
  ['null', null],
  ['a list', []],
  ['lists of null', { from: 'x', epoch: 0, join: [null], follow: [null], wake: [null], announce: [null] }],
  ['keys of another version', { from: 'x', epoch: 0, join: [{ key: 7 }], follow: ['other'], announce: [null] }],
  ['other types', { from: 7, epoch: 'x', join: 5, number: {}, type: 'other', reports: 3 }],
  ['null reports', { epoch: 1e15, number: 1, type: 'reports', reports: [null] }],
])('messages of another version are ignored: %s', async (_, message) => {
  const { clock, hub, states, streams, closeAll } = await startWatching('a', 'b');
  const other = hub.connect('other');
  for (const channel of [names.needs, names.reports]) other.publish(channel, vault.seal(JSON.stringify(message)));
  await clock.advance(1_000);
  states.set('j', 5);
  await clock.advance(6_000);

  for (const stream of streams) expect(stream.states()).toEqual([0, 5]);
  await closeAll();
});

test('a replica polls by itself if it cannot read the events of the owner', async () => {
  const { clock, hub, states, startReplica } = startReplicas();
  const a = startReplica('a');
  const stream = a.listen('j');
  await clock.advance(2_000);
  const event = JSON.stringify({ type: 'event', name: 'j', version: 1, event: null });
  const end = JSON.stringify({ type: 'end', name: 'j' });
  hub
    .connect('newer')
    .publish(names.reports, sealOwnerMessage(vault, { epoch: 1e15, number: 1, type: 'reports' }, [event, end]));
  states.set('j', 100);
  await clock.advance(6_000);

  expect(stream.states()).toEqual([0, 100]);
  await a.close();
});

test('an owner whose epoch is lower than that of an earlier one is accepted', async () => {
  const { clock, hub, states, streams, closeAll } = await startWatching('a', 'b');
  const earlier = hub.connect('earlier');
  earlier.publish(names.reports, sealOwnerMessage(vault, { epoch: 4e15, number: 1, type: 'beat' }));
  await clock.advance(10_000);
  states.set('j', 5);
  await clock.advance(6_000);

  for (const stream of streams) expect(stream.states()).toEqual([0, 5]);
  await closeAll();
});

test('short interruptions cause no polls', async () => {
  const { clock, reads, owner, other, closeAll } = await startWatching('a', 'b');
  for (let blip = 0; blip < 20; blip++) {
    other.broker.disconnect('the network is down', 60_000);
    await clock.advance(50);
    other.broker.reconnect();
    await clock.advance(950);
  }

  expect(reads.filter(({ replica }) => replica !== owner.broker.replicaId)).toEqual([]);
  await closeAll();
});

test('a listener that leaves and another that joins at once are served without a connection', async () => {
  const { clock, states, startReplica } = startReplicas();
  const a = startReplica('a');
  a.broker.disconnect('the network is down', 60_000);
  const first = a.listen('j');
  await clock.advance(5_000);
  void first.leave();
  const second = a.listen('j');
  states.set('j', 5);
  await clock.advance(10_000);

  expect(second.states().at(-1)).toBe(5);
  await a.close();
});

test('a state is no longer stale after an interruption', async () => {
  const { clock, states, other, otherStream, closeAll } = await startWatching('a', 'b');
  other.broker.disconnect('the network is down', 60_000);
  states.set('j', new RangeError('the upstream is down'));
  await clock.advance(20_000);
  expect(otherStream?.all.at(-1)).toHaveProperty('staleSince');
  states.set('j', 0);
  other.broker.reconnect();
  await clock.advance(10_000);

  expect(otherStream?.all.at(-1)).not.toHaveProperty('staleSince');
  await closeAll();
});

test('a shorter pause does not replace a longer one, also for a later owner', async () => {
  const { clock, reads, owner, other, closeAll } = await startWatching('a', 'b');
  other.shared.hold(20_000);
  await clock.advance(100);
  owner.shared.hold(1_000);
  await clock.advance(100);
  owner.kill();
  const before = reads.length;
  await clock.advance(15_000);

  expect(reads.length).toBe(before);
  await closeAll();
});

test('a request that waits for a job is polled first, until it leaves', async () => {
  const { clock, states, readsOf, startReplica } = startReplicas();
  const a = startReplica('a', { pollsPerSecond: 2 });
  const b = startReplica('b', { pollsPerSecond: 2 });
  a.listen(...Array.from({ length: 20 }, (_, index) => `x${index}`));
  await clock.advance(30_000);
  const waiting = b.shared.listen([b.jobOf('j')], { isWaiting: true });
  await clock.advance(600);
  expect(readsOf('j').length).toBe(1);
  await clock.advance(6_000);
  // Between the others, its interval is kept.
  expect(readsOf('j').length).toBeGreaterThanOrEqual(3);
  await waiting.return?.();
  await clock.advance(1_000);
  const before = readsOf('j').length;
  states.set('j', 1);
  await clock.advance(10_000);

  expect(readsOf('j').length).toBe(before);
  await a.close();
  await b.close();
});

test('a report that arrives again, or late, changes nothing', async () => {
  const { clock, hub, states, streams, closeAll } = await startWatching('a', 'b');
  const network = hub.connect('network');
  const messages: string[] = [];
  const unsubscribe = network.subscribe(names.reports, {
    onActive: () => {},
    onMessage: (message) => messages.push(message),
  });
  for (const state of [5, 6]) {
    states.set('j', state);
    await clock.advance(6_000);
  }
  unsubscribe();
  for (const message of messages) network.publish(names.reports, message);
  await clock.advance(6_000);

  for (const stream of streams) expect(stream.states()).toEqual([0, 5, 6]);
  await closeAll();
});

test('jobs of a replica that was killed are polled only until its presence ends', async () => {
  const { clock, readsOf, other, closeAll } = await startWatching('a', 'b');
  other.listen('k');
  await clock.advance(3_000);
  other.kill();
  await clock.advance(13_000);
  const before = readsOf('k').length;
  await clock.advance(10_000);

  expect(readsOf('k').length).toBe(before);
  await closeAll();
});
