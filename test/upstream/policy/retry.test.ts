import { describe, expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import { parseRetryAfter } from '../../../src/upstream/decode/retry-after.ts';
import { defaultRetry, waitBeforeRetry } from '../../../src/upstream/policy/retry.ts';
import { NetworkError, StatusError } from '../../../src/upstream/transport/errors.ts';

const NOW = Date.UTC(2026, 0, 1);
const { getModel, startTraining } = contract.operations;

const answered = (status: number, headers: Record<string, string> = {}) =>
  new StatusError(status, { retryAfter: parseRetryAfter(headers['retry-after'], { now: NOW, max: 300 }) });

const broken = (code: string) => new NetworkError(Object.assign(new Error(code), { code }));

const wait = (error: unknown, { failures = 1, random = 1, operation = getModel, isSent = true } = {}) =>
  waitBeforeRetry({ operation, failures, error, isSent }, defaultRetry, () => random);

const reset = broken('ECONNRESET');

describe('the wait before a repetition', () => {
  test('is any share of what it grows to, from none to all', () => {
    expect([0, 0.25, 1].map((random) => wait(reset, { random }))).toEqual([0, 75, 300]);
    expect([0, 0.25, 1].map((random) => wait(reset, { random, failures: 2 }))).toEqual([0, 150, 600]);
  });

  test('ends with the last repetition', () => {
    expect(wait(reset, { failures: 3 })).toBeUndefined();
  });

  test.each([
    ['seconds', '2', 2_300],
    ['fractions of seconds', '0.5', 800],
    ['a time', new Date(NOW + 3_000).toUTCString(), 3_300],
    ['a time that has passed', new Date(NOW - 3_000).toUTCString(), 300],
    ['nothing readable', 'soon', 300],
    ['as long as is waited', '5', 5_300],
  ])('is at least what the upstream asks for as %s', (_, after, expected) => {
    expect(wait(answered(429, { 'retry-after': after }))).toBe(expected);
    expect(wait(answered(503, { 'retry-after': after }))).toBe(expected);
  });

  test.each(['5.1', '6', '86400', new Date(NOW + 6_000).toUTCString()])(
    'is not waited out when the upstream asks for more than fits: %s',
    (after) => {
      expect(wait(answered(429, { 'retry-after': after }))).toBeUndefined();
      expect(wait(answered(503, { 'retry-after': after }))).toBeUndefined();
    },
  );
});

describe('what may have happened is not repeated', () => {
  test.each([400, 401, 403, 404, 408, 409, 500, 501, 502, 503, 504, 507])('a write after %i', (status) => {
    expect(wait(answered(status), { operation: startTraining })).toBeUndefined();
    expect(wait(answered(status, { 'retry-after': '1' }), { operation: startTraining })).toBeUndefined();
  });

  test('a write after a broken connection', () => {
    expect(wait(reset, { operation: startTraining })).toBeUndefined();
    expect(
      wait(new NetworkError(new TypeError('terminated', { cause: reset })), { operation: startTraining }),
    ).toBeUndefined();
  });

  test('but a write that was not written to a connection cannot have happened, whatever went wrong', () => {
    for (const code of ['ECONNRESET', 'ECONNREFUSED', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED', 'UND_ERR_CONNECT_TIMEOUT']) {
      expect(wait(broken(code), { operation: startTraining, isSent: false })).toBe(300);
      expect(wait(broken(code), { operation: startTraining, isSent: true })).toBeUndefined();
    }
  });

  test('but a write that was refused for its rate cannot have happened', () => {
    expect(wait(answered(429), { operation: startTraining })).toBe(300);
  });
});

test('a mistake of our own is not repeated', () => {
  expect(wait(new TypeError('undefined is not a function'))).toBeUndefined();
  expect(wait(new RangeError('an id'))).toBeUndefined();
});
