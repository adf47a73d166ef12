import pino from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { createRequests } from '../../src/telemetry/requests.ts';
import type { ProtocolClient } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { seedModel } from '../support/seeds.ts';
import { acknowledged, expectAnswers, listen } from './support.ts';

const MEGABYTE = 1_048_576;

/** A gateway whose only model has a name of one megabyte. */
async function listenWithLongNames(unsent: { perSocket: number; inTotal: number }) {
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const requests = createRequests({ log, monotonicNow: () => 0 });
  const start = vi.spyOn(requests, 'start');
  const started = await listen(
    { unsent, log, requests },
    {
      transport: async (request, upstream) => {
        const text = await (await upstream(request)).text();
        const headers = { 'content-type': 'application/json' };
        return new Response(text.replaceAll('Dresses', 'D'.repeat(MEGABYTE)), { headers });
      },
    },
  );
  await seedModel(started.upstream, 'Dresses');
  const count = (message: string) => logged.filter((line) => JSON.parse(line).msg.includes(message)).length;
  /** Number of operations that have begun. */
  const begun = () => start.mock.calls.filter(([{ transport }]) => transport === 'websocket').length;
  return { ...started, count, begun, requests };
}

/** Requests results of so many megabytes each. */
const request = ({ send: say }: ProtocolClient, id: string, megabytes: number) => {
  const fields = Array.from({ length: megabytes }, (_, index) => `n${index}: displayName`).join(' ');
  say({ type: 'subscribe', id, payload: { query: `{ models { nodes { ${fields} } } }` } });
};

describe('a client that does not read', () => {
  test('operations of a client that does not read wait until it has read previous results, and then all are executed', async () => {
    const { url, count, begun } = await listenWithLongNames({ perSocket: 32 * MEGABYTE, inTotal: 1_000 * MEGABYTE });
    const conversation = await acknowledged(url);
    const completed = new Set<string>();
    conversation.socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data));
      if (type === 'complete') completed.add(id);
    });

    conversation.socket.pause();
    for (let sent = 0; sent < 40; sent++) {
      request(conversation, `${sent}`, 2);
      await settle();
    }
    expect(begun()).toBeLessThan(24);

    conversation.socket.resume();
    await until(() => completed.size === 40);
    expect(count('terminated')).toBe(0);
  });

  test('a subscription ends at its `complete`, however many messages arrive together with both', async () => {
    const { url, requests } = await listenWithLongNames({ perSocket: 32 * MEGABYTE, inTotal: 1_000 * MEGABYTE });
    const conversation = await acknowledged(url);
    const completed = new Set<string>();
    conversation.socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data));
      if (type === 'complete') completed.add(id);
    });
    // From now on, messages are handled one by one.
    conversation.socket.pause();
    for (let sent = 0; sent < 20; sent++) request(conversation, `${sent}`, 2);
    await settle();
    conversation.socket.resume();
    await until(() => completed.size === 20);

    for (let between = 0; between < 6; between++) {
      const id = `stream ${between}`;
      conversation.send({ type: 'subscribe', id, payload: { query: 'subscription { predictionsUpdated { id } }' } });
      for (let other = 0; other < between; other++) conversation.send({ type: 'complete', id: `none ${other}` });
      conversation.send({ type: 'complete', id });
    }
    request(conversation, 'last', 1);
    await until(() => completed.has('last'));

    expect(requests.streams.websocket).toBe(0);
  });

  test('the socket of a client that does not read is terminated above the limit of unsent bytes', async () => {
    const { url, count } = await listenWithLongNames({ perSocket: MEGABYTE, inTotal: 1_000 * MEGABYTE });
    const conversation = await acknowledged(url);

    conversation.socket.pause();
    for (let sent = 0; sent < 24; sent++) request(conversation, `${sent}`, 4);
    await until(() => count('terminated') > 0);
    conversation.socket.resume();

    expect(await conversation.closed).toMatchObject({ code: 1006 });
  });

  test('the socket with the most unsent bytes is terminated above the total limit, and the others stay open', async () => {
    const { url, count } = await listenWithLongNames({ perSocket: 1_000 * MEGABYTE, inTotal: 8 * MEGABYTE });
    const [conversation, other] = [await acknowledged(url), await acknowledged(url)];

    conversation.socket.pause();
    for (let sent = 0; sent < 24; sent++) request(conversation, `${sent}`, 4);
    await until(() => count('terminated') > 0);
    conversation.socket.resume();

    expect(await conversation.closed).toMatchObject({ code: 1006 });
    await expectAnswers(other);
  });
});
