import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

const MUTATION =
  'mutation { createModel(input: { displayName: "Été" }) { ... on CreateModelSuccess { model { displayName } } } }';
const QUERY = '{ __typename } # Été';

/** Sends an operation as bytes of an encoding. */
async function post(query: string, encoding: BufferEncoding, contentType: string) {
  const started = startGateway();
  const { url } = await serverOf(started);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': contentType, accept: 'application/json' },
    body: Buffer.from(JSON.stringify({ query }), encoding),
  });
  const { errors, data } = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
  return { status: response.status, data, message: errors?.[0]?.message, requests: started.takeRequests() };
}

describe.each([
  ['a query', QUERY],
  ['a mutation', MUTATION],
])('%s', (_, query) => {
  test('in UTF-8 is executed', async () => {
    const { status, data } = await post(query, 'utf8', 'application/json; charset=UTF-8');

    expect(status).toBe(200);
    expect(JSON.stringify(data)).toMatch(/Query|Été/);
  });

  test.each(['iso-8859-1', 'utf-16', '"windows-1252"'])('in another charset is rejected: %s', async (charset) => {
    const { status, message, requests } = await post(query, 'latin1', `application/json; charset=${charset}`);

    expect(status).toBe(415);
    expect(message).toContain('UTF-8');
    expect(requests).toEqual([]);
  });
});
