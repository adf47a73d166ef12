import pino from 'pino';
import { describe, expect, test } from 'vitest';
import type { ProtocolClient } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { seedModel } from '../support/seeds.ts';
import { acknowledged, expectAnswers, listen } from './support.ts';

const MEGABYTE = 1_048_576;

/** A gateway whose only model has a name of one megabyte. */
async function listenWithLongNames(unsent: { perSocket: number; inTotal: number }) {
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const started = await listen(
    { unsent, log },
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
  return { ...started, count };
}

/** Requests results of so many megabytes each. */
const request = ({ send: say }: ProtocolClient, id: string, megabytes: number) => {
  const fields = Array.from({ length: megabytes }, (_, index) => `n${index}: displayName`).join(' ');
  say({ type: 'subscribe', id, payload: { query: `{ models { nodes { ${fields} } } }` } });
};

describe('a client that does not read', () => {
  test('operations of a client that does not read wait until it has read previous results, and then all are executed', async () => {
    const { url, count } = await listenWithLongNames({ perSocket: 32 * MEGABYTE, inTotal: 1_000 * MEGABYTE });
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
    expect(count('socket operation')).toBeLessThan(24);

    conversation.socket.resume();
    await until(() => completed.size === 40);
    expect(count('terminated')).toBe(0);
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
