import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { bothPaths } from './both-paths.ts';

/** A query whose document differs by number. */
const post = (number: number) => ({
  body: JSON.stringify({ query: `{ __typename } # ${number}` }),
  headers: ['content-type: application/json'],
});
const statusOf = (response: string) => response.split(' ', 2)[1];

test('requests above the rate of their address are rejected on the fast path, too', async () => {
  const { sendTo, fastResponses } = await bothPaths(startGateway({ rates: { perAddress: 2 } }));

  const statuses: (string | undefined)[] = [];
  for (let time = 0; time < 6; time++) statuses.push(statusOf(await sendTo('fast', post(0))));

  expect(statuses).toEqual(['200', '200', '200', '200', '429', '429']);
  expect(await fastResponses()).toBe(4);
});

test('a request that the fast path leaves to Yoga counts once', async () => {
  const { sendUnknown } = await bothPaths(startGateway({ rates: { perAddress: 2 } }));

  const statuses: (string | undefined)[] = [];
  for (let time = 0; time < 5; time++) statuses.push(statusOf(await sendUnknown('fast', post(time))));

  expect(statuses).toEqual(['200', '200', '200', '200', '429']);
});
