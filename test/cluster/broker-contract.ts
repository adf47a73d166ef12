import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Broker, NewValue, Task } from '../../src/cluster/broker.ts';

/** A kind of broker. */
export interface BrokerKind {
  name: string;
  /** Connects one more replica. */
  connect: () => Promise<Broker>;
  /** Loses all values and tasks. */
  flush: () => Promise<void>;
}

/** Waits for a condition. */
export const eventually = (check: () => unknown, timeout = 20_000): Promise<unknown> =>
  vi.waitFor(check, { timeout, interval: 5 });

const value = (name: string, text: string, version: string, milliseconds = 60_000): NewValue => ({
  name,
  value: text,
  version,
  milliseconds,
});

/** Runs of tasks by one replica, which last until the test ends them. */
export function serve(broker: Broker) {
  const runs: { task: Task; end: () => void }[] = [];
  broker.serveTasks(
    (task) =>
      new Promise((resolve) => {
        runs.push({ task, end: resolve });
        task.signal.addEventListener('abort', () => resolve());
      }),
  );
  return runs;
}

/** Records what a subscriber receives. */
export function record(broker: Broker, channel: string) {
  const received: string[] = [];
  const end = broker.subscribe(channel, {
    onActive: () => received.push('active'),
    onMessage: (message) => received.push(message),
  });
  return { received, end };
}

/** The cases that every broker passes. */
export function describeBroker({ name, connect, flush }: BrokerKind): void {
  async function replica(): Promise<Broker> {
    const broker = await connect();
    onTestFinished(() => broker.close());
    return broker;
  }

  /** A subscription that is active. */
  async function subscribed(broker: Broker, channel: string) {
    const subscription = record(broker, channel);
    await eventually(() => expect(subscription.received).toEqual(['active']));
    return subscription;
  }

  describe(`messages ${name}`, () => {
    test('a message reaches the subscribers of its channel in all replicas, also those of the sender', async () => {
      const [one, other] = [await replica(), await replica()];
      const all = [await subscribed(one, 'a'), await subscribed(one, 'a'), await subscribed(other, 'a')];
      const elsewhere = await subscribed(other, 'b');

      one.publish('a', 'hello');
      other.publish('b', 'end');

      for (const { received } of all) await eventually(() => expect(received).toEqual(['active', 'hello']));
      await eventually(() => expect(elsewhere.received).toEqual(['active', 'end']));
    });

    test('messages of one sender keep their order, also those that announce values', async () => {
      const [one, other] = [await replica(), await replica()];
      const { received } = await subscribed(other, 'a');
      const sent = Array.from({ length: 200 }, (_, i) => `${i}`);

      for (const message of sent) {
        if (Number(message) % 3 === 0) void one.store('a', [value('x', message, '')], { channel: 'a', message });
        else one.publish('a', message);
      }

      await eventually(() => expect(received).toEqual(['active', ...sent]));
    });

    test('an ended subscription receives nothing more, and the others continue', async () => {
      const broker = await replica();
      const [ended, other] = [await subscribed(broker, 'a'), await subscribed(broker, 'a')];

      ended.end();
      broker.publish('a', 'late');

      await eventually(() => expect(other.received).toEqual(['active', 'late']));
      expect(ended.received).toEqual(['active']);
    });

    test('a channel can be left and joined again', async () => {
      const broker = await replica();
      (await subscribed(broker, 'a')).end();
      const { received, end } = record(broker, 'a');
      end();
      const again = await subscribed(broker, 'a');

      broker.publish('a', 'hello');

      await eventually(() => expect(again.received).toEqual(['active', 'hello']));
      expect(received).not.toContain('hello');
    });

    test('thousands of channels can be subscribed to at once', async () => {
      const broker = await replica();
      const channels = Array.from({ length: 3_000 }, (_, i) => `channel ${i}`);
      const all = channels.map((channel) => record(broker, channel));
      await eventually(() => expect(all.every(({ received }) => received.length === 1)).toBe(true));

      for (const channel of channels) broker.publish(channel, channel);

      await eventually(() => expect(all.map(({ received }) => received.at(-1))).toEqual(channels));
    });
  });

  describe(`values ${name}`, () => {
    test('values are read in the order of their names, by all replicas', async () => {
      const [one, other] = [await replica(), await replica()];
      await one.store('g', [value('a', 'A\nA', '1'), value('b', '', '1')]);

      const found = await other.read('g', ['b', 'missing', 'a']);

      expect(found.map((entry) => entry?.value)).toEqual(['', undefined, 'A\nA']);
      expect(await other.read('another group', ['a'])).toEqual([undefined]);
      expect(await other.read('g', [])).toEqual([]);
    });

    test.each([
      ['1', '2', 'new'],
      ['2', '1', 'old'],
      ['2', '2', 'new'],
      ['9', '10', 'old'],
      ['a', 'B', 'old'],
      ['1', '11', 'new'],
      ['é', 'z', 'old'],
      ['', '1', 'new'],
      ['1', '', 'new'],
    ])('a value is replaced by a version that is not older: %j, then %j', async (first, second, kept) => {
      const broker = await replica();
      await broker.store('g', [value('a', 'old', first)]);
      await broker.store('g', [value('a', 'new', second), value('b', 'other', '0')]);

      const found = await broker.read('g', ['a', 'b']);

      expect(found.map((entry) => entry?.value)).toEqual([kept, 'other']);
    });

    test('a value has an age, and expires', async () => {
      const broker = await replica();
      await broker.store('g', [value('a', 'A', '1', 100), value('b', 'B', '1')]);
      const ageOf = async () => (await broker.read('g', ['b']))[0]?.age;
      const young = (await ageOf()) ?? Number.POSITIVE_INFINITY;

      await eventually(async () => expect(await broker.read('g', ['a'])).toEqual([undefined]));

      expect(young).toBeGreaterThanOrEqual(0);
      expect(await ageOf()).toBeGreaterThanOrEqual(Math.max(young, 99));
    });

    test('a value is stored before its announcement arrives', async () => {
      const [one, other] = [await replica(), await replica()];
      const found: unknown[] = [];
      let isActive = false;
      other.subscribe('a', {
        onActive: () => {
          isActive = true;
        },
        onMessage: async () => found.push((await other.read('g', ['a']))[0]?.value),
      });
      await eventually(() => expect(isActive).toBe(true));

      await one.store('g', [value('a', 'A', '1')], { channel: 'a', message: 'stored' });

      await eventually(() => expect(found).toEqual(['A']));
    });

    test('a removed value is missing, and any version can be stored again', async () => {
      const broker = await replica();
      await broker.store('g', [value('a', 'A', '2'), value('b', 'B', '2')]);

      await broker.remove('g', ['a', 'missing']);
      await broker.remove('g', []);

      expect((await broker.read('g', ['a', 'b'])).map((entry) => entry?.value)).toEqual([undefined, 'B']);
      await broker.store('g', [value('a', 'again', '1')]);
      expect((await broker.read('g', ['a']))[0]?.value).toBe('again');
    });
  });

  describe(`tasks ${name}`, () => {
    test('one replica runs a task, with the data of the first request', async () => {
      const [one, other] = [await replica(), await replica()];
      const [runs, others] = [serve(one), serve(other)];

      await one.requestTask('a:1', 'first');
      await eventually(() => expect(runs.length + others.length).toBe(1));
      await other.requestTask('a:1', 'second');
      await other.requestTask('7', 'end');

      await eventually(() => expect(runs.length + others.length).toBe(2));
      const tasks = [...runs, ...others].map(({ task }) => [task.name, task.data, task.signal.aborted]);
      expect(tasks.toSorted()).toEqual([
        ['7', 'end', false],
        ['a:1', 'first', false],
      ]);
    });

    test('a task that was requested before any replica serves tasks is run later', async () => {
      const broker = await replica();
      await broker.requestTask('a', 'data');

      const runs = serve(broker);

      await eventually(() => expect(runs.map(({ task }) => task.name)).toEqual(['a']));
    });

    test('a task that has ended runs again when it is requested, with a larger epoch', async () => {
      const broker = await replica();
      const runs = serve(broker);
      for (let count = 1; count <= 5; count++) {
        await broker.requestTask('a', `${count}`);
        await eventually(() => expect(runs).toHaveLength(count));
        runs.at(-1)?.end();
        await runs.at(-1)?.task.signal.aborted;
      }

      const epochs = runs.map(({ task }) => task.epoch);

      expect(runs.map(({ task }) => task.data)).toEqual(['1', '2', '3', '4', '5']);
      expect(new Set(epochs).size).toBe(5);
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    });

    test('hundreds of tasks run at the same time', async () => {
      const [one, other] = [await replica(), await replica()];
      const [runs, others] = [serve(one), serve(other)];

      await Promise.all(Array.from({ length: 300 }, (_, i) => one.requestTask(`task ${i}`, '')));

      await eventually(() => expect(runs.length + others.length).toBe(300));
      expect(new Set([...runs, ...others].map(({ task }) => task.name)).size).toBe(300);
    });

    test('a replica that closes aborts its tasks, and another one runs them from the start', async () => {
      const [one, other] = [await replica(), await replica()];
      const runs = serve(one);
      await one.requestTask('a', 'data');
      await eventually(() => expect(runs).toHaveLength(1));
      const others = serve(other);

      await one.close();

      expect(runs[0]?.task.signal.aborted).toBe(true);
      // At once: long before the lock of the task would expire.
      await eventually(() => expect(others).toHaveLength(1), 1_500);
      expect(others[0]?.task).toMatchObject({ name: 'a', data: 'data' });
      expect(others[0]?.task.epoch).toBeGreaterThan(runs[0]?.task.epoch ?? 0);
    });

    test('a task that is lost with all data is aborted, and can be requested again', async () => {
      const broker = await replica();
      const runs = serve(broker);
      await broker.requestTask('a', 'first');
      await eventually(() => expect(runs).toHaveLength(1));

      await flush();
      await eventually(() => expect(runs[0]?.task.signal.aborted).toBe(true));
      await broker.requestTask('a', 'second');

      await eventually(() => expect(runs.map(({ task }) => task.data)).toEqual(['first', 'second']));
    });
  });

  describe(`limits ${name}`, () => {
    test.each([
      ['within a second', { id: 'short', perSecond: 20, burst: 3 }],
      ['within many seconds', { id: 'long', perSecond: 0.1, burst: 3 }],
    ])('all replicas together may use a burst: %s', async (_, limit) => {
      const [one, other] = [await replica(), await replica()];
      const counted = [await one.count(limit, 'n'), await other.count(limit, 'n'), await one.count(limit, 'n')];

      const wait = await other.count(limit, 'n');

      expect(counted).toEqual([0, 0, 0]);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual((limit.burst / limit.perSecond) * 1_000);
      expect(await other.count(limit, 'another name')).toBe(0);
    });

    test('requests are within the limit again after the returned time', async () => {
      const broker = await replica();
      const limit = { id: 'again', perSecond: 50, burst: 5 };
      for (let count = 0; count < 5; count++) await broker.count(limit, 'n');

      await eventually(async () => expect(await broker.count(limit, 'n')).toBe(0));
    });
  });
}
