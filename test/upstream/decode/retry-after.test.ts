import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/upstream/decode/retry-after.ts';
import { startUpstream } from '../../support/upstream.ts';

const NOW = Date.UTC(2026, 0, 1);
const parse = (header: string | null | undefined) => parseRetryAfter(header, { now: NOW, max: 300 });

describe('Retry-After', () => {
  test.each<[string, string, number]>([
    ['delay seconds', '120', 120],
    ['no delay', '0', 0],
    ['fractions of seconds', '1.5', 1.5],
    ['fractions without a leading zero', '.5', 0.5],
    ['white space around it', ' \t7 ', 7],
    ['leading zeros', '0007', 7],
    ['an IMF-fixdate', 'Thu, 01 Jan 2026 00:01:00 GMT', 60],
    ['an RFC 850 date', 'Thursday, 01-Jan-26 00:01:00 GMT', 60],
    ['an asctime date, which is UTC', 'Thu Jan  1 00:01:00 2026', 60],
    ['a date without a weekday', '1 Jan 2026 00:01:00 GMT', 60],
    ['a date in lower case', 'thu, 01 jan 2026 00:01:00 gmt', 60],
    ['a date in another zone', 'Thu, 01 Jan 2026 02:01:00 +0200', 60],
    ['an ISO 8601 date', '2026-01-01T00:01:00Z', 60],
    ['an ISO 8601 date with milliseconds', '2026-01-01T00:01:00.000Z', 60],
    ['an ISO 8601 date in another zone', '2025-12-31T19:01:00-05:00', 60],
    ['an ISO 8601 date without a zone, which is UTC', '2026-01-01 00:01:00', 60],
    ['a Unix timestamp in seconds', String(NOW / 1_000 + 60), 60],
    ['a Unix timestamp in seconds with a fraction', `${NOW / 1_000 + 60}.0`, 60],
    ['a Unix timestamp in milliseconds', String(NOW + 60_000), 60],
    ['a date in the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['an RFC 850 date in the past', 'Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['a timestamp in the past', '1500000000', 0],
    ['a timestamp in milliseconds in the past', '1500000000000', 0],
    ['two headers', '5, 10', 10],
    ['two headers without a space', '10,5', 10],
    ['two dates', 'Thu, 01 Jan 2026 00:00:20 GMT, Thu, 01 Jan 2026 00:00:10 GMT', 20],
    ['seconds and a date', '5, Thursday, 01-Jan-26 00:00:20 GMT, 10', 20],
    ['a valid value beside garbage', 'soon, 5', 5],
  ])('a delay is read from %s', (_, header, expected) => {
    expect(parse(header)).toBe(expected);
  });

  test.each([
    '301',
    '86400',
    '1795896802',
    '1795896802000',
    '9999999999',
    '99999999999999999999',
    '9'.repeat(400),
    `${'9'.repeat(20)}.5`,
    'Fri, 31 Dec 9999 23:59:59 GMT',
    'Saturday, 01-Jan-70 00:00:00 GMT',
    '2026-02-01T00:00:00Z',
    '5, 86400',
  ])('a delay above the maximum is capped: %s', (header) => {
    expect(parse(header)).toBe(300);
  });

  test.each([
    undefined,
    null,
    '',
    '  ',
    ',',
    'soon',
    'NaN',
    'Infinity',
    '-Infinity',
    '-5',
    '+5',
    '1e3',
    '0x10',
    '5 10',
    '12 apples',
    '١٢',
    'May 5',
    'Thu, 32 Jan 2026 00:00:20 GMT',
    'Thu, 01 Foo 2026 00:00:20 GMT',
    'Thu, 01 Jan 2026 25:00:00 GMT',
    '2026-13-01T00:00:00Z',
    '2026-01-01T00:00:00+9',
  ])('an invalid value is ignored: %s', (header) => {
    expect(parse(header)).toBeUndefined();
  });
});

describe.each(['fetch', 'pool'] as const)('over the transport %s', (transport) => {
  test.each(['1795896802', '86400', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'the reported delay is capped like that of the error: %s',
    async (header) => {
      const reported: number[] = [];
      const { upstream } = await startUpstream(
        transport,
        [new Response(null, { status: 429, headers: { 'retry-after': header } })],
        { now: () => NOW, maxRetryAfterSeconds: 40, onRetryAfter: (_, seconds) => reported.push(seconds) },
      );

      await expect(upstream.models.get('m')).rejects.toMatchObject({ status: 429, retryAfter: 40 });
      expect(reported).toEqual([40]);
    },
  );

  test('two Retry-After headers count as a list', async () => {
    const headers = new Headers({ 'retry-after': '5' });
    headers.append('retry-after', '10');
    const { upstream } = await startUpstream(transport, [new Response(null, { status: 429, headers })]);

    await expect(upstream.models.get('m')).rejects.toMatchObject({ retryAfter: 10 });
  });
});
