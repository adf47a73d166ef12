import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';

const QUERY = '{ models { nodes { id } } }';
const NO_KEY = {
  errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) })],
};

/** A gateway whose keys travel in `header`, and the headers in which the upstream has got them. */
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

test.each(['authorization', 'Authorization'])('keys travel as bearer tokens in %s, both ways', async (header) => {
  const { query, received } = start(header);

  for (const value of ['Bearer acme', 'bearer  acme', 'acme']) {
    expect(await query(QUERY, {}, { authorization: value })).toEqual({ data: { models: { nodes: [] } } });
  }
  expect(new Set(received)).toEqual(new Set(['Bearer acme']));
});

test('in another header keys travel as they are', async () => {
  const { query, received } = start('X-API-Key');

  expect(await query(QUERY, {}, { 'x-api-key': 'acme' })).toEqual({ data: { models: { nodes: [] } } });
  expect(received).toEqual(['acme']);
});

test.each(['Basic YTpi', 'Bearer', 'Bearer two words', 'Bearer unknown', ''])(
  'what is no bearer token of a known key is refused: "%s"',
  async (value) => {
    expect(await start('authorization').query(QUERY, {}, { authorization: value })).toMatchObject(NO_KEY);
  },
);

test('a request without a key is told the form of the header', async () => {
  const { errors } = await start('authorization').query(QUERY);

  expect(errors?.[0]?.message).toContain('`Authorization: Bearer <key>`');
});

test('a watch token works beside it, but not together with a key', async () => {
  const { query } = start('authorization');
  const forged = { 'x-watch-token': 'forged' };

  expect((await query(QUERY, {}, forged)).errors?.[0]?.message).not.toContain('several');
  expect((await query(QUERY, {}, { ...forged, authorization: 'Bearer acme' })).errors?.[0]?.message).toContain(
    'several',
  );
});
