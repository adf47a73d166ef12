import { describe, expect, test } from 'vitest';
import { errorMessageIn } from '../../../src/upstream/decode/error-message.ts';

const SENTENCE = 'The prompt is too long.';
const unchanged = (text: string) => text;
const messageIn = (body: unknown) => errorMessageIn(JSON.stringify(body), 'application/json', unchanged);

describe('an error message', () => {
  test.each([
    { message: SENTENCE },
    { error: SENTENCE },
    { error: { message: SENTENCE } },
    { error: { error: { message: SENTENCE } } },
    { error: { code: 'invalid', message: SENTENCE } },
    { error: true, message: SENTENCE },
    { error: null, message: SENTENCE },
    { statusCode: 400, error: 'Bad Request', message: SENTENCE },
    { statusCode: 400, message: 'Bad Request', error: SENTENCE },
    { statusCode: 400, error: 'Bad Request', message: [SENTENCE, 'Another one.'] },
    { message: 'BAD_REQUEST', detail: SENTENCE },
    { message: '400 Bad Request', detail: SENTENCE },
    { message: 'HTTP 422: Unprocessable Entity', detail: SENTENCE },
    { message: 'Error', detail: SENTENCE },
    { message: '', detail: SENTENCE },
    { error: 'invalid_request', error_description: SENTENCE },
    { detail: SENTENCE },
    { detail: [{ loc: ['body', 'prompt'], msg: SENTENCE, type: 'value_error' }] },
    { detail: { message: SENTENCE } },
    { errors: [{ message: SENTENCE }] },
    { errors: [SENTENCE] },
    { errors: [{ status: '422', title: 'Unprocessable Entity', detail: SENTENCE }] },
    { errors: { message: SENTENCE } },
    { type: 'about:blank', title: 'Bad Request', status: 400, detail: SENTENCE },
    { title: SENTENCE },
    [{ message: SENTENCE }],
    SENTENCE,
  ])('the message is found in %j', (body) => {
    expect(messageIn(body)).toBe(SENTENCE);
  });

  test.each(['text/plain', 'text/plain; charset=utf-8', 'TEXT/PLAIN'])(
    'a short text of the type %s is the message',
    (type) => {
      expect(errorMessageIn(`${SENTENCE}\n`, type, unchanged)).toBe(SENTENCE);
    },
  );
});

describe('an error response without a sentence', () => {
  test.each([
    [{ message: 'Bad Request' }, 'Bad Request'],
    [{ error: 'quota_exceeded', message: 'Forbidden' }, 'quota_exceeded'],
  ])('the message of %j is %j', (body, expected) => {
    expect(messageIn(body)).toBe(expected);
  });

  test.each([{}, [], null, true, 7, { error: true }, { message: 7 }, { message: ' ' }, { error: { code: 5 } }])(
    '%j contains no message',
    (body) => {
      expect(messageIn(body)).toBeUndefined();
    },
  );

  test.each([
    ['<html><body>Bad gateway</body></html>', 'text/html'],
    ['<html><body>Bad gateway</body></html>', 'text/plain'],
    ['Cannot GET /v1', 'text/html'],
    ['Cannot GET /v1', null],
    ['{"message":"The prompt is', 'text/plain'],
    [`${SENTENCE} `.repeat(100), 'text/plain'],
  ])('%j as %s contains no message', (body, type) => {
    expect(errorMessageIn(body, type, unchanged)).toBeUndefined();
  });
});

test('HTML within JSON is never the message', () => {
  const html = '<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>';

  expect(messageIn({ message: html })).toBeUndefined();
  expect(messageIn({ message: html, detail: 'Give a width < 512, as Array<number>.' })).toBe(
    'Give a width < 512, as Array<number>.',
  );
  expect(messageIn({ message: 'Expected a <b, got more.' })).toBe('Expected a <b, got more.');
});

test('only the first five messages of a list are considered', () => {
  expect(messageIn({ errors: ['a', 'b', 'c', 'd', SENTENCE] })).toBe(SENTENCE);
  expect(messageIn({ errors: ['a', 'b', 'c', 'd', 'e', SENTENCE] })).toBe('a');
});

test('control and format characters are replaced by spaces', () => {
  expect(messageIn({ message: ' The\u0000 prompt\r\n\u202eis\u200b \ud800too long.\u001b[31m ' })).toBe(
    'The prompt is too long. [31m',
  );
});

test('a long message is truncated between characters', () => {
  expect(messageIn({ message: `${'x'.repeat(498)}😀${'x'.repeat(500)}` })).toBe(`${'x'.repeat(498)}…`);
});

test('a deeply nested body is searched to a maximum depth', () => {
  const body = `${'{"error":'.repeat(5_000)}1${'}'.repeat(5_000)}`;

  expect(errorMessageIn(body, 'application/json', unchanged)).toBeUndefined();
  expect(messageIn({ error: { error: { error: { error: SENTENCE } } } })).toBe(SENTENCE);
  expect(messageIn({ error: { error: { error: { error: { error: SENTENCE } } } } })).toBeUndefined();
});

test('secrets are redacted before the message is truncated', () => {
  const message = `${'x'.repeat(490)} a-secret-key-of-24-chars`;

  expect(
    errorMessageIn(JSON.stringify({ message }), null, (text) => text.replace('a-secret-key-of-24-chars', '…')),
  ).toBe(`${'x'.repeat(490)} …`);
});
