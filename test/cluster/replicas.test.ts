import { expect, test } from 'vitest';
import { MemoryHub } from '../../src/cluster/memory-hub.ts';
import { BEAT_INTERVAL, createReplicas } from '../../src/cluster/replicas.ts';
import { createClock, settle } from '../support/clock.ts';

function startHub() {
  const clock = createClock();
  const hub = new MemoryHub(clock);
  const start = (id: string) => {
    const broker = hub.connect(id);
    const replicas = createReplicas({ broker, startTimer: clock.startTimer });
    const events: string[] = [];
    replicas.onJoin((replicaId) => events.push(`+${replicaId}`));
    replicas.onLeave((replicaId) => events.push(`-${replicaId}`));
    return { broker, replicas, events };
  };
  return { clock, hub, start };
}

test('replicas learn of each other without waiting for a beat', async () => {
  const { start } = startHub();
  const a = start('a');
  await settle();
  const b = start('b');
  await settle();

  expect([a.replicas.count, b.replicas.count]).toEqual([2, 2]);
  expect([a.replicas.isAlive('b'), a.replicas.isAlive('a'), b.replicas.isAlive('a')]).toEqual([true, true, true]);
  expect([a.events, b.events]).toEqual([['+b'], ['+a']]);
});

test('a replica that closes leaves at once, and runs no timer', async () => {
  const { clock, start } = startHub();
  const a = start('a');
  const b = start('b');
  await settle();
  const timers = clock.waits().length;
  b.replicas.close();
  await settle();

  expect(a.events).toEqual(['+b', '-b']);
  expect([a.replicas.count, a.replicas.isAlive('b')]).toEqual([1, false]);
  expect(clock.waits()).toHaveLength(timers - 1);
});

test('a replica that is killed leaves after ten seconds', async () => {
  const { clock, start } = startHub();
  const a = start('a');
  const b = start('b');
  await settle();
  b.broker.disconnect('the process was killed');
  await clock.advance(4 * BEAT_INTERVAL);
  expect(a.replicas.count).toBe(2);
  await clock.advance(3 * BEAT_INTERVAL);

  expect(a.replicas.count).toBe(1);
  expect(a.events).toEqual(['+b', '-b']);
});

test('while a replica is disconnected it assumes that the others run, and after that gives them time for a beat', async () => {
  const { clock, start } = startHub();
  const a = start('a');
  start('b');
  await settle();
  a.broker.disconnect('a fault');
  await clock.advance(60_000);
  expect(a.replicas.count).toBe(2);
  a.broker.reconnect();
  await clock.advance(60_000);

  expect(a.replicas.count).toBe(2);
  expect(a.events).toEqual(['+b']);
});

test('a replica that was disconnected leaves for the others, and joins again', async () => {
  const { clock, start } = startHub();
  const a = start('a');
  const b = start('b');
  await settle();
  a.broker.disconnect('a fault');
  await clock.advance(60_000);
  expect(b.events).toEqual(['+a', '-a']);
  a.broker.reconnect();
  await settle();

  expect(b.events).toEqual(['+a', '-a', '+a']);
  expect(b.replicas.count).toBe(2);
});
