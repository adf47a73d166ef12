import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../support/clock.ts';
import { freePort } from '../support/free-port.ts';
import { nginx, startNginx } from '../support/nginx.ts';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';

const QUERY = JSON.stringify({ query: '{ models { nodes { displayName } } }' });

/** Several programs start one after the other, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

/** Starts the sandbox, and a gateway on a socket. */
async function start(env: Record<string, string> = {}) {
  const sandbox = await startProgram({ entry: 'sandbox' });
  const socket = join(await temporaryDirectory(), 'gateway.sock');
  const port = await freePort();
  const settings = {
    PORT: '',
    LISTEN_SOCKET: socket,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    TRUST_PROXY: '1',
    FLAIR_API_URL: sandbox.url,
    ...env,
  };
  const program = await startProgram({ env: settings });
  return { program, socket, port, settings };
}

/** Sends a request over the socket. */
async function send(socket: string, headers: Record<string, string>, body = QUERY) {
  const sent = request({ socketPath: socket, path: '/graphql', method: 'POST', agent: false });
  for (const [name, value] of Object.entries({ 'content-type': 'application/json', host: 'localhost', ...headers }))
    sent.setHeader(name, value);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return JSON.parse((await response.setEncoding('utf8').toArray()).join(''));
}

test.each(['1', '2'])(
  'a gateway of %s processes listens on a socket, and removes it when it stops',
  async (WORKERS) => {
    const { program, socket, settings } = await start({ WORKERS });

    const { data } = await send(socket, { 'x-api-key': 'demo', 'x-forwarded-for': '203.0.113.7' });
    const second = await runProgram({ env: settings });
    const { code } = await program.stop();

    expect(data.models.nodes).toHaveLength(5);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('on which another process listens') });
    expect(program.output.stdout).toContain(`"socket":"${socket}"`);
    expect(program.output.stdout).toContain('"client":"203.0.113.7"');
    expect({ code, isThere: existsSync(socket) }).toEqual({ code: 0, isThere: false });
  },
);

test('a gateway starts on the socket of one that was killed', async () => {
  const { program, socket, settings } = await start();
  await program.kill();
  expect(existsSync(socket)).toBe(true);

  await startProgram({ env: settings });

  expect((await send(socket, { 'x-api-key': 'demo' })).errors).toBeUndefined();
});

test('requests over a socket use the gateway’s own key if that is allowed for all', async () => {
  const { socket } = await start({ FLAIR_API_KEY: 'demo', ALLOW_ANONYMOUS: 'true' });
  expect((await send(socket, {})).data.models.nodes).toHaveLength(5);
});

describe.skipIf(!nginx)('behind nginx', () => {
  test('queries and WebSockets pass nginx to the socket', async () => {
    const { port, socket, program } = await start({
      BASE_PATH: '/flair',
      PUBLIC_URL: 'http://127.0.0.1/flair',
      GRAPHIQL: 'true',
    }).then(async (started) => ({ ...started, ...(await startProxy(started.socket, started.port)) }));
    const url = `127.0.0.1:${port}/flair/graphql`;

    const response = await fetch(`http://${url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'demo' },
      body: QUERY,
    });
    const client = createClient({ url: `ws://${url}`, webSocketImpl: WebSocket, connectionParams: { apiKey: 'demo' } });
    onTestFinished(() => void client.dispose());
    const results = client.iterate({ query: '{ models { nodes { displayName } } }' });

    const { data } = (await response.json()) as { data: unknown };
    expect((await results.next()).value).toEqual({ data });
    await until(() => program.output.stdout.includes('"client":"127.0.0.1"'));
    expect(existsSync(socket)).toBe(true);
  });
});

/** Runs nginx in front of a socket. */
async function startProxy(socket: string, port: number) {
  await startNginx(
    () => `
      access_log off;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://unix:${socket};
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection upgrade;
        }
      }`,
    port,
  );
  return { port };
}
