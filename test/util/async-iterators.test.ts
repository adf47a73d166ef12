import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BaseStream, closeQuietly, DONE, endWith, Stream, streamOfOne } from '../../src/util/async-iterators.ts';
import { settle } from '../support/clock.ts';

const NEVER = new Promise<never>(() => {});
const broken = () => new Error('it broke');
const item = <Item>(value: Item) => ({ value, done: false }) as const;

/** A promise that the test settles. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

/**
 * A source that emits these items, and then never another. Pending reads remain pending when it is closed.
 *
 * @param close What its `return` does.
 */
function startSource(items: readonly string[] = [], close: () => unknown = () => {}) {
  const state = { reads: 0, closes: 0 };
  const source = new Stream<string>(
    async () => {
      const value = items[state.reads++];
      return value === undefined ? await NEVER : item(value);
    },
    () => {
      state.closes++;
      return close();
    },
  );
  return { source, state };
}

type Source = BaseStream<string>;

const blocks: [name: string, wrap: (source: Source) => Source][] = [
  ['Stream', (source) => source],
  ['endWith', (source) => endWith(source, () => NEVER)],
];

const ways: [way: string, close: (stream: BaseStream<unknown>) => Promise<unknown>][] = [
  ['return', (stream) => stream.return()],
  ['throw', (stream) => stream.throw(broken()).catch(() => {})],
  ['disposal', (stream) => stream[Symbol.asyncDispose]()],
];

let unhandled: unknown[] = [];
const recordUnhandled = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', recordUnhandled);
});
afterEach(async () => {
  await settle();
  process.off('unhandledRejection', recordUnhandled);
  expect(unhandled).toEqual([]);
});

describe.each(blocks)('%s', (_, wrap) => {
  test.each(ways)('%s closes the source at once, while the next event is pending', async (_, close) => {
    const { source, state } = startSource(['a']);
    const stream = wrap(source);
    expect(await stream.next()).toEqual(item('a'));
    void stream.next();

    const closing = close(stream);

    expect(state).toEqual({ reads: 2, closes: 1 });
    await closing;
  });

  test('`return` resolves as done, each time', async () => {
    const stream = wrap(startSource().source);

    expect(await stream.return()).toEqual(DONE);
    expect(await stream.return()).toEqual(DONE);
  });

  test('`throw` rejects with its error', async () => {
    await expect(wrap(startSource().source).throw(broken())).rejects.toThrow('it broke');
  });

  test('an error of closing reaches the caller of `return`', async () => {
    const { source } = startSource([], () => Promise.reject(broken()));

    await expect(wrap(source).return()).rejects.toThrow('it broke');
  });

  test('a stream iterates over the events of its source and closes it on leaving the loop', async () => {
    const { source, state } = startSource(['a', 'b']);
    const events: string[] = [];
    for await (const event of wrap(source)) if (events.push(event) === 2) break;

    expect(events).toEqual(['a', 'b']);
    expect(state).toEqual({ reads: 2, closes: 1 });
  });
});

describe('endWith', () => {
  /** A stream whose last item the test resolves or rejects. */
  function start(source: Source) {
    const last = deferred<string>();
    let signal = AbortSignal.abort();
    const stream = endWith(source, (ended) => {
      signal = ended;
      return last.promise;
    });
    return { stream, last, signal };
  }

  test.each<[what: string, close: () => unknown]>([
    ['closes', () => {}],
    ['fails to close', () => Promise.reject(broken())],
    ['never closes', () => NEVER],
  ])('a pending `next` gets the last item, and the source is closed, even if it %s', async (_, close) => {
    const { source, state } = startSource(['a'], close);
    const { stream, last } = start(source);
    expect(await stream.next()).toEqual(item('a'));
    const pending = stream.next();

    last.resolve('last');

    expect(await pending).toEqual(item('last'));
    expect(await stream.next()).toEqual(DONE);
    expect(state).toEqual({ reads: 2, closes: 1 });
  });

  test('the next `next` gets the last item if none is pending', async () => {
    const { source, state } = startSource(['a', 'b']);
    const { stream, last } = start(source);
    await stream.next();

    last.resolve('last');
    await settle();

    expect(state).toEqual({ reads: 1, closes: 1 });
    expect([await stream.next(), await stream.next()]).toEqual([item('last'), DONE]);
  });

  test('of two pending `next`, one gets the last item and the other completes', async () => {
    const reads: ((result: typeof DONE) => void)[] = [];
    const next = () => new Promise<typeof DONE>((resolve) => reads.push(resolve));
    const { stream, last } = start(
      new Stream<string>(next, () => {
        for (const read of reads) read(DONE);
      }),
    );
    const pending = [stream.next(), stream.next()];

    last.resolve('last');

    expect(await Promise.all(pending)).toEqual([DONE, item('last')]);
  });

  test.each(ways)('after %s, an unread last item is dropped', async (_, close) => {
    const { stream, last } = start(startSource(['a']).source);
    await stream.next();
    last.resolve('last');
    await settle();
    await close(stream);

    expect(await stream.next()).toEqual(DONE);
  });

  test('a stream that has completed before has no last item', async () => {
    const { stream, last } = start(
      new Stream<string>(
        async () => DONE,
        () => {},
      ),
    );
    await stream.next();
    last.resolve('last');
    await settle();

    expect(await stream.next()).toEqual(DONE);
  });

  test('a stream without a last item continues', async () => {
    const { stream, last } = start(startSource(['a', 'b']).source);
    await stream.next();

    last.reject(broken());
    await settle();

    expect(await stream.next()).toEqual(item('b'));
  });

  test.each<[what: string, next: () => Promise<IteratorResult<string, undefined>>]>([
    ['completes', async () => DONE],
    ['fails', () => Promise.reject(broken())],
  ])('the signal aborts when the source %s', async (_, next) => {
    const { stream, signal } = start(new Stream(next, () => {}));
    expect(signal.aborted).toBe(false);

    await stream.next().catch(() => {});

    expect(signal.aborted).toBe(true);
  });

  test.each(ways)('the signal aborts on %s, at once', async (_, close) => {
    const { stream, signal } = start(startSource([], () => NEVER).source);

    void close(stream);

    expect(signal.aborted).toBe(true);
  });

  test('an event and an error of the source after the last item are dropped', async () => {
    for (const result of [async () => item('late'), () => Promise.reject(broken())]) {
      const read = deferred<void>();
      const { stream, last } = start(
        new Stream(
          () => read.promise.then(result),
          () => {},
        ),
      );
      const pending = stream.next();
      last.resolve('last');
      await settle();
      read.resolve();

      expect(await pending).toEqual(item('last'));
      expect(await stream.next()).toEqual(DONE);
    }
  });
});

describe('streamOfOne', () => {
  test('emits one item and completes', async () => {
    let starts = 0;
    const stream = streamOfOne(async () => ++starts);

    expect(await Promise.all([stream.next(), stream.next()])).toEqual([item(1), DONE]);
    expect(await stream.next()).toEqual(DONE);
    expect(starts).toBe(1);
  });

  test.each<[how: string, start: () => Promise<never>]>([
    ['rejects', () => Promise.reject(broken())],
    [
      'throws',
      () => {
        throw broken();
      },
    ],
  ])('fails once if its item %s', async (_, start) => {
    const stream = streamOfOne(start);

    await expect(stream.next()).rejects.toThrow('it broke');
    expect(await stream.next()).toEqual(DONE);
  });

  test('a stream that is closed before it is read does not start', async () => {
    let starts = 0;
    const stream = streamOfOne(async () => ++starts);
    await stream.return();

    expect(await stream.next()).toEqual(DONE);
    expect(starts).toBe(0);
  });

  test.each(ways)('%s completes a pending `next` and calls back once', async (_, close) => {
    const calls: string[] = [];
    const result = deferred<string>();
    const stream = streamOfOne((onClose) => {
      onClose(() => calls.push('a'));
      const remove = onClose(() => calls.push('removed'));
      onClose(() => calls.push('b'));
      remove();
      return result.promise;
    });
    const pending = stream.next();

    const closing = close(stream);

    expect(calls).toEqual(['a', 'b']);
    expect(await pending).toEqual(DONE);
    await closing;
    await close(stream);
    expect(calls).toEqual(['a', 'b']);
    result.reject(broken());
  });

  test('a callback that is registered after the closing is called at once', async () => {
    let calls = 0;
    let register: () => void = () => {};
    const stream = streamOfOne<never>((onClose) => {
      register = () => onClose(() => calls++);
      return NEVER;
    });
    void stream.next();
    await stream.return();

    register();

    expect(calls).toBe(1);
    await stream.return();
    expect(calls).toBe(1);
  });
});

test.each<[what: string, source: { return?: () => Promise<never> }]>([
  ['cannot be closed', {}],
  ['fails to close', { return: () => Promise.reject(broken()) }],
  [
    'throws on close',
    {
      return: () => {
        throw broken();
      },
    },
  ],
])('closing a source quietly does not reject if the source %s', async (_, source) => {
  expect(await closeQuietly(source)).toBeUndefined();
});
