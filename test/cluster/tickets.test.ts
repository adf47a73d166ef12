import { expect, onTestFinished, test } from 'vitest';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { createClock } from '../support/clock.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { startReplicas } from './support.ts';

const TICKETS = `mutation ($input: CreateUploadTicketsInput!) {
  createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } }
}`;

test('an upload ticket is used once by all replicas with one store, at the same time and later', async () => {
  const store = openDiskStore('memory', { now: createClock().now });
  onTestFinished(store.close);
  // Each gateway closes its store.
  const { replicas, first, takeRequests } = await startReplicas(2, {
    idempotencyStore: { ...store, close: async () => {} },
  });
  const model = await seedModel(first.upstream, 'Dresses');
  const { data } = await first.query<{ createUploadTickets: { tickets: { url: string }[] } }, object>(TICKETS, {
    input: { target: { newInModel: model.globalId }, count: 1 },
  });
  const { pathname } = new URL(data?.createUploadTickets.tickets[0]?.url ?? '');
  const body = await smallImage();
  takeRequests();
  const put = (index: number) => replicas[index]?.fetch(pathname, { method: 'PUT', body });
  const responses = [...(await Promise.all([put(0), put(1)])), await put(0), await put(1)];

  expect(takeRequests().filter((operation) => operation === 'uploadDataItem')).toHaveLength(1);
  expect(responses.map((response) => response?.status).toSorted()).toEqual([201, 409, 409, 409]);
});
