import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { startProgram } from '../support/program.ts';

/** Limit of open files, enough to load all modules. */
const OPEN_FILES = 300;

/** An upstream that counts its requests. */
async function startUpstream() {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: [], models: [] }));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

test('a gateway that runs out of file descriptors reports SERVICE_UNAVAILABLE, and recovers once some are free', async () => {
  const upstream = await startUpstream();
  const program = await startProgram({ openFiles: OPEN_FILES, env: { FLAIR_API_URL: upstream.url } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const post = async (query: string) => {
    const sent = request(`${program.url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
    });
    sent.end(JSON.stringify({ query }));
    const [response] = await once(sent, 'response');
    return JSON.parse(await text(response));
  };
  const read = () => post('{ models(first: 1) { nodes { id } } }');
  expect(await post('{ __typename }')).toEqual({ data: { __typename: 'Query' } });

  const { hostname, port } = new URL(program.url);
  // The gateway closes connections above the limit at once.
  let isFull = false;
  const sockets = Array.from({ length: OPEN_FILES }, () =>
    connect(Number(port), hostname)
      .on('error', () => {})
      .on('close', () => {
        isFull = true;
      })
      .resume(),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await until(() => isFull);

  // Including retries, more failures than the circuit breaker needs to open.
  for (let time = 0; time < 8; time++) {
    expect((await read()).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
  }
  expect(upstream.requests()).toBe(0);
  expect(program.output.stdout + program.output.stderr).toContain('EMFILE');

  for (const socket of sockets) socket.destroy();
  const isExhausted = async () => (await read()).errors?.[0]?.extensions.code === 'SERVICE_UNAVAILABLE';
  while (await isExhausted()) await settle(1);
  expect(upstream.requests()).toBeGreaterThan(0);
});
