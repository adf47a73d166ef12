import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { bothPaths } from './both-paths.ts';

/** More levels than JSON.stringify can write. */
const DEEP = '['.repeat(20_000) + ']'.repeat(20_000);

const requestWith = (body: string, accept = 'application/json') => ({
  headers: ['content-type: application/json', `accept: ${accept}`, 'x-api-key: demo'],
  body,
});

describe.each(['yoga', 'fast'] as const)('deeply nested JSON in a request over %s', (path) => {
  test.each([
    ['documentId', `{"documentId":${DEEP}}`],
    ['doc_id', `{"doc_id":${DEEP}}`],
    ['a hash', `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":${DEEP}}}}`],
    ['operationName', `{"query":"query A { __typename }","operationName":${DEEP}}`],
  ])('is bad input: %s', async (_, body) => {
    const { sendUnknown } = await bothPaths(startGateway());

    const response = await sendUnknown(path, requestWith(body));

    expect(response).toMatch(/^HTTP\/1\.1 [24]00/);
    expect(response).toContain('BAD_USER_INPUT');
  });

  test('does not matter in a variable that is not used', async () => {
    const { sendUnknown } = await bothPaths(startGateway());

    const response = await sendUnknown(path, requestWith(`{"query":"{ __typename }","variables":{"a":${DEEP}}}`));

    expect(response).toContain('{"data":{"__typename":"Query"}}');
  });
});

test('a subscription with a deeply nested variable that is not used is executed', async () => {
  const started = startGateway();
  const query = 'subscription { jobsUpdated(ids: []) { __typename } }';

  const { sendUnknown } = await bothPaths(started);
  const response = await sendUnknown(
    'yoga',
    requestWith(JSON.stringify({ query }).replace('}"}', `}","variables":{"a":${DEEP}}}`), 'text/event-stream'),
  );

  expect(response).not.toContain('INTERNAL_SERVER_ERROR');
});
