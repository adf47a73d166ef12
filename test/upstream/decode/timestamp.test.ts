import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { timestamp } from '../../../src/upstream/decode/timestamp.ts';

const NEW_YEAR = Date.UTC(2026, 0, 1);

describe('a valid timestamp', () => {
  test.each([
    ['2026-01-01T00:00:00Z', NEW_YEAR],
    ['2026-01-01T00:00:00.123Z', NEW_YEAR + 123],
    ['2026-01-01T00:00:00.123456789Z', NEW_YEAR + 123],
    ['2026-01-01T01:30:00+01:30', NEW_YEAR],
    ['2025-12-31T19:00:00-0500', NEW_YEAR],
    ['2025-12-31T19:00:00-05', NEW_YEAR],
    ['2026-01-01T00:00:00', NEW_YEAR],
    ['2026-01-01 00:00:00', NEW_YEAR],
    ['2026-01-01 00:00:00.5 UTC', NEW_YEAR + 500],
    ['2026-01-01T00:00', NEW_YEAR],
    ['2026-01-01', NEW_YEAR],
    ['2025-12-31T24:00:00Z', NEW_YEAR],
    ['2025-12-31T23:59:60Z', NEW_YEAR],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['Thu, 01 Jan 2026 00:00:00 GMT', NEW_YEAR],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
    [NEW_YEAR / 1_000, NEW_YEAR],
    [NEW_YEAR / 1_000 + 0.25, NEW_YEAR + 250],
    [NEW_YEAR, NEW_YEAR],
    [String(NEW_YEAR / 1_000), NEW_YEAR],
    [`${NEW_YEAR / 1_000}.25`, NEW_YEAR + 250],
    [String(NEW_YEAR), NEW_YEAR],
    [0, 0],
    [-86_400, -86_400_000],
    [{ _seconds: NEW_YEAR / 1_000, _nanoseconds: 5_000_000 }, NEW_YEAR + 5],
    [{ seconds: NEW_YEAR / 1_000, nanoseconds: 5_999_999 }, NEW_YEAR + 5],
    [{ seconds: String(NEW_YEAR / 1_000), nanoseconds: '5000000' }, NEW_YEAR + 5],
    [{ _seconds: NEW_YEAR / 1_000 }, NEW_YEAR],
    [{ seconds: NEW_YEAR / 1_000, nanoseconds: null }, NEW_YEAR],
  ])('a timestamp is read from %j', (value, expected) => {
    expect(timestamp(value)?.getTime()).toBe(expected);
  });

  test('null is read as no timestamp', () => {
    expect(timestamp(null)).toBeNull();
  });

  test('a timestamp without a zone is read as UTC in any local time zone', () => {
    const script = `
      import { timestamp } from './src/upstream/decode/timestamp.ts';
      const texts = ['2026-07-01T12:00:00', '2026-07-01 12:00', '2026-03-29T02:30:00', '2026-07-01'];
      console.log(JSON.stringify(texts.map((text) => timestamp(text))));
    `;
    const inZone = (TZ: string) =>
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
        env: { ...process.env, TZ },
        encoding: 'utf8',
      });

    expect(JSON.parse(inZone('Asia/Kathmandu'))).toEqual([
      '2026-07-01T12:00:00.000Z',
      '2026-07-01T12:00:00.000Z',
      '2026-03-29T02:30:00.000Z',
      '2026-07-01T00:00:00.000Z',
    ]);
  });
});

describe('an invalid timestamp', () => {
  test.each([
    '',
    ' ',
    'soon',
    '2026',
    '20260101',
    '2026-1-1',
    '2026-13-01',
    '2026-02-30T00:00:00Z',
    '2025-02-29',
    '2026-01-01T25:00:00Z',
    '2026-01-01T24:00:01Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00+25:00',
    '01/02/2026',
    '1767225600000000',
    '1e10',
    'Infinity',
    1e300,
    8.65e15,
    -8.64e15,
    1_767_225_600_000_000,
    Number.POSITIVE_INFINITY,
    true,
    [],
    [1_767_225_600],
    {},
    { _seconds: null },
    { _seconds: 'x' },
    { _seconds: '' },
    { _seconds: 1e300 },
    { _seconds: 0, _nanoseconds: 'x' },
  ])('the value %j is not a timestamp', (value) => {
    expect(() => timestamp(value)).toThrow('expected a time, got ');
  });
});
