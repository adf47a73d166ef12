import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';
import { httpPaths } from './support/transports.ts';

/** Ids and names of the audits of the GraphQL over HTTP specification, for which any URL will do. */
const audits = serverAudits({ url: 'http://unknown.invalid' }).map(({ id, name }) => ({ id, name }));

test('graphql-http has 61 audits', () => {
  expect(audits).toHaveLength(61);
});

describe.each(httpPaths)('GraphQL over HTTP ($httpPath)', ({ open }) => {
  test.each(audits)('the gateway passes the audit $id: $name', async ({ id }) => {
    const { url, send } = await open(startGateway());
    const audit = serverAudits({
      url: `${url}/graphql`,
      fetchFn: (address: string, init: RequestInit) => send(address.slice(url.length), init),
    }).find((each) => each.id === id);

    expect(await audit?.fn()).toMatchObject({ status: 'ok' });
  });
});
