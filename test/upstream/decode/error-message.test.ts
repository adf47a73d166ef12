import { describe, expect, test } from 'vitest';
import { errorMessageIn } from '../../../src/upstream/decode/error-message.ts';

const SENTENCE = 'The prompt is too long.';
const plain = (text: string) => text;
const inJson = (body: unknown) => errorMessageIn(JSON.stringify(body), 'application/json', plain);

describe('the explaining sentence is found', () => {
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
  ])('in %j', (body) => {
    expect(inJson(body)).toBe(SENTENCE);
  });

  test.each(['text/plain', 'text/plain; charset=utf-8', 'TEXT/PLAIN'])('in a short text of %s', (type) => {
    expect(errorMessageIn(`${SENTENCE}\n`, type, plain)).toBe(SENTENCE);
  });
});

describe('without a sentence', () => {
  test.each([
    [{ message: 'Bad Request' }, 'Bad Request'],
    [{ error: 'quota_exceeded', message: 'Forbidden' }, 'quota_exceeded'],
  ])('%j shows %j', (body, expected) => {
    expect(inJson(body)).toBe(expected);
  });

  test.each([{}, [], null, true, 7, { error: true }, { message: 7 }, { message: ' ' }, { error: { code: 5 } }])(
    '%j shows nothing',
    (body) => {
      expect(inJson(body)).toBeUndefined();
    },
  );

  test.each([
    ['<html><body>Bad gateway</body></html>', 'text/html'],
    ['<html><body>Bad gateway</body></html>', 'text/plain'],
    ['Cannot GET /v1', 'text/html'],
    ['Cannot GET /v1', null],
    ['{"message":"The prompt is', 'text/plain'],
    [`${SENTENCE} `.repeat(100), 'text/plain'],
  ])('%j as %s shows nothing', (body, type) => {
    expect(errorMessageIn(body, type, plain)).toBeUndefined();
  });
});

test('HTML within JSON loses to any other text, and is not shown', () => {
  const html = '<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>';

  expect(inJson({ message: html })).toBeUndefined();
  expect(inJson({ message: html, detail: 'Give a width < 512, as Array<number>.' })).toBe(
    'Give a width < 512, as Array<number>.',
  );
  expect(inJson({ message: 'Expected a <b, got more.' })).toBe('Expected a <b, got more.');
});

test('the first five messages of a list are considered', () => {
  expect(inJson({ errors: ['a', 'b', 'c', 'd', SENTENCE] })).toBe(SENTENCE);
  expect(inJson({ errors: ['a', 'b', 'c', 'd', 'e', SENTENCE] })).toBe('a');
});

test('control and format characters become spaces', () => {
  expect(inJson({ message: ' The\u0000 prompt\r\n\u202eis\u200b \ud800too long.\u001b[31m ' })).toBe(
    'The prompt is too long. [31m',
  );
});

test('a long sentence is cut off between characters', () => {
  expect(inJson({ message: `${'x'.repeat(498)}😀${'x'.repeat(500)}` })).toBe(`${'x'.repeat(498)}…`);
});

test('a body that is nested without an end is read to a depth', () => {
  const body = `${'{"error":'.repeat(5_000)}1${'}'.repeat(5_000)}`;

  expect(errorMessageIn(body, 'application/json', plain)).toBeUndefined();
  expect(inJson({ error: { error: { error: { error: SENTENCE } } } })).toBe(SENTENCE);
  expect(inJson({ error: { error: { error: { error: { error: SENTENCE } } } } })).toBeUndefined();
});

test('secrets are taken out before the sentence is cut off', () => {
  const message = `${'x'.repeat(490)} a-secret-key-of-24-chars`;

  expect(
    errorMessageIn(JSON.stringify({ message }), null, (text) => text.replace('a-secret-key-of-24-chars', '…')),
  ).toBe(`${'x'.repeat(490)} …`);
});
