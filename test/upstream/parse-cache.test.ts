import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ParseCache } from '../../src/upstream/parse-cache.ts';
import { startUpstream, TRANSPORTS } from '../support/upstream.ts';

/** A cache, and the bodies that were parsed. */
function start() {
  const cache = new ParseCache();
  const copies = vi.spyOn(Buffer, 'allocUnsafeSlow');
  onTestFinished(() => copies.mockRestore());
  const parsed: string[] = [];
  return {
    parsed,
    /** Number of bodies that were copied. */
    cached: () => copies.mock.calls.length,
    resultOf: (key: string, text: string) =>
      cache.resultOf(key, '/x', Buffer.from(text), {
        parse(bytes) {
          parsed.push(bytes.toString());
          return { text: bytes.toString() };
        },
      }),
  };
}

describe('a response body', () => {
  test('a repeated body is parsed twice, and cached from the second time on', () => {
    const { resultOf, parsed } = start();

    const results = Array.from({ length: 4 }, () => resultOf('a', 'x'));

    expect(results[3]).toBe(results[1]);
    expect(results[3]).toEqual({ text: 'x' });
    expect(parsed).toEqual(['x', 'x']);
  });

  test('a changed body is parsed again', () => {
    const { resultOf } = start();

    resultOf('a', 'x');
    resultOf('a', 'x');

    expect(resultOf('a', 'y')).toEqual({ text: 'y' });
    expect(resultOf('a', 'x')).toEqual({ text: 'x' });
  });

  test('a body that changes each time is parsed each time, and hardly ever cached', () => {
    const { resultOf, parsed, cached } = start();

    for (let time = 0; time < 1_000; time++) expect(resultOf('a', `x${time}`)).toEqual({ text: `x${time}` });

    expect(parsed).toHaveLength(1_000);
    expect(cached()).toBeLessThan(30);
  });

  test('a body that has changed often is cached again once it no longer changes', () => {
    const { resultOf, parsed } = start();
    for (let time = 0; time < 1_000; time++) resultOf('a', `x${time}`);
    parsed.length = 0;

    for (let time = 0; time < 200; time++) resultOf('a', 'x');

    expect(parsed.length).toBeLessThan(70);
  });

  test('thousands of keys with one response each leave room for those with many', () => {
    const { resultOf, parsed } = start();
    for (let time = 0; time < 2; time++) resultOf('a', 'x');
    for (let key = 0; key < 10_000; key++) resultOf(`key-${key}`, 'x');
    parsed.length = 0;

    for (let time = 0; time < 3; time++) resultOf('a', 'x');

    expect(parsed.length).toBeLessThanOrEqual(1);
  });

  test('an equal body of another key has its own result', () => {
    const { resultOf } = start();

    const [first] = [resultOf('a', 'x'), resultOf('a', 'x'), resultOf('b', 'x'), resultOf('b', 'x')];

    expect(resultOf('b', 'x')).not.toBe(resultOf('a', 'x'));
    expect(first).toEqual({ text: 'x' });
  });

  test('a body is compared with a copy, so that the original buffer may change', () => {
    const cache = new ParseCache();
    const parser = { parse: (bytes: Buffer) => ({ text: bytes.toString() }) };
    const bytes = Buffer.from('x');

    cache.resultOf('a', '/x', Buffer.from('x'), parser);
    cache.resultOf('a', '/x', bytes, parser);
    bytes.write('y');

    expect(cache.resultOf('a', '/x', Buffer.from('y'), parser)).toEqual({ text: 'y' });
  });

  test('a body that cannot be parsed is not cached', () => {
    const cache = new ParseCache();
    const broken = () => cache.resultOf('a', '/x', Buffer.from('x'), { parse: () => JSON.parse('{') });

    for (let time = 0; time < 3; time++) expect(broken).toThrow(SyntaxError);

    expect(cache.resultOf('a', '/x', Buffer.from('x'), { parse: () => 'parsed' })).toBe('parsed');
  });

  test('a very long body is parsed each time', () => {
    const { resultOf, parsed } = start();
    const long = 'x'.repeat(250_001);

    for (let time = 0; time < 3; time++) resultOf('a', long);

    expect(parsed).toHaveLength(3);
  });
});

describe.each(TRANSPORTS)('over the transport %s', (transport) => {
  test('each read is sent to the upstream, and equal responses return the same row', async () => {
    const { upstream, requests } = await startUpstream(transport, [Response.json({ displayName: 'x' })]);

    const rows = [];
    for (let time = 0; time < 3; time++) rows.push(await upstream.models.get('m'));

    expect(requests).toHaveLength(3);
    expect(rows[2]).toBe(rows[1]);
  });

  test('the results of one API key are never returned for another one', async () => {
    const { upstreamOf } = await startUpstream(transport, [Response.json({ displayName: 'x' })]);

    const [first, second] = [upstreamOf('a'), upstreamOf('b')];
    for (let time = 0; time < 3; time++) await first.models.get('m');
    for (let time = 0; time < 3; time++) await second.models.get('m');

    expect(await second.models.get('m')).not.toBe(await first.models.get('m'));
  });

  test('jobs are reported as they are read, but not again while their responses are equal', async () => {
    const reported: string[] = [];
    const job = (status: string) => Response.json({ status, triggerWord: 'F' });
    const { upstream } = await startUpstream(transport, [...Array(5).fill(job('processing')), job('completed')], {
      createJobObserver: (apiKey) => ({
        observe: ({ id, status }) => void reported.push(`${apiKey} ${id} ${status?.state}`),
      }),
    });

    for (let time = 0; time < 6; time++) await upstream.trainings.get({ modelId: 'm', id: 't' });

    expect(reported).toEqual(['secret t PROCESSING', 'secret t PROCESSING', 'secret t COMPLETED']);
  });

  test.each(['job', 'page'] as const)(
    'a poll of a %s reports what it reads even if the response is equal',
    async (what) => {
      const reported: string[] = [];
      const rows = [{ trainingId: 't', status: 'processing' }, 'not a training'];
      const response = what === 'job' ? { status: 'processing' } : { trainings: rows };
      const { upstream } = await startUpstream(transport, [Response.json(response)], {
        createJobObserver: () => ({ observe: ({ id }) => void reported.push(id) }),
      });
      const poll = () =>
        what === 'job'
          ? upstream.trainings.get({ modelId: 'm', id: 't' }, { isPoll: true })
          : upstream.trainings.list('m', undefined, { isPoll: true });

      for (let time = 0; time < 3; time++) await poll();
      reported.length = 0;
      await poll();

      expect(reported).toEqual(['t']);
    },
  );
});
