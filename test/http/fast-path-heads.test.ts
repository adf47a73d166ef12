import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';
import { prepareDocument } from '../support/transports.ts';

const BODY = '{"query":"{ models { nodes { id } } }"}';
const HEAD = `content-type: application/json\r\ncontent-length: ${BODY.length}\r\nconnection: close`;

/** Sends bytes over a new connection. @returns Everything that the server sends until it closes the connection. */
function open(url: string, bytes: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (more: string) => {
    text += more;
  });
  socket.write(bytes);
  return { whole: once(socket, 'close').then(() => text) };
}

test('a body that does not arrive in time gets 408 on the fast path, too', async () => {
  const started = startGateway();
  const { url } = await serverOf(started);
  const respond = vi.spyOn(started.gateway.fastPath, 'respond');
  const { whole } = open(url, `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${HEAD}\r\n\r\n${BODY.slice(0, 9)}`);
  await until(() => respond.mock.calls.length === 1);
  await settle();

  await started.clock.advance(30_000);

  expect(await whole).toMatch(/^HTTP\/1\.1 408 /);
});

test('a request without a Host gets the same response on both paths', async () => {
  const started = startGateway();
  const { url } = await serverOf(started);
  await prepareDocument(started, { body: BODY });
  const send = () => open(url, `POST /graphql HTTP/1.0\r\nx-api-key: demo\r\n${HEAD}\r\n\r\n${BODY}`).whole;

  expect(await send()).toContain('{"data":{"models":{"nodes":[]}}}');
});

test('an unexpected error of the fast path closes only its own connection', async () => {
  const started = startGateway();
  const { url } = await serverOf(started);
  await prepareDocument(started, { body: BODY });
  const respond = vi.spyOn(started.gateway.fastPath, 'respond').mockRejectedValueOnce(new Error('a mistake'));
  const send = () => open(url, `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${HEAD}\r\n\r\n${BODY}`).whole;

  expect(await send()).toBe('');
  expect(await send()).toMatch(/^HTTP\/1\.1 200 /);
  expect(respond).toHaveBeenCalledTimes(2);
});
