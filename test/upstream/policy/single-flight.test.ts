import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import type { Transport } from '../../../src/upstream/client.ts';
import { createUpstreams } from '../../../src/upstream/upstream.ts';
import { createClock, settle } from '../../support/clock.ts';

interface Sent {
  name: string;
  request: Request;
  answer: (response: Response) => void;
}

/** An upstream that answers when it is told to. */
function startUpstream() {
  const clock = createClock();
  const sent: Sent[] = [];
  const transport: Transport = (input, init) =>
    new Promise((resolve, reject) => {
      const request = new Request(input, init);
      const { method, url, headers, signal } = request;
      signal.addEventListener('abort', () => reject(signal.reason));
      const { pathname, search } = new URL(url);
      sent.push({ name: `${headers.get('x-api-key')} ${method} ${pathname}${search}`, request, answer: resolve });
    });
  const upstreamOf = createUpstreams({
    pause: clock.pause,
    alarm: clock.alarm,
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

/** What became of something, told as a text. */
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    (row) => JSON.stringify(row),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('whoever asks for the same at the same time', () => {
  test('shares one request and its result', async () => {
    const { upstream, sent, names } = startUpstream();

    const rows = [upstream.models.get('m'), upstream.models.get('m')];
    await settle();
    sent[0]?.answer(named('x'));

    expect(await rows[0]).toBe(await rows[1]);
    expect(names()).toEqual(['a GET /models/m']);
  });

  test.each<[string, (upstream: ReturnType<ReturnType<typeof startUpstream>['upstreamOf']>) => Promise<unknown>]>([
    ['as a poll', (upstream) => upstream.models.get('m', { isPoll: true })],
    ['of another thing', (upstream) => upstream.models.get('n')],
    ['of another kind', (upstream) => upstream.predictions.get('m')],
    ['of another page', (upstream) => upstream.models.list('m')],
    ['for a picture', (upstream) => upstream.dataItems.picture({ modelId: 'm', id: 'd' })],
  ])('but %s does not', async (_, ask) => {
    const { upstream, sent } = startUpstream();

    for (const read of [upstream.models.get('m'), upstream.dataItems.get({ modelId: 'm', id: 'd' })])
      read.catch(() => {});
    ask(upstream).catch(() => {});
    await settle();

    expect(sent).toHaveLength(3);
  });

  test('with another credential does not', async () => {
    const { upstreamOf, names } = startUpstream();

    for (const apiKey of ['a', 'b'])
      upstreamOf(apiKey)
        .models.get('m')
        .catch(() => {});
    await settle();

    expect(names()).toEqual(['a GET /models/m', 'b GET /models/m']);
  });

  test('as part of a write does not', async () => {
    const { upstreamOf, upstream, sent } = startUpstream();

    upstream.models.get('m').catch(() => {});
    const start = { by: new AbortController().signal, onSent: () => {} };
    upstreamOf('a', start)
      .models.get('m')
      .catch(() => {});
    await settle();

    expect(sent).toHaveLength(2);
  });

  test('shares a failure, which is not kept', async () => {
    const { upstream, sent } = startUpstream();

    const outcomes = [outcomeOf(upstream.models.get('m')), outcomeOf(upstream.models.get('m'))];
    await settle();
    sent[0]?.answer(new Response(null, { status: 404 }));
    expect(await Promise.all(outcomes)).toEqual(Array(2).fill('getModel: answered 404'));

    const again = upstream.models.get('m');
    await settle();
    sent[1]?.answer(named('x'));
    expect(await again).toMatchObject({ displayName: 'x' });
  });

  test('shares the deadline of who asked first', async () => {
    const { clock, upstream } = startUpstream();
    const outcomes = [outcomeOf(upstream.models.get('m'))];
    await clock.advance(29_999);
    outcomes.push(outcomeOf(upstream.models.get('m')));

    await clock.advance(1);

    expect(await Promise.all(outcomes)).toEqual(Array(2).fill('getModel: no complete answer in time'));
  });
});

describe('a write', () => {
  test.each<[string, Response]>([
    ['that succeeded', named('x')],
    ['that was refused', new Response(null, { status: 409 })],
    ['of which nobody knows what became', new Response(null, { status: 500 })],
  ])('%s begins a new era, and lets nobody share what was asked for before', async (_, answer) => {
    const { upstreamOf, upstream, sent, names } = startUpstream();
    const { generation: era } = upstream;
    const otherEra = upstreamOf('b').generation;
    upstream.models.get('m').catch(() => {});
    const write = outcomeOf(upstream.models.rename('m', 'x'));
    await settle();
    upstream.models.get('m').catch(() => {});
    expect(upstream.generation).toBe(era);

    sent[1]?.answer(answer);
    await write;
    upstream.models.get('m').catch(() => {});
    await settle();

    expect(names()).toEqual(['a GET /models/m', 'a PATCH /models/m', 'a GET /models/m']);
    expect([otherEra, era]).not.toContain(upstream.generation);
    expect(upstreamOf('b').generation).toBe(otherEra);
  });

  test('of bytes that its caller left begins a new era', async () => {
    const { upstream } = startUpstream();
    const { generation: era } = upstream;
    const caller = new AbortController();
    const upload = upstream.dataItems.upload('m', new Uint8Array(1), { signal: caller.signal });
    await settle();

    caller.abort('left');

    await expect(upload).rejects.toBe('left');
    expect(upstream.generation).not.toBe(era);
  });

  test('of a credential that was forgotten meanwhile counts for whoever uses it again', async () => {
    const { upstreamOf, sent, names } = startUpstream();
    const old = upstreamOf('a');
    for (let index = 0; index < 10_000; index++) upstreamOf(`other ${index}`);
    const fresh = upstreamOf('a');
    expect(fresh).not.toBe(old);
    fresh.models.get('m').catch(() => {});
    const write = outcomeOf(old.models.rename('m', 'x'));
    await settle();

    sent[1]?.answer(named('x'));
    await write;
    fresh.models.get('m').catch(() => {});
    await settle();

    expect(names()).toEqual(['a GET /models/m', 'a PATCH /models/m', 'a GET /models/m']);
    expect(fresh.generation).toBe(old.generation);
  });
});

describe('whoever leaves', () => {
  test('takes nothing from others, and the last one ends the request', async () => {
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

  test('last is followed by a request of its own', async () => {
    const { upstream, sent } = startUpstream();
    const leaving = new AbortController();
    const left = outcomeOf(upstream.models.get('m', { signal: leaving.signal }));
    await settle();
    leaving.abort('left');

    const row = upstream.models.get('m');
    await settle();
    sent[1]?.answer(named('x'));

    expect(await left).toBe('left');
    expect(await row).toMatchObject({ displayName: 'x' });
  });

  test('before asking asks for nothing', async () => {
    const { upstream, sent } = startUpstream();

    await expect(upstream.models.get('m', { signal: AbortSignal.abort('left') })).rejects.toBe('left');
    await settle();

    expect(sent).toEqual([]);
  });
});

const credential = fc.constantFrom('a', 'b');
const id = fc.constantFrom('m', 'n');
/** An index among what there is, whatever number comes. */
const which = fc.nat({ max: 999 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('read' as const), credential, id, isPoll: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('write' as const), credential, id }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('answer' as const), which, fails: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('leave' as const), which }) },
);

interface Reader {
  /** Which request it must be answered by, by its number. */
  by: number;
  /** How many requests had been sent when the last write of its credential ended before it asked. */
  sentBefore: number;
  leaving: AbortController;
  outcome: Promise<string>;
  isOver: boolean;
}

test('whatever happens, a request is sent exactly where no other one may be shared', { timeout: 60_000 }, () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { upstreamOf, sent, names } = startUpstream();
      const expected: string[] = [];
      const joinable = new Map<string, number>();
      const endOfWrites = new Map<string, number>();
      const readers: Reader[] = [];
      const writes = new Map<number, { credential: string; done: Promise<string> }>();
      const answered = new Set<number>();
      const forget = (by: number) => {
        for (const [name, number] of joinable) if (number === by) joinable.delete(name);
      };

      for (const next of steps) {
        if (next.act === 'read') {
          const name = `${next.credential} GET /models/${next.id}`;
          const shared = next.isPoll ? undefined : joinable.get(name);
          const by = shared ?? expected.push(name) - 1;
          if (!next.isPoll) joinable.set(name, by);
          const leaving = new AbortController();
          const options = { signal: leaving.signal, isPoll: next.isPoll };
          const outcome = outcomeOf(upstreamOf(next.credential).models.get(next.id, options));
          const sentBefore = endOfWrites.get(next.credential) ?? 0;
          readers.push({ by, sentBefore, leaving, outcome, isOver: false });
        } else if (next.act === 'write') {
          const done = outcomeOf(upstreamOf(next.credential).models.rename(next.id, 'x'));
          writes.set(expected.push(`${next.credential} PATCH /models/${next.id}`) - 1, {
            credential: next.credential,
            done,
          });
        } else if (next.act === 'answer') {
          const open = expected.map((_, number) => number).filter((number) => !answered.has(number));
          const number = open[next.which % Math.max(1, open.length)];
          if (number === undefined) continue;
          answered.add(number);
          forget(number);
          for (const reader of readers) if (reader.by === number) reader.isOver = true;
          sent[number]?.answer(next.fails ? new Response(null, { status: 500 }) : named(`answer ${number}`));
          const write = writes.get(number);
          if (write) {
            await write.done;
            for (const name of [...joinable.keys()]) if (name.startsWith(write.credential)) joinable.delete(name);
            endOfWrites.set(write.credential, expected.length);
          }
        } else {
          const waiting = readers.filter(({ isOver }) => !isOver);
          const reader = waiting[next.which % Math.max(1, waiting.length)];
          if (!reader) continue;
          reader.isOver = true;
          reader.leaving.abort('left');
          expect(await reader.outcome).toBe('left');
          if (readers.some(({ by, isOver }) => by === reader.by && !isOver)) continue;
          answered.add(reader.by);
          forget(reader.by);
        }
        await settle(5);
        expect(names()).toEqual(expected);
        for (const { by, sentBefore } of readers) expect(by).toBeGreaterThanOrEqual(sentBefore);
      }

      for (const [number, { answer }] of sent.entries()) if (!answered.has(number)) answer(named(`answer ${number}`));
      for (const { by, outcome } of readers) {
        const text = await outcome;
        if (text !== 'left' && text !== 'getModel: answered 500') expect(text).toContain(`"answer ${by}"`);
      }
      for (const { done } of writes.values()) await done;
    }),
    { numRuns: 300 },
  ),
);
