import { describe, expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { serveLogged } from './support.ts';

const QUERY = { query: '{ models { nodes { id } } }' };
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('request ids', () => {
  test('of a client are logged, returned, and sent to the upstream, as is its trace', async () => {
    const { post, forwarded, ended } = await serveLogged();

    for (const count of [1, 2]) {
      const response = await post(QUERY, { 'x-request-id': `shop-${count}:a/b`, traceparent: TRACEPARENT });
      await response.text();
      await until(() => ended().length === count);

      expect(response.headers.get('x-request-id')).toBe(`shop-${count}:a/b`);
      expect(ended().at(-1)).toMatchObject({
        requestId: `shop-${count}:a/b`,
        traceId: '0af7651916cd43dd8448eb211c80319c',
      });
      expect(forwarded.at(-1)?.get('x-request-id')).toBe(`shop-${count}:a/b`);
      expect(forwarded.at(-1)?.get('traceparent')).toBe(TRACEPARENT);
    }
  });

  test.each([
    ['shop=00f067aa0ba902b7,proxy=t61rcWkgMzE', 'shop=00f067aa0ba902b7,proxy=t61rcWkgMzE'],
    ['a=b'.repeat(171), null],
  ])('the state of a trace is sent to the upstream, up to 512 characters: %s', async (tracestate, sent) => {
    const { post, forwarded } = await serveLogged();

    await (await post(QUERY, { traceparent: TRACEPARENT, tracestate })).text();
    await (await post(QUERY, { tracestate })).text();

    expect(forwarded.map((headers) => headers.get('tracestate'))).toEqual([sent, null]);
  });

  test.each([
    ['none', {}],
    ['an empty one', { 'x-request-id': '' }],
    ['one with a space', { 'x-request-id': 'a b' }],
    ['one with quotes', { 'x-request-id': '"}' }],
    ['one that is too long', { 'x-request-id': 'x'.repeat(129) }],
    ['one with other characters', { 'x-request-id': 'ä' }],
  ])('are created if the client sends %s', async (_, headers) => {
    const { post, ended, forwarded } = await serveLogged();

    const response = await post(QUERY, headers);
    await response.text();

    await until(() => ended().length === 1);
    const id = response.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(ended()[0]?.requestId).toBe(id);
    expect(forwarded[0]?.get('x-request-id')).toBe(id);
  });

  test.each([
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
    'garbage',
  ])('a malformed traceparent is ignored: %s', async (traceparent) => {
    const { post, ended, forwarded } = await serveLogged();

    await (await post(QUERY, { traceparent })).text();

    await until(() => ended().length === 1);
    expect(ended()[0]).not.toHaveProperty('traceId');
    expect(forwarded[0]?.get('traceparent')).toBeNull();
  });

  test.each(['/', '/health', '/nowhere', '/images/x', '/uploads/x'])('are returned by %s', async (path) => {
    const { url } = await serveLogged();

    const response = await fetch(url + path, { headers: { 'x-request-id': 'mine' }, redirect: 'manual' });
    await response.text();

    expect(response.headers.get('x-request-id')).toBe('mine');
  });

  test('a write sends its id to the upstream, too', async () => {
    const { post, forwarded } = await serveLogged();

    const query = 'mutation { createModel(input: { displayName: "A" }) { __typename } }';
    await (await post({ query }, { 'x-request-id': 'write-1' })).text();

    expect(forwarded.map((headers) => headers.get('x-request-id'))).toContain('write-1');
  });
});

describe('levels', () => {
  test('health checks are logged at debug only', async () => {
    const [quiet, verbose] = [await serveLogged(), await serveLogged({ level: 'debug' })];

    for (const { url } of [quiet, verbose]) {
      for (const path of ['/health', '/ready', '/nowhere']) await (await fetch(url + path)).text();
    }

    await until(() => verbose.ended().length === 3 && quiet.ended().length === 1);
    expect(quiet.ended()).toMatchObject([{ path: '/nowhere' }]);
    expect(verbose.ended().map(({ msg }) => msg)).toEqual(['probe', 'probe', 'request']);
  });

  test('each upstream request is logged at debug, with the id of its request', async () => {
    const { post, logLines } = await serveLogged({ logLevel: 'debug' });

    await (await post(QUERY, { 'x-request-id': 'traced' })).text();

    const upstream = logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'upstream request');
    expect(upstream).toMatchObject([{ upstream: 'listModels', status: '2xx', requestId: 'traced', level: 20 }]);
  });
});
