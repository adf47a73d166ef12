import { describe, expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import type { Upstream, UpstreamOptions } from '../../src/upstream/upstream.ts';
import { type Clock, createClock, settle, until } from '../support/clock.ts';
import { type ScriptedResponse, startUpstream as startUpstreamOver, TRANSPORTS } from '../support/upstream.ts';

const ok = (body: unknown) => Response.json(body);
const reset = () => new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
const hang = (request: Request) =>
  new Promise<Response>((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
const key = { modelId: 'm', id: 't' };

function pathOf(request: Request | undefined): string {
  const { pathname, search } = new URL(request?.url ?? '');
  return pathname + search;
}

describe.each(TRANSPORTS)('over the transport %s,', (transport) => {
  const startUpstream = (responses: readonly ScriptedResponse[], options?: Partial<UpstreamOptions>) =>
    startUpstreamOver(transport, responses, options);

  test('a request contains the key, the path of the contract and only the given fields', async () => {
    const { upstream, requests } = await startUpstream([ok({ trainingId: 't' })]);

    await upstream.trainings.start('m~1', { trainingStrength: 7 });

    expect(pathOf(requests[0])).toBe('/v1/models/m~1/trainings');
    expect(requests[0]?.headers.get('x-api-key')).toBe('secret');
    expect(await requests[0]?.json()).toEqual({ trainingStrength: 7 });
  });

  test('the next page is requested with the id of the last item', async () => {
    const { upstream, requests } = await startUpstream([ok({ models: [], hasMore: false })]);

    await upstream.models.list(undefined);
    await upstream.models.list('last');

    expect(requests.map(pathOf)).toEqual(['/v1/models', '/v1/models?lastDocId=last']);
  });

  test.each(['..', '.', 'a/b', 'a?b', '', 'ü', '%2e%2e', 'x'.repeat(129)])(
    'an id that could change the path is never sent: %j',
    async (id) => {
      const { upstream, requests } = await startUpstream([ok({})]);

      await expect(upstream.models.get(id)).rejects.toThrow(RangeError);
      expect(requests).toEqual([]);
    },
  );

  describe('a read', () => {
    test.each([
      ['a reset', reset()],
      ['408', new Response(null, { status: 408 })],
      ['429', new Response(null, { status: 429 })],
      ['500', new Response(null, { status: 500 })],
      ['502', new Response(null, { status: 502 })],
      ['503', new Response(null, { status: 503 })],
      ['504', new Response(null, { status: 504 })],
    ])('a read is retried after %s', async (_, failure) => {
      const { upstream, requests } = await startUpstream([failure, failure, ok({ displayName: 'Dresses' })]);

      expect(await upstream.models.get('m')).toEqual({ kind: 'Model', id: 'm', displayName: 'Dresses' });
      expect(requests).toHaveLength(3);
    });

    test.each([400, 401, 402, 403, 404, 409, 413, 415, 422])('a read is not retried after %i', async (status) => {
      const { upstream, requests } = await startUpstream([new Response('{"error":{"message":"because"}}', { status })]);

      await expect(upstream.models.get('m')).rejects.toMatchObject({
        failure: 'status',
        status,
        upstreamMessage: 'because',
      });
      expect(requests).toHaveLength(1);
    });

    test('a read fails after its last retry', async () => {
      const { upstream, requests } = await startUpstream([reset()]);

      await expect(upstream.models.get('m')).rejects.toMatchObject({ failure: 'unreachable', status: undefined });
      expect(requests).toHaveLength(3);
    });

    test('a read is not retried if `Retry-After` is longer than an operation waits', async () => {
      const { upstream, requests } = await startUpstream([
        new Response(null, { status: 429, headers: { 'retry-after': '7' } }),
      ]);

      await expect(upstream.models.get('m')).rejects.toMatchObject({ status: 429, retryAfter: 7 });
      expect(requests).toHaveLength(1);
    });

    test('a `Retry-After` is reported with the key of the read', async () => {
      const reported: unknown[] = [];
      const { upstreamOf } = await startUpstream(
        [new Response(null, { status: 503, headers: { 'retry-after': '7' } })],
        { onRetryAfter: (apiKey, seconds) => reported.push([apiKey, seconds]) },
      );

      await expect(upstreamOf('other').models.get('m')).rejects.toMatchObject({ status: 503, retryAfter: 7 });
      expect(reported).toEqual([['other', 7]]);
    });

    test('the `Retry-After` of a status that concerns one object is not that of its key', async () => {
      const reported: unknown[] = [];
      const { upstream } = await startUpstream([new Response(null, { status: 404, headers: { 'retry-after': '7' } })], {
        onRetryAfter: (apiKey, seconds) => reported.push([apiKey, seconds]),
      });

      await expect(upstream.models.get('m')).rejects.toMatchObject({ status: 404 });
      expect(reported).toEqual([]);
    });

    test('a read without a response fails at its deadline', async () => {
      const { upstream } = await startUpstream([hang], { deadline: 5 });

      await expect(upstream.models.get('m')).rejects.toMatchObject({ failure: 'timeout' });
    });

    test('a read whose response body stalls fails at its deadline', async () => {
      const stalled = (request: Request) =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              start: (controller) =>
                request.signal.addEventListener('abort', () => controller.error(request.signal.reason)),
            }),
          ),
        );
      const { upstream } = await startUpstream([stalled], { deadline: 5 });

      await expect(upstream.models.get('m')).rejects.toMatchObject({ failure: 'timeout' });
    });

    test('a read is aborted with the reason of its signal', async () => {
      const { upstream, requests } = await startUpstream([hang]);
      const controller = new AbortController();
      const reading = upstream.models.get('m', { signal: controller.signal });
      await until(() => requests.length === 1);

      controller.abort(new Error('left'));

      await expect(reading).rejects.toThrow('left');
      await until(() => requests[0]?.signal.aborted === true);
    });
  });

  test.each([300, 301, 302, 303, 304, 307, 308])(
    'a redirect (%i) is not followed, so that the key is not sent to its target',
    async (status) => {
      const redirect = new Response(null, { status, headers: { location: 'https://evil.example/' } });
      const { upstream, requests } = await startUpstream([redirect]);

      await expect(upstream.models.get('m')).rejects.toMatchObject({ failure: 'invalid-response' });
      await expect(upstream.models.delete('m')).rejects.toMatchObject({ failure: 'invalid-response' });
      await expect(upstream.trainings.start('m', { trainingStrength: 1 })).rejects.toMatchObject({
        failure: 'outcome-unknown',
      });
      await expect(upstream.models.rename('m', 'x')).rejects.toMatchObject({ failure: 'outcome-unknown' });
      expect(requests).toHaveLength(4);
      expect(requests.at(-1)?.redirect).toBe('manual');
    },
  );

  test('an endless body is read only up to its maximum size', async () => {
    const endless = (type: string, status: number) => async () => {
      const chunk = new Uint8Array(1_048_576);
      const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
      return new Response(body, { status, headers: { 'content-type': type } });
    };

    const { upstream } = await startUpstream([endless('image/png', 200)]);
    const found = await upstream.dataItems.image(key);
    const image = 'image' in found ? found.image.body : undefined;
    await expect(new Response(image).arrayBuffer()).rejects.toMatchObject({ reason: 'too-large' });
    const endlessJson = await startUpstream([endless('application/json', 200)]);
    await expect(endlessJson.upstream.models.get('m')).rejects.toMatchObject({ failure: 'invalid-response' });
    const refusing = await startUpstream([endless('application/json', 400)]);
    await expect(refusing.upstream.models.get('m')).rejects.toMatchObject({
      failure: 'status',
      status: 400,
      upstreamMessage: undefined,
    });
  });

  test('the image of a data item is not read if only its fields are needed', async () => {
    let isCanceled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1_048_576)),
      cancel: () => {
        isCanceled = true;
      },
    });
    const headers = { 'content-type': 'image/png' };
    const { upstream } = await startUpstream([async () => new Response(body, { headers })]);

    expect(await upstream.dataItems.get(key)).toEqual({ kind: 'DataItem', ...key });
    await until(() => isCanceled);
  });

  describe('a write that is not idempotent', () => {
    const writes = [
      ['startTraining', (upstream: Upstream) => upstream.trainings.start('m', { trainingStrength: 1 })],
      [
        'createPrediction',
        (upstream: Upstream) => upstream.predictions.create({ scaleConfigs: { m: 1 }, prompt: 'x' }),
      ],
      ['createModel', (upstream: Upstream) => upstream.models.create({ displayName: 'x' })],
      ['uploadDataItem', (upstream: Upstream) => upstream.dataItems.upload('m', new Uint8Array(1))],
      ['cancelTraining', (upstream: Upstream) => upstream.trainings.cancel(key)],
      ['updateModel', (upstream: Upstream) => upstream.models.rename('m', 'x')],
    ] as const;

    test.each(writes)('%s is sent once if its response is lost, and its outcome is unknown', async (_, write) => {
      for (const failure of [reset(), new Response(null, { status: 500 }), new Response(null, { status: 503 })]) {
        const { upstream, requests } = await startUpstream([
          failure,
          ok({ id: 'x', trainingId: 'x', predictionId: 'x', dataId: 'x' }),
        ]);

        await expect(write(upstream)).rejects.toMatchObject({ failure: 'outcome-unknown' });
        expect(requests).toHaveLength(1);
      }
    });

    test.each(writes)('%s is retried after a 429', async (_, write) => {
      const { upstream, requests } = await startUpstream([
        new Response(null, { status: 429 }),
        ok({ id: 'x', trainingId: 'x', predictionId: 'x', dataId: 'x' }),
      ]);

      await write(upstream);
      expect(requests).toHaveLength(2);
    });

    test('an accepted write whose response is not JSON has an unknown outcome', async () => {
      const { upstream } = await startUpstream([new Response('<html>')]);

      await expect(upstream.trainings.start('m', { trainingStrength: 1 })).rejects.toMatchObject({
        failure: 'outcome-unknown',
      });
    });

    test('a write that times out in the request queue fails with a retryable timeout, because it was not sent', async () => {
      const clock = createClock();
      const { upstream, requests } = await startUpstream([hang], {
        concurrency: 1,
        sleep: clock.sleep,
        startTimer: clock.startTimer,
      });
      const first = upstream.models.get('m').catch((error: unknown) => error);
      await until(() => requests.length === 1);
      const second = upstream.trainings.start('m', { trainingStrength: 1 }).catch((error: unknown) => error);

      // Both deadlines expire together, so that the first request does not release its slot in time.
      await clock.endWaits();

      expect(await second).toMatchObject({ failure: 'timeout' });
      await first;
      expect(requests.map(({ method }) => method)).toEqual(['GET']);
    });
  });

  describe('a deletion whose response says that the object does not exist', () => {
    const status = (code: number) => new Response(null, { status: code });

    test.each<[before: string, responses: Parameters<typeof startUpstream>[0]]>([
      ['a broken connection', [reset(), status(404)]],
      ['a failure of the upstream', [status(503), status(404)]],
      ['a timeout of the upstream and a rate limit', [status(408), status(429), status(410)]],
    ])('has succeeded after %s', async (_, responses) => {
      const { upstream } = await startUpstream(responses);

      await expect(upstream.models.delete('m')).resolves.toBeUndefined();
    });

    test.each<[before: string, responses: Parameters<typeof startUpstream>[0]]>([
      ['at the first attempt', [status(404)]],
      ['after a rate limit, which deletes nothing', [status(429), status(404)]],
    ])('has failed %s', async (_, responses) => {
      const { upstream } = await startUpstream(responses);

      await expect(upstream.models.delete('m')).rejects.toMatchObject({ status: 404 });
    });

    test('has succeeded once if an earlier deletion of the same object may have deleted it', async () => {
      const { upstream } = await startUpstream([...Array(3).fill(status(503)), ...Array(3).fill(status(404))]);
      await expect(upstream.models.delete('m')).rejects.toMatchObject({ status: 503 });

      await expect(upstream.models.delete('other')).rejects.toMatchObject({ status: 404 });
      await expect(upstream.models.delete('m')).resolves.toBeUndefined();
      await expect(upstream.models.delete('m')).rejects.toMatchObject({ status: 404 });
    });

    test('has succeeded if it may have deleted the object, although another deletion has succeeded meanwhile', async () => {
      let respond = (_: Response) => {};
      const retried = new Promise<Response>((resolve) => {
        respond = resolve;
      });
      const { upstream, requests } = await startUpstream([status(503), () => retried, status(404)]);
      const first = upstream.models.delete('m');
      await until(() => requests.length === 2);

      await expect(upstream.models.delete('m')).resolves.toBeUndefined();
      respond(status(404));

      await expect(first).resolves.toBeUndefined();
    });
  });

  describe('a poll', () => {
    const timing = (clock: Clock) => ({
      sleep: clock.sleep,
      startTimer: clock.startTimer,
      now: clock.now,
      monotonicNow: clock.monotonicNow,
    });
    const neverResponds = () => new Promise<Response>(() => {});
    const neverEnds = async () =>
      new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } });
    const poll = (upstream: Upstream, id: string, signal?: AbortSignal) =>
      upstream.predictions.get(id, { isPoll: true, ...(signal && { signal }) });

    test('40 polls without a response do not delay another read of the key', async () => {
      const { upstream, requests } = await startUpstream([
        (request) => (pathOf(request).includes('predictions') ? hang(request) : Promise.resolve(ok({}))),
      ]);
      const polls = new AbortController();
      const outcomes = Array.from({ length: 40 }, (_, id) =>
        poll(upstream, String(id), polls.signal).catch((error: unknown) => error),
      );
      await until(() => requests.length === 3);

      expect(await upstream.models.get('m')).toMatchObject({ id: 'm' });
      polls.abort('left');

      expect(await Promise.all(outcomes)).toEqual(Array(40).fill('left'));
    });

    test.each([
      ['without a response', neverResponds],
      ['whose response body never ends', neverEnds],
    ])('an aborted poll %s frees its slot at once', async (_, stalled) => {
      const { upstream, requests } = await startUpstream([stalled, ok({ status: 'queued' })], { concurrency: 1 });
      const leaving = new AbortController();
      const first = poll(upstream, 'a', leaving.signal);
      const second = poll(upstream, 'b');
      await until(() => requests.length === 1);
      await settle();

      leaving.abort('left');

      await expect(first).rejects.toBe('left');
      expect(await second).toMatchObject({ id: 'b' });
    });

    test.each([
      ['10 seconds by default', {}, 10_000, 30_000],
      ['its own setting', { pollDeadline: 2_000 }, 2_000, 30_000],
      ['at most that of other reads', { deadline: 5_000 }, 5_000, 5_000],
    ])('the deadline of a poll is %s', async (_, deadlines, pollDeadline, deadline) => {
      const clock = createClock();
      const { upstream, requests } = await startUpstream([hang], { ...timing(clock), ...deadlines });
      const polling = poll(upstream, 'a').catch((error: unknown) => error);
      const reading = upstream.models.get('m').catch((error: unknown) => error);
      await until(() => requests.length === 2);

      expect(clock.waits().sort((a, b) => a - b)).toEqual([pollDeadline, deadline]);
      await clock.advance(pollDeadline);

      expect(await polling).toMatchObject({ failure: 'timeout' });
      await clock.advance(deadline - pollDeadline);
      expect(await reading).toMatchObject({ failure: 'timeout' });
    });

    test('a poll fails at once while the circuit is open, also if it waits for a slot', async () => {
      const clock = createClock();
      let fail = (): void => {};
      const unavailable = () =>
        new Promise<Response>((resolve) => {
          fail = () => resolve(new Response(null, { status: 503 }));
        });
      const { upstream, requests } = await startUpstream([unavailable, ok({ status: 'queued' })], {
        ...timing(clock),
        concurrency: 1,
        breaker: { attempts: 1, coolDown: 5_000 },
        retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 },
      });
      const failing = upstream.models.get('m').catch((error: unknown) => error);
      const waiting = poll(upstream, 'a').catch((error: unknown) => error);
      await until(() => requests.length === 1);
      fail();
      await failing;

      const circuitOpen = { failure: 'circuit-open', retryAfter: 5 };
      expect(await waiting).toMatchObject(circuitOpen);
      await expect(poll(upstream, 'b')).rejects.toMatchObject(circuitOpen);
      expect(requests).toHaveLength(1);
      await clock.advance(5_000);

      expect(await poll(upstream, 'b')).toMatchObject({ status: { state: 'QUEUED' } });
      expect(clock.waits()).toEqual([]);
    });
  });

  test('the number of concurrent requests of one credential is limited', async () => {
    let running = 0;
    let maxRunning = 0;
    const slow = async () => {
      maxRunning = Math.max(maxRunning, ++running);
      await until(() => running === 3 || requests.length === 20);
      running--;
      return ok({ displayName: 'x' });
    };
    const { upstream, requests } = await startUpstream([slow], { concurrency: 3 });

    await Promise.all(Array.from({ length: 20 }, (_, index) => upstream.models.get(`m${index}`)));

    expect(maxRunning).toBe(3);
  });

  describe('a response that violates the contract', () => {
    test.each([
      ['is not JSON', new Response('<html>'), 'expected JSON'],
      ['is not an object', ok([]), 'TrainingDetails: expected an object, got a list'],
      ['has a status of another type', ok({ status: 7 }), 'TrainingDetails.status: expected a string, got a number'],
      ['has no status', ok({ triggerWord: 'FJA90AB' }), 'TrainingDetails.status: expected a string, got nothing'],
    ])('a response that %s fails with the names of the operation and the field', async (_, response, message) => {
      const { upstream } = await startUpstream([response]);

      const error = await upstream.trainings.get(key).catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(UpstreamError);
      expect(error).toMatchObject({
        failure: 'invalid-response',
        message: expect.stringContaining(`getTraining: ${message}`),
      });
    });

    test('an invalid row does not affect the other rows', async () => {
      const { upstream } = await startUpstream([
        ok({ models: [{ id: 'a' }, {}, { id: '..' }, { id: 'b', displayName: 7 }, { id: 'c' }] }),
      ]);

      const { rows } = await upstream.models.list(undefined);

      expect(rows.map((row) => (row instanceof UpstreamError ? row.failure : row.id))).toEqual([
        'a',
        'invalid-response',
        'invalid-response',
        'b',
        'c',
      ]);
    });
  });

  describe('a response is decoded with every name that the contract accepts', () => {
    test.each(['id', 'trainingId'])('an id is read from the field %s', async (name) => {
      const { upstream } = await startUpstream([ok({ trainingId: 'x', [name]: 'x' })]);
      expect(await upstream.trainings.start('m', { trainingStrength: 1 })).toEqual({ modelId: 'm', id: 'x' });
      const list = await startUpstream([ok({ trainings: [{ [name]: 'y' }] })]);
      expect((await list.upstream.trainings.list('m', undefined)).rows).toEqual([
        { kind: 'Training', modelId: 'm', id: 'y' },
      ]);
    });

    test.each(['data', 'dataItems', 'items'])('the data items are read from the field %s', async (name) => {
      const { upstream } = await startUpstream([ok({ [name]: [{ dataId: 'd' }] })]);

      expect((await upstream.dataItems.list('m', undefined)).rows).toEqual([
        { kind: 'DataItem', modelId: 'm', id: 'd' },
      ]);
    });

    test.each(['images', 'imageUrls', 'outputs', 'results'])(
      'the images of a prediction are read from the field %s',
      async (name) => {
        const address = 'https://cdn.example/1.png';
        const { upstream } = await startUpstream([
          ok({
            status: 'done',
            [name]: [
              address,
              { url: address },
              { imageUrl: address },
              { downloadUrl: address },
              { signedUrl: address },
              { base64: 'AAAA' },
              { imageData: 'data:image/png;base64,AAAA' },
            ],
          }),
        ]);

        expect((await upstream.predictions.get('p')).images).toEqual([
          ...Array(5).fill({ url: address }),
          { base64: 'AAAA' },
          { base64: 'data:image/png;base64,AAAA' },
        ]);
      },
    );

    test.each([
      ['2026-01-01T00:00:00Z', 1_767_225_600_000],
      [1_767_225_600, 1_767_225_600_000],
      [1_767_225_600_123, 1_767_225_600_123],
      [{ _seconds: 1_767_225_600, _nanoseconds: 5_000_000 }, 1_767_225_600_005],
    ])('a time is read from %j', async (createdAt, expected) => {
      const { upstream } = await startUpstream([ok({ status: 'queued', createdAt })]);

      expect((await upstream.trainings.get(key)).createdAt?.getTime()).toBe(expected);
    });

    test.each([
      [0, 0],
      [0.5, 0.5],
      [1, 1],
      [42, 0.42],
      [100, 1],
      [101, null],
      [-1, null],
      [null, null],
    ])('a progress of %j is read as %j', async (progress, expected) => {
      const { upstream } = await startUpstream([ok({ status: 'queued', progress })]);

      expect((await upstream.trainings.get(key)).progress).toBe(expected);
    });

    test.each([
      ['queued', 'QUEUED'],
      ['PENDING', 'QUEUED'],
      ['in-queue', 'QUEUED'],
      ['In Queue', 'QUEUED'],
      ['created', 'QUEUED'],
      ['starting', 'QUEUED'],
      ['processing', 'PROCESSING'],
      ['in_progress', 'PROCESSING'],
      ['Training', 'PROCESSING'],
      ['running', 'PROCESSING'],
      ['completed', 'COMPLETED'],
      ['succeeded', 'COMPLETED'],
      ['done', 'COMPLETED'],
      ['finished', 'COMPLETED'],
      ['failed', 'FAILED'],
      ['errored', 'FAILED'],
      ['canceled', 'CANCELED'],
      ['cancelled', 'CANCELED'],
      ['aborted', 'CANCELED'],
      ['sleeping', 'UNKNOWN'],
      ['', 'UNKNOWN'],
    ])('a status of %j is read as %s', async (word, state) => {
      const { upstream } = await startUpstream([ok({ status: word })]);

      expect((await upstream.trainings.get(key)).status).toEqual({
        word,
        state,
        isFinished: ['COMPLETED', 'FAILED', 'CANCELED'].includes(state),
      });
    });

    test('a weight is read from a number, or from the field of an object', async () => {
      const { upstream } = await startUpstream([ok({ status: 'queued', scaleConfigs: { a: 0.5, b: { scale: 2 } } })]);

      expect((await upstream.predictions.get('p')).scaleConfigs).toEqual([
        { modelId: 'a', scale: 0.5 },
        { modelId: 'b', scale: 2 },
      ]);
    });

    test('inherited properties are not read as fields', async () => {
      const fields = { ...contract.fields, ModelDetails: { displayName: ['constructor', '__proto__', 'displayName'] } };
      const { upstream } = await startUpstream([ok({ displayName: 'Dresses' })], { contract: { ...contract, fields } });

      expect(await upstream.models.get('m')).toMatchObject({ displayName: 'Dresses' });
    });

    test('missing, null and unknown fields are accepted', async () => {
      const { upstream } = await startUpstream([
        ok({ status: 'queued', triggerWord: null, trainingSpeed: 'turbo', surprise: 1 }),
      ]);

      expect(await upstream.trainings.get(key)).toEqual({
        kind: 'Training',
        ...key,
        status: { word: 'queued', state: 'QUEUED', isFinished: false },
        triggerWord: null,
        trainingSpeed: null,
      });
    });
  });
});
