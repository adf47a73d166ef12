import { describe, expect, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import { parseRetryAfter } from '../../../src/upstream/decode/retry-after.ts';
import { defaultRetry, waitBeforeRetry } from '../../../src/upstream/policy/retry.ts';
import { NetworkError, StatusError } from '../../../src/upstream/transport/errors.ts';

const NOW = Date.UTC(2026, 0, 1);
const { getModel, startTraining } = contract.operations;

const statusError = (status: number, headers: Record<string, string> = {}) =>
  new StatusError(status, { retryAfter: parseRetryAfter(headers['retry-after'], { now: NOW, max: 300 }) });

const broken = (code: string) => new NetworkError(Object.assign(new Error(code), { code }));

const wait = (error: unknown, { failures = 1, random = 1, operation = getModel, isSent = true } = {}) =>
  waitBeforeRetry({ operation, failures, error, isSent }, defaultRetry, () => random);

const reset = broken('ECONNRESET');

describe('the wait before a retry', () => {
  test('the wait before a retry is a random fraction of the delay, which grows with each failure', () => {
    expect([0, 0.25, 1].map((random) => wait(reset, { random }))).toEqual([0, 75, 300]);
    expect([0, 0.25, 1].map((random) => wait(reset, { random, failures: 2 }))).toEqual([0, 150, 600]);
  });

  test('there is no wait after the last retry', () => {
    expect(wait(reset, { failures: 3 })).toBeUndefined();
  });

  test.each([
    ['seconds', '2', 2_300],
    ['fractions of seconds', '0.5', 800],
    ['a date', new Date(NOW + 3_000).toUTCString(), 3_300],
    ['a date in the past', new Date(NOW - 3_000).toUTCString(), 300],
    ['an invalid value', 'soon', 300],
    ['the maximum delay', '5', 5_300],
  ])('the wait before a retry includes a `Retry-After` with %s', (_, after, expected) => {
    expect(wait(statusError(429, { 'retry-after': after }))).toBe(expected);
    expect(wait(statusError(503, { 'retry-after': after }))).toBe(expected);
  });

  test.each(['5.1', '6', '86400', new Date(NOW + 6_000).toUTCString()])(
    'there is no retry after a `Retry-After` that exceeds the maximum: %s',
    (after) => {
      expect(wait(statusError(429, { 'retry-after': after }))).toBeUndefined();
      expect(wait(statusError(503, { 'retry-after': after }))).toBeUndefined();
    },
  );
});

describe('a write that may have been applied is not retried', () => {
  test.each([400, 401, 403, 404, 408, 409, 500, 501, 502, 503, 504, 507])(
    'a write is not retried after %i',
    (status) => {
      expect(wait(statusError(status), { operation: startTraining })).toBeUndefined();
      expect(wait(statusError(status, { 'retry-after': '1' }), { operation: startTraining })).toBeUndefined();
    },
  );

  test('a write is not retried after a broken connection', () => {
    expect(wait(reset, { operation: startTraining })).toBeUndefined();
    expect(
      wait(new NetworkError(new TypeError('terminated', { cause: reset })), { operation: startTraining }),
    ).toBeUndefined();
  });

  test('a write that was not written to a connection is retried, whatever the error is', () => {
    for (const code of ['ECONNRESET', 'ECONNREFUSED', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED', 'UND_ERR_CONNECT_TIMEOUT']) {
      expect(wait(broken(code), { operation: startTraining, isSent: false })).toBe(300);
      expect(wait(broken(code), { operation: startTraining, isSent: true })).toBeUndefined();
    }
  });

  test('a write is retried after a 429', () => {
    expect(wait(statusError(429), { operation: startTraining })).toBe(300);
  });
});

test('a request is not retried after a programming error', () => {
  expect(wait(new TypeError('undefined is not a function'))).toBeUndefined();
  expect(wait(new RangeError('an id'))).toBeUndefined();
});
