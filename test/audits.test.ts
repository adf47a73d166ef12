import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';
import { roads } from './support/transports.ts';

/** The audits of the GraphQL over HTTP specification, as far as they can be told without an address. */
const audits = serverAudits({ url: 'http://unknown.invalid' }).map(({ id, name }) => ({ id, name }));

test('there are 61 audits', () => {
  expect(audits).toHaveLength(61);
});

describe.each(roads)('GraphQL over HTTP, by the road $road', ({ open }) => {
  test.each(audits)('$id: $name', async ({ id }) => {
    const { url, send } = await open(startGateway());
    const audit = serverAudits({
      url: `${url}/graphql`,
      fetchFn: (address: string, init: RequestInit) => send(address.slice(url.length), init),
    }).find((each) => each.id === id);

    expect(await audit?.fn()).toMatchObject({ status: 'ok' });
  });
});
