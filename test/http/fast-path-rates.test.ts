import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { bothRoads } from './both-paths.ts';

/** Queries that differ in nothing but their text. */
const post = (number: number) => ({
  body: JSON.stringify({ query: `{ __typename } # ${number}` }),
  headers: ['content-type: application/json'],
});
const statusOf = (answer: string) => answer.split(' ', 2)[1];

test('whoever asks too often from one address is refused, by whichever road', async () => {
  const { sendTo, shortAnswers } = await bothRoads(startGateway({ rates: { perAddress: 2 } }));

  const statuses: (string | undefined)[] = [];
  for (let time = 0; time < 6; time++) statuses.push(statusOf(await sendTo('short', post(0))));

  expect(statuses).toEqual(['200', '200', '200', '200', '429', '429']);
  expect(await shortAnswers()).toBe(4);
});

test('a request that goes the other way after all counts once', async () => {
  const { sendUnknown } = await bothRoads(startGateway({ rates: { perAddress: 2 } }));

  const statuses: (string | undefined)[] = [];
  for (let time = 0; time < 5; time++) statuses.push(statusOf(await sendUnknown('short', post(time))));

  expect(statuses).toEqual(['200', '200', '200', '200', '429']);
});
