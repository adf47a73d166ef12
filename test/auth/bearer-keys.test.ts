import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';

const QUERY = '{ models { nodes { id } } }';
const NO_KEY = {
  errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) })],
};

/** A gateway with `header` as its API key header, and the values of that header that the upstream received. */
function start(header: string) {
  const received: (string | null)[] = [];
  const gateway = startGateway({
    config: { apiKeyHeader: header, ownKey: undefined },
    sandbox: { keys: ['acme'], apiKeyHeader: header.toLowerCase() },
    transport: (request, upstream) => {
      received.push(request.headers.get(header));
      return upstream(request);
    },
  });
  return { ...gateway, received };
}

test.each(['authorization', 'Authorization'])(
  'API keys are bearer tokens in the header %s, from callers and to the upstream',
  async (header) => {
    const { query, received } = start(header);

    for (const value of ['Bearer acme', 'bearer  acme', 'acme']) {
      expect(await query(QUERY, {}, { authorization: value })).toEqual({ data: { models: { nodes: [] } } });
    }
    expect(new Set(received)).toEqual(new Set(['Bearer acme']));
  },
);

test('API keys are sent without a scheme in any other header', async () => {
  const { query, received } = start('X-API-Key');

  expect(await query(QUERY, {}, { 'x-api-key': 'acme' })).toEqual({ data: { models: { nodes: [] } } });
  expect(received).toEqual(['acme']);
});

test.each(['Basic YTpi', 'Bearer', 'Bearer two words', 'Bearer unknown', ''])(
  'an Authorization header without the bearer token of a known key is rejected: "%s"',
  async (value) => {
    expect(await start('authorization').query(QUERY, {}, { authorization: value })).toMatchObject(NO_KEY);
  },
);

test('the error for a request without a key shows the expected form of the header', async () => {
  const { errors } = await start('authorization').query(QUERY);

  expect(errors?.[0]?.message).toContain('`Authorization: Bearer <key>`');
});

test('a watch token is read when Authorization carries the key, but is rejected together with a key', async () => {
  const { query } = start('authorization');
  const forged = { 'x-watch-token': 'forged' };

  expect((await query(QUERY, {}, forged)).errors?.[0]?.message).not.toContain('several');
  expect((await query(QUERY, {}, { ...forged, authorization: 'Bearer acme' })).errors?.[0]?.message).toContain(
    'several',
  );
});
