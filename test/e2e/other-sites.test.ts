import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { execute, type GraphQLResponse, openSocket } from './client.ts';

const CREATE_MODEL = 'mutation { createModel(input: { displayName: "Coats" }) { __typename } }';
const MODELS = '{ models { nodes { displayName } } }';

// Browsers send these without a preflight, and with the page's origin.
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
])('a page of another site cannot execute a mutation with %s', async (_, type, body) => {
  const { url } = await startProgram({ env: { SANDBOX_SEED: 'false' } });

  const sent = request(`${url}/graphql`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': type },
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  await text(response);

  expect(await execute(url, MODELS)).toEqual({ data: { models: { nodes: [] } } });
});

test('a WebSocket from a page of another site cannot use the gateway’s own key', async () => {
  const { url } = await startProgram();

  const response = await queryOverSocket(url, 'https://evil.example');

  expect(response.data ?? null).toBeNull();
});

test('a WebSocket from a page of this machine uses the gateway’s own key', async () => {
  const { url } = await startProgram({ env: { SANDBOX_SEED: 'false' } });

  expect(await queryOverSocket(url, 'http://localhost:5173')).toEqual({ data: { models: { nodes: [] } } });
});

test('a mutation by GET is rejected with BAD_USER_INPUT', async () => {
  const { url } = await startProgram();

  const response = await fetch(`${url}/graphql?${new URLSearchParams({ query: CREATE_MODEL })}`);

  const { errors }: GraphQLResponse<unknown> = await response.json();
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

/** Queries models over a WebSocket from a page of this origin. Returns an empty response if the socket is rejected. */
async function queryOverSocket(url: string, origin: string): Promise<GraphQLResponse<unknown>> {
  const socket = await openSocket(url, { origin }).catch(() => undefined);
  if (!socket) return {};
  socket.send({ type: 'connection_init' });
  const reply = await Promise.race([socket.closed.then(() => undefined), socket.receive().catch(() => undefined)]);
  if (reply?.type !== 'connection_ack') return {};
  socket.send({ type: 'subscribe', id: 'models', payload: { query: MODELS } });
  return (await socket.receive()).payload as GraphQLResponse<unknown>;
}
