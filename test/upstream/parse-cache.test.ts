import { describe, expect, test } from 'vitest';
import { ParseCache } from '../../src/upstream/parse-cache.ts';
import { ROADS, startUpstream } from '../support/upstream.ts';

/** Answers, and how often something was made of them. */
function start() {
  const answers = new ParseCache();
  const made: string[] = [];
  return {
    made,
    resultOf: (name: string, text: string) =>
      answers.resultOf(name, Buffer.from(text), {
        make(bytes) {
          made.push(bytes.toString());
          return { text: bytes.toString() };
        },
      }),
  };
}

describe('an answer', () => {
  test('that comes again and again is made into something until it is known', () => {
    const { resultOf, made } = start();

    const results = Array.from({ length: 4 }, () => resultOf('a', 'x'));

    expect(results[3]).toBe(results[1]);
    expect(results[3]).toEqual({ text: 'x' });
    expect(made).toEqual(['x', 'x']);
  });

  test('that has changed is made into something new', () => {
    const { resultOf } = start();

    resultOf('a', 'x');
    resultOf('a', 'x');

    expect(resultOf('a', 'y')).toEqual({ text: 'y' });
    expect(resultOf('a', 'x')).toEqual({ text: 'x' });
  });

  test('to another question is another one, though it says the same', () => {
    const { resultOf } = start();

    const [first] = [resultOf('a', 'x'), resultOf('a', 'x'), resultOf('b', 'x'), resultOf('b', 'x')];

    expect(resultOf('b', 'x')).not.toBe(resultOf('a', 'x'));
    expect(first).toEqual({ text: 'x' });
  });

  test('is known by a copy, whatever becomes of the bytes in which it came', () => {
    const answers = new ParseCache();
    const maker = { make: (bytes: Buffer) => ({ text: bytes.toString() }) };
    const bytes = Buffer.from('x');

    answers.resultOf('a', Buffer.from('x'), maker);
    answers.resultOf('a', bytes, maker);
    bytes.write('y');

    expect(answers.resultOf('a', Buffer.from('y'), maker)).toEqual({ text: 'y' });
  });

  test('of which nothing can be made is no better known than before', () => {
    const answers = new ParseCache();
    const broken = () => answers.resultOf('a', Buffer.from('x'), { make: () => JSON.parse('{') });

    for (let time = 0; time < 3; time++) expect(broken).toThrow(SyntaxError);

    expect(answers.resultOf('a', Buffer.from('x'), { make: () => 'made' })).toBe('made');
  });

  test('that is very long is made into something each time', () => {
    const { resultOf, made } = start();
    const long = 'x'.repeat(250_001);

    for (let time = 0; time < 3; time++) resultOf('a', long);

    expect(made).toHaveLength(3);
  });
});

describe.each(ROADS)('over the road %s', (road) => {
  test('the upstream is asked each time, and what it says again is the same row', async () => {
    const { upstream, requests } = await startUpstream(road, [Response.json({ displayName: 'x' })]);

    const rows = [];
    for (let time = 0; time < 3; time++) rows.push(await upstream.models.get('m'));

    expect(requests).toHaveLength(3);
    expect(rows[2]).toBe(rows[1]);
  });

  test('what one key was told is never what another one gets', async () => {
    const { upstreamOf } = await startUpstream(road, [Response.json({ displayName: 'x' })]);

    const [first, second] = [upstreamOf('a'), upstreamOf('b')];
    for (let time = 0; time < 3; time++) await first.models.get('m');
    for (let time = 0; time < 3; time++) await second.models.get('m');

    expect(await second.models.get('m')).not.toBe(await first.models.get('m'));
  });

  test('jobs are told of as they are read, but not again while they stay the same', async () => {
    const told: string[] = [];
    const job = (status: string) => Response.json({ status, triggerWord: 'F' });
    const { upstream } = await startUpstream(road, [...Array(5).fill(job('processing')), job('completed')], {
      onJob: (apiKey, { id, status }) => void told.push(`${apiKey} ${id} ${status?.state}`),
    });

    for (let time = 0; time < 6; time++) await upstream.trainings.get({ modelId: 'm', id: 't' });

    expect(told).toEqual(['secret t PROCESSING', 'secret t PROCESSING', 'secret t COMPLETED']);
  });
});
