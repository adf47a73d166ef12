import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import type { Start, Transport } from '../../../src/upstream/client.ts';
import { createUpstreams } from '../../../src/upstream/upstream.ts';
import { createClock, settle } from '../../support/clock.ts';

interface Sent {
  name: string;
  request: Request;
  respond: (response: Response) => void;
}

/** An upstream whose responses are sent by the test. */
function startUpstream() {
  const clock = createClock();
  const sent: Sent[] = [];
  const transport: Transport = (input, init) =>
    new Promise((resolve, reject) => {
      const request = new Request(input, init);
      const { method, url, headers, signal } = request;
      signal.addEventListener('abort', () => reject(signal.reason));
      const { pathname, search } = new URL(url);
      sent.push({ name: `${headers.get('x-api-key')} ${method} ${pathname}${search}`, request, respond: resolve });
    });
  const upstreamOf = createUpstreams({
    sleep: clock.sleep,
    startTimer: clock.startTimer,
    baseUrl: 'https://api.example',
    apiKeyHeader: 'x-api-key',
    transport,
    contract,
    retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 },
    breaker: { attempts: 1e9 },
    unconfirmed: 32,
  });
  return { clock, upstreamOf, upstream: upstreamOf('a'), sent, names: () => sent.map(({ name }) => name) };
}

const named = (displayName: string) => Response.json({ displayName, id: 'm', trainingId: 't', dataId: 'd' });

/** The result or error of a promise, as text. */
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    (row) => JSON.stringify(row),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('concurrent equal reads', () => {
  test('concurrent equal reads share one request and its result', async () => {
    const { upstream, sent, names } = startUpstream();

    const rows = [upstream.models.get('m'), upstream.models.get('m')];
    await settle();
    sent[0]?.respond(named('x'));

    expect(await rows[0]).toBe(await rows[1]);
    expect(names()).toEqual(['a GET /models/m']);
  });

  test.each<[string, (upstream: ReturnType<ReturnType<typeof startUpstream>['upstreamOf']>) => Promise<unknown>]>([
    ['a poll', (upstream) => upstream.models.get('m', { isPoll: true })],
    ['a read of another entity', (upstream) => upstream.models.get('n')],
    ['a read of another kind', (upstream) => upstream.predictions.get('m')],
    ['a read of another page', (upstream) => upstream.models.list('m')],
    ['a read of an image', (upstream) => upstream.dataItems.image({ modelId: 'm', id: 'd' })],
  ])('%s does not join a read', async (_, read) => {
    const { upstream, sent } = startUpstream();

    for (const reading of [upstream.models.get('m'), upstream.dataItems.get({ modelId: 'm', id: 'd' })])
      reading.catch(() => {});
    read(upstream).catch(() => {});
    await settle();

    expect(sent).toHaveLength(3);
  });

  test('a read with another credential does not join a read', async () => {
    const { upstreamOf, names } = startUpstream();

    for (const apiKey of ['a', 'b'])
      upstreamOf(apiKey)
        .models.get('m')
        .catch(() => {});
    await settle();

    expect(names()).toEqual(['a GET /models/m', 'b GET /models/m']);
  });

  test('a read in a mutation does not join a read', async () => {
    const { upstreamOf, upstream, sent } = startUpstream();

    upstream.models.get('m').catch(() => {});
    const start: Start = { deadline: new AbortController().signal, onSent: () => {} };
    upstreamOf('a', start)
      .models.get('m')
      .catch(() => {});
    await settle();

    expect(sent).toHaveLength(2);
  });

  test('concurrent equal reads share an error, which is not cached', async () => {
    const { upstream, sent } = startUpstream();

    const outcomes = [outcomeOf(upstream.models.get('m')), outcomeOf(upstream.models.get('m'))];
    await settle();
    sent[0]?.respond(new Response(null, { status: 404 }));
    expect(await Promise.all(outcomes)).toEqual(Array(2).fill('getModel: the response has status 404'));

    const again = upstream.models.get('m');
    await settle();
    sent[1]?.respond(named('x'));
    expect(await again).toMatchObject({ displayName: 'x' });
  });

  test('concurrent equal reads share the deadline of the first one', async () => {
    const { clock, upstream } = startUpstream();
    const outcomes = [outcomeOf(upstream.models.get('m'))];
    await clock.advance(29_999);
    outcomes.push(outcomeOf(upstream.models.get('m')));

    await clock.advance(1);

    expect(await Promise.all(outcomes)).toEqual(Array(2).fill('getModel: no complete response in time'));
  });
});

describe('a write', () => {
  test.each<[string, Response]>([
    ['successful', named('x')],
    ['rejected', new Response(null, { status: 409 })],
    ['uncertain', new Response(null, { status: 500 })],
  ])('a %s write starts a new generation, whose reads join none of the earlier ones', async (_, respond) => {
    const { upstreamOf, upstream, sent, names } = startUpstream();
    const { generation } = upstream;
    const otherGeneration = upstreamOf('b').generation;
    upstream.models.get('m').catch(() => {});
    const write = outcomeOf(upstream.models.rename('m', 'x'));
    await settle();
    upstream.models.get('m').catch(() => {});
    expect(upstream.generation).toBe(generation);

    sent[1]?.respond(respond);
    await write;
    upstream.models.get('m').catch(() => {});
    await settle();

    expect(names()).toEqual(['a GET /models/m', 'a PATCH /models/m', 'a GET /models/m']);
    expect([otherGeneration, generation]).not.toContain(upstream.generation);
    expect(upstreamOf('b').generation).toBe(otherGeneration);
  });

  test('an aborted upload starts a new generation', async () => {
    const { upstream } = startUpstream();
    const { generation } = upstream;
    const caller = new AbortController();
    const upload = upstream.dataItems.upload('m', new Uint8Array(1), { signal: caller.signal });
    await settle();

    caller.abort('left');

    await expect(upload).rejects.toBe('left');
    expect(upstream.generation).not.toBe(generation);
  });

  describe('a key keeps its state, however many others are used,', () => {
    const useOthers = (upstreamOf: (apiKey: string) => unknown) => {
      // Twice: a key that is used once is dropped earlier.
      for (let index = 0; index < 6_000; index++) upstreamOf(`other ${index % 3_000}`);
    };

    test.each(['at any time', 'with a condition for its start'] as const)(
      'while a write of it runs: %s',
      async (when) => {
        const { upstreamOf, sent } = startUpstream();
        const start: Start = { deadline: new AbortController().signal, onSent: () => {} };
        const upstream = when === 'at any time' ? upstreamOf('b') : upstreamOf('b', start);
        const write = outcomeOf(upstream.models.rename('m', 'x'));
        useOthers(upstreamOf);
        await settle();
        const before = upstreamOf('b').generation;

        sent[0]?.respond(named('x'));
        await write;

        expect(upstreamOf('b').generation).not.toBe(before);
      },
    );

    test('while a read of it runs, so that a write starts a new generation for all', async () => {
      const { upstreamOf, upstream, sent, names } = startUpstream();
      upstream.models.get('m').catch(() => {});
      useOthers(upstreamOf);
      const write = outcomeOf(upstreamOf('a').models.rename('m', 'x'));
      await settle();

      sent[1]?.respond(named('x'));
      await write;
      upstreamOf('a')
        .models.get('m')
        .catch(() => {});
      await settle();

      expect(names()).toEqual(['a GET /models/m', 'a PATCH /models/m', 'a GET /models/m']);
      expect(upstreamOf('a')).toBe(upstream);
    });

    test('until it is released by each that keeps it', () => {
      const { upstreamOf } = startUpstream();
      const kept = upstreamOf('b');
      const [first, second] = [upstreamOf.keep('b'), upstreamOf.keep('b')];
      useOthers(upstreamOf);
      expect(upstreamOf('b')).toBe(kept);

      useOthers(upstreamOf);
      first();
      first();
      expect(upstreamOf('b')).toBe(kept);

      second();
      expect(upstreamOf('b')).toBe(kept);
      useOthers(upstreamOf);
      expect(upstreamOf('b')).not.toBe(kept);
    });
  });

  test('a key that has started a job is kept as if it had been used repeatedly', async () => {
    const { upstreamOf, sent } = startUpstream();
    const [reader, writer] = [upstreamOf('reader'), upstreamOf('writer')];
    const start = outcomeOf(writer.trainings.start('m', { trainingStrength: 5 }));
    await settle();
    sent[0]?.respond(named('x'));
    await start;
    for (let index = 0; index < 900; index++) upstreamOf(`other ${index}`);

    expect(upstreamOf('reader')).not.toBe(reader);
    expect(upstreamOf('writer')).toBe(writer);
  });

  test('a key that was dropped while a request of it ran is kept for the next requests of its operation', async () => {
    const { upstreamOf, upstream, sent } = startUpstream();
    const read = outcomeOf(upstream.models.get('m'));
    const useOthers = (count: number) => {
      for (let index = 0; index < count; index++) upstreamOf(`other ${count} ${index}`);
    };
    useOthers(100);
    await settle();
    sent[0]?.respond(named('x'));
    await read;

    useOthers(10);
    expect(upstreamOf('a')).toBe(upstream);
    useOthers(30);
    expect(upstreamOf('a')).not.toBe(upstream);
  });
});

describe('an aborted read', () => {
  test('the request of joined reads is aborted only when all of them are', async () => {
    const { upstream, sent } = startUpstream();
    const [one, other] = [new AbortController(), new AbortController()];
    const outcomes = [one, other].map(({ signal }) => outcomeOf(upstream.models.get('m', { signal })));
    await settle();

    one.abort('left first');
    expect(await outcomes[0]).toBe('left first');
    expect(sent[0]?.request.signal.aborted).toBe(false);
    other.abort('left last');

    expect(await outcomes[1]).toBe('left last');
    expect(sent[0]?.request.signal.aborted).toBe(true);
  });

  test('a read after an aborted one sends its own request', async () => {
    const { upstream, sent } = startUpstream();
    const controller = new AbortController();
    const left = outcomeOf(upstream.models.get('m', { signal: controller.signal }));
    await settle();
    controller.abort('left');

    const row = upstream.models.get('m');
    await settle();
    sent[1]?.respond(named('x'));

    expect(await left).toBe('left');
    expect(await row).toMatchObject({ displayName: 'x' });
  });

  test('a read whose signal has aborted sends no request', async () => {
    const { upstream, sent } = startUpstream();

    await expect(upstream.models.get('m', { signal: AbortSignal.abort('left') })).rejects.toBe('left');
    await settle();

    expect(sent).toEqual([]);
  });
});

const credential = fc.constantFrom('a', 'b');
const id = fc.constantFrom('m', 'n');
/** An index, modulo the number of candidates. */
const which = fc.nat({ max: 999 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('read' as const), credential, id, isPoll: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('write' as const), credential, id }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('respond' as const), which, fails: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('leave' as const), which }) },
);

interface Reader {
  /** Index of the request whose response it must get. */
  requestIndex: number;
  /** Number of requests sent when the last earlier write of its credential ended. */
  sentBefore: number;
  controller: AbortController;
  outcome: Promise<string>;
  isSettled: boolean;
}

test(
  'for any sequence of events, a read sends a request exactly if it cannot join another one',
  { timeout: 60_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { upstreamOf, sent, names } = startUpstream();
        const expected: string[] = [];
        const joinable = new Map<string, number>();
        const sentBeforeWriteEnd = new Map<string, number>();
        const readers: Reader[] = [];
        const writes = new Map<number, { credential: string; done: Promise<string> }>();
        const responded = new Set<number>();
        const forget = (requestIndex: number) => {
          for (const [name, number] of joinable) if (number === requestIndex) joinable.delete(name);
        };

        for (const next of steps) {
          if (next.act === 'read') {
            const name = `${next.credential} GET /models/${next.id}`;
            const shared = next.isPoll ? undefined : joinable.get(name);
            const requestIndex = shared ?? expected.push(name) - 1;
            if (!next.isPoll) joinable.set(name, requestIndex);
            const controller = new AbortController();
            const options = { signal: controller.signal, isPoll: next.isPoll };
            const outcome = outcomeOf(upstreamOf(next.credential).models.get(next.id, options));
            const sentBefore = sentBeforeWriteEnd.get(next.credential) ?? 0;
            readers.push({ requestIndex, sentBefore, controller, outcome, isSettled: false });
          } else if (next.act === 'write') {
            const done = outcomeOf(upstreamOf(next.credential).models.rename(next.id, 'x'));
            writes.set(expected.push(`${next.credential} PATCH /models/${next.id}`) - 1, {
              credential: next.credential,
              done,
            });
          } else if (next.act === 'respond') {
            const open = expected.map((_, number) => number).filter((number) => !responded.has(number));
            const number = open[next.which % Math.max(1, open.length)];
            if (number === undefined) continue;
            responded.add(number);
            forget(number);
            for (const reader of readers) if (reader.requestIndex === number) reader.isSettled = true;
            sent[number]?.respond(next.fails ? new Response(null, { status: 500 }) : named(`respond ${number}`));
            const write = writes.get(number);
            if (write) {
              await write.done;
              for (const name of [...joinable.keys()]) if (name.startsWith(write.credential)) joinable.delete(name);
              sentBeforeWriteEnd.set(write.credential, expected.length);
            }
          } else {
            const waiting = readers.filter(({ isSettled }) => !isSettled);
            const reader = waiting[next.which % Math.max(1, waiting.length)];
            if (!reader) continue;
            reader.isSettled = true;
            reader.controller.abort('left');
            expect(await reader.outcome).toBe('left');
            if (readers.some(({ requestIndex, isSettled }) => requestIndex === reader.requestIndex && !isSettled))
              continue;
            responded.add(reader.requestIndex);
            forget(reader.requestIndex);
          }
          await settle(5);
          expect(names()).toEqual(expected);
          for (const { requestIndex, sentBefore } of readers) expect(requestIndex).toBeGreaterThanOrEqual(sentBefore);
        }

        for (const [number, { respond }] of sent.entries())
          if (!responded.has(number)) respond(named(`respond ${number}`));
        for (const { requestIndex, outcome } of readers) {
          const text = await outcome;
          if (text !== 'left' && text !== 'getModel: the response has status 500')
            expect(text).toContain(`"respond ${requestIndex}"`);
        }
        for (const { done } of writes.values()) await done;
      }),
      { numRuns: 300 },
    ),
);
