import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { type Answer, ask, openSocket } from './client.ts';

const CREATE_MODEL = 'mutation { createModel(input: { displayName: "Coats" }) { __typename } }';
const MODELS = '{ models { nodes { displayName } } }';

// Browsers send these without asking first, and name the page's origin.
test.each([
  ['a form', 'application/x-www-form-urlencoded', String(new URLSearchParams({ query: CREATE_MODEL }))],
  [
    'a multipart form',
    'multipart/form-data; boundary=x',
    [
      `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: CREATE_MODEL })}`,
      '--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{}',
      '--x--\r\n',
    ].join('\r\n'),
  ],
])('a page of another site changes nothing with %s', async (_, type, body) => {
  const { url } = await startProgram({ env: { SANDBOX_SEED: 'false' } });

  const sent = request(`${url}/graphql`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': type },
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  await text(response);

  expect(await ask(url, MODELS)).toEqual({ data: { models: { nodes: [] } } });
});

test('a page of another site that opens a WebSocket is lent no key', async () => {
  const { url } = await startProgram();

  const answer = await askOverSocket(url, 'https://evil.example');

  expect(answer.data ?? null).toBeNull();
});

test('a page of this machine that opens a WebSocket is lent the key', async () => {
  const { url } = await startProgram({ env: { SANDBOX_SEED: 'false' } });

  expect(await askOverSocket(url, 'http://localhost:5173')).toEqual({ data: { models: { nodes: [] } } });
});

test('a mutation by GET is refused as the client’s mistake', async () => {
  const { url } = await startProgram();

  const response = await fetch(`${url}/graphql?${new URLSearchParams({ query: CREATE_MODEL })}`);

  const { errors }: Answer<unknown> = await response.json();
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

/** Asks for the models over a WebSocket that a page of this origin opened, be it refused at the handshake or later. */
async function askOverSocket(url: string, origin: string): Promise<Answer<unknown>> {
  const socket = await openSocket(url, { origin }).catch(() => undefined);
  if (!socket) return {};
  socket.say({ type: 'connection_init' });
  const greeting = await Promise.race([socket.closed.then(() => undefined), socket.hear().catch(() => undefined)]);
  if (greeting?.type !== 'connection_ack') return {};
  socket.say({ type: 'subscribe', id: 'models', payload: { query: MODELS } });
  return (await socket.hear()).payload as Answer<unknown>;
}
