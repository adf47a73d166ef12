import { describe, expect, test } from 'vitest';
import { globalId } from '../../../schema/ids.ts';
import { contract } from '../../../src/contract/contract.gen.ts';
import type { Transport } from '../../../src/upstream/client.ts';
import { createUpstreams } from '../../../src/upstream/upstream.ts';
import { createClock, settle } from '../../support/clock.ts';
import { startGateway } from '../../support/gateway.ts';

interface Sent {
  key: string | null;
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
      request.signal.addEventListener('abort', () => reject(request.signal.reason));
      sent.push({ key: request.headers.get('x-api-key'), request, respond: resolve });
    });
  const upstreamOf = createUpstreams({
    sleep: clock.sleep,
    startTimer: clock.startTimer,
    monotonicNow: clock.monotonicNow,
    baseUrl: 'https://api.example',
    apiKeyHeader: 'x-api-key',
    transport,
    contract,
    retry: { limit: 2, delay: () => 0, maxRetryAfter: 0 },
    breaker: { attempts: 1e9 },
  });
  const reads = (key: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      upstreamOf(key)
        .models.get(`m${index}`)
        .then(
          () => 'read',
          ({ failure, status }: { failure: string; status: number }) => `${failure} ${status}`,
        ),
    );
  return { clock, upstreamOf, sent, reads, sentWith: (key: string) => sent.filter((one) => one.key === key).length };
}

const unauthorized = () => Response.json({ message: 'no such key' }, { status: 401 });
const model = () => Response.json({ id: 'm', displayName: 'x' });

describe('a key that no response has confirmed', () => {
  test('an unconfirmed key has 4 concurrent requests, and more once a response has confirmed it', async () => {
    const { sent, reads } = startUpstream();

    const all = reads('new', 40);
    await settle();
    expect(sent).toHaveLength(4);
    sent[0]?.respond(model());
    await settle();

    expect(sent).toHaveLength(33);
    for (let at = 1; at < 40; at++) {
      sent[at]?.respond(model());
      await settle(2);
    }
    expect(new Set(await Promise.all(all))).toEqual(new Set(['read']));
  });

  test.each([403, 404, 422, 500])('a key is confirmed by %i, which does not reject it', async (status) => {
    const { sent, reads } = startUpstream();

    void reads('new', 20);
    await settle();
    sent[0]?.respond(new Response(null, { status }));
    await settle();

    expect(sent.length).toBeGreaterThanOrEqual(20);
  });

  test('the limit of an unconfirmed key doubles with each second without a response', async () => {
    const { sent, reads, clock } = startUpstream();
    const counts: number[] = [];

    void reads('new', 40);
    for (let second = 0; second < 5; second++) {
      await settle();
      counts.push(sent.length);
      await clock.advance(1_000);
    }

    expect(counts).toEqual([4, 8, 16, 32, 32]);
  });

  test('an unconfirmed key leaves no timer running', async () => {
    const { sent, reads, clock } = startUpstream();

    const all = reads('new', 5);
    await settle();
    for (let at = 0; at < 5; at++) {
      sent[at]?.respond(model());
      await settle();
    }
    await Promise.all(all);

    expect(clock.waits()).toEqual([]);
  });
});

describe('the first 401', () => {
  test('a 401 aborts all requests of its key, sent or queued, and none of another key', async () => {
    const { sent, reads, sentWith } = startUpstream();
    const rejected = reads('bad', 100);
    const others = reads('good', 4);
    await settle();

    sent.find(({ key }) => key === 'bad')?.respond(unauthorized());

    expect(new Set(await Promise.all(rejected))).toEqual(new Set(['status 401']));
    expect(sentWith('bad')).toBe(4);
    const aborted = sent.filter(({ key, request }) => key === 'bad' && request.signal.aborted);
    expect(aborted).toHaveLength(3);
    for (const { key, respond } of sent) if (key === 'good') respond(model());
    expect(await Promise.all(others)).toEqual(Array(4).fill('read'));
  });

  test('a 401 aborts the requests of a key that was confirmed before', async () => {
    const { sent, reads } = startUpstream();
    const first = reads('revoked', 1);
    await settle();
    sent[0]?.respond(model());
    await Promise.all(first);
    const all = reads('revoked', 100);
    await settle();
    expect(sent).toHaveLength(33);

    sent[5]?.respond(unauthorized());

    expect(new Set(await Promise.all(all))).toEqual(new Set(['status 401']));
    expect(sent).toHaveLength(33);
  });

  test('a 401 aborts the read of an image', async () => {
    const { sent, reads, upstreamOf } = startUpstream();
    const reading = reads('bad', 1);
    const image = upstreamOf('bad').dataItems.image({ modelId: 'm', id: 'd' });
    const failure = expect(image).rejects.toMatchObject({ failure: 'status', status: 401 });
    await settle();

    sent[0]?.respond(unauthorized());

    await failure;
    expect(await Promise.all(reading)).toEqual(['status 401']);
    expect(sent[1]?.request.signal.aborted).toBe(true);
  });

  test('a 401 does not abort a write that may have reached the upstream', async () => {
    const { sent, reads, upstreamOf } = startUpstream();
    const writing = upstreamOf('key').trainings.start('m', { trainingStrength: 1 });
    const reading = reads('key', 1);
    await settle();

    sent[1]?.respond(unauthorized());
    expect(await Promise.all(reading)).toEqual(['status 401']);
    sent[0]?.respond(Response.json({ trainingId: 't' }));

    expect(await writing).toEqual({ modelId: 'm', id: 't' });
  });
});

describe('a rejected key', () => {
  async function startRejected() {
    const started = startUpstream();
    const first = started.reads('bad', 1);
    await settle();
    started.sent[0]?.respond(unauthorized());
    await Promise.all(first);
    return started;
  }

  test('reads, polls and writes with a rejected key fail for 5 seconds without a request to the upstream', async () => {
    const { upstreamOf, reads, sent, clock } = await startRejected();
    const expected = { failure: 'status', status: 401, upstreamMessage: 'no such key' };

    await clock.advance(4_999);
    expect(await Promise.all(reads('bad', 50))).toEqual(Array(50).fill('status 401'));
    const { trainings } = upstreamOf('bad');
    await expect(trainings.get({ modelId: 'm', id: 't' }, { isPoll: true })).rejects.toMatchObject(expected);
    await expect(trainings.start('m', { trainingStrength: 1 })).rejects.toMatchObject(expected);

    expect(sent).toHaveLength(1);
  });

  test('a rejected key is tried again after 5 seconds, with few requests', async () => {
    const { reads, sent, clock } = await startRejected();

    await clock.advance(5_000);
    const again = reads('bad', 50);
    await settle();
    expect(sent).toHaveLength(5);
    sent[1]?.respond(model());
    await settle();

    expect(sent.length).toBeGreaterThan(30);
    for (let at = 2; at < 51; at++) {
      sent[at]?.respond(model());
      await settle(2);
    }
    expect(new Set(await Promise.all(again))).toEqual(new Set(['read']));
  });

  test('a rejected key works at once after an earlier write has succeeded with it', async () => {
    const { upstreamOf, sent, reads } = startUpstream();
    const writing = upstreamOf('key').models.create({ displayName: 'x' });
    const reading = reads('key', 1);
    await settle();
    sent[1]?.respond(unauthorized());
    await Promise.all(reading);

    sent[0]?.respond(model());
    await writing;
    const again = reads('key', 1);
    await settle();
    sent[2]?.respond(model());

    expect(await Promise.all(again)).toEqual(['read']);
  });
});

test('100 operations with an invalid key send at most 4 requests to the upstream', async () => {
  const { query, requests } = startGateway();
  const idOf = (at: number) => globalId({ kind: 'Model', id: `m${at}` });
  const fields = Array.from({ length: 20 }, (_, at) => `m${at}: node(id: "${idOf(at)}") { id }`).join(' ');
  const document = `{ ${fields} }`;

  const results = await Promise.all(
    Array.from({ length: 100 }, () => query(document, undefined, { 'x-api-key': 'invented' })),
  );

  for (const { errors } of results) expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(requests.length).toBeLessThanOrEqual(4);
});
