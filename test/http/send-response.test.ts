import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createYoga } from 'graphql-yoga';
import { describe, expect, onTestFinished, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { sendResponse } from '../../src/http/send-response.ts';
import { settle, until } from '../support/clock.ts';

/** The Fetch classes that GraphQL Yoga uses for its responses. */
const yogaFetch = createYoga({ schema, logging: false }).fetchAPI;
const CHUNK = new Uint8Array(65_536).fill(7);

/** Starts a server that sends the same response to each request, and records failures. */
async function startServer(responseTo: (request: IncomingMessage) => Response) {
  const failures: unknown[] = [];
  const responses: ServerResponse[] = [];
  const sent: Promise<void>[] = [];
  const server = createServer((request, response) => {
    responses.push(response);
    const sending = sendResponse(responseTo(request), response, 'request-1').then(() => {
      if (response.errored) failures.push(response.errored);
    });
    sent.push(sending);
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, failures, responses, sent };
}

/** A client that sends raw HTTP requests. */
function connected(port: number) {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const errors: Error[] = [];
  let received = '';
  socket
    .on('error', (error) => errors.push(error))
    .on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
  return {
    socket,
    errors,
    get received() {
      return received;
    },
    send: (method = 'GET', version = '1.1') => socket.write(`${method} / HTTP/${version}\r\nHost: localhost\r\n\r\n`),
    closed: () => until(() => socket.closed),
  };
}

/** A body that the test controls, and its state. */
function controlledBody(kind: 'of the platform' | 'of GraphQL Yoga') {
  const state = { canceled: false, pulled: 0 };
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    start: (given) => {
      controller = given;
    },
    pull: () => {
      state.pulled++;
      return new Promise(() => {});
    },
    cancel: () => {
      state.canceled = true;
    },
  };
  const { ReadableStream: Stream, Response: Made } = kind === 'of the platform' ? globalThis : yogaFetch;
  return {
    state,
    response: (init?: ResponseInit) => new Made(new Stream(source), init),
    enqueue: (chunk: Uint8Array) => controller?.enqueue(chunk),
    fail: (error: Error) => controller?.error(error),
    close: () => controller?.close(),
  };
}

describe.each(['of the platform', 'of GraphQL Yoga'] as const)('bodies %s', (kind) => {
  test('a body that fails aborts the connection, so that the client sees an incomplete body', async () => {
    const body = controlledBody(kind);
    const { port, failures, responses } = await startServer(() => body.response());
    const client = connected(port);
    client.send();
    await until(() => body.state.pulled > 0);
    body.enqueue(CHUNK);
    await until(() => client.received.length > CHUNK.length);

    body.fail(new Error('the source broke'));

    await client.closed();
    expect(client.received).not.toContain('\r\n0\r\n\r\n');
    expect(failures).toEqual([new Error('the source broke')]);
    expect(responses[0]?.errored).toEqual(new Error('the source broke'));
  });

  test('a body that fails before its first byte aborts the connection, too', async () => {
    const body = controlledBody(kind);
    const { port, failures } = await startServer(() => body.response());
    const client = connected(port);
    client.send();
    await until(() => body.state.pulled > 0);

    body.fail(new Error('the source broke'));

    await client.closed();
    expect(client.received).not.toContain('\r\n0\r\n\r\n');
    expect(failures).toHaveLength(1);
  });

  test('a body is canceled when the client disconnects, which is not reported as a failure', async () => {
    const body = controlledBody(kind);
    const { port, failures, responses, sent } = await startServer(() => body.response());
    const client = connected(port);
    client.send();
    await until(() => body.state.pulled > 0);
    body.enqueue(CHUNK);
    await until(() => client.received.length > 0);

    client.socket.destroy();

    await until(() => body.state.canceled);
    await sent[0];
    expect(failures).toEqual([]);
    expect(responses[0]?.errored).toBe(null);
  });

  test('a body that fails after its client has disconnected is not reported as a failure', async () => {
    const body = controlledBody(kind);
    const { port, failures, responses, sent } = await startServer(() => body.response());
    const client = connected(port);
    client.send();
    await until(() => body.state.pulled > 0);
    client.socket.destroy();
    await until(() => responses[0]?.destroyed === true);

    body.fail(new Error('the source broke'));

    await sent[0];
    await settle();
    expect(failures).toEqual([]);
  });

  test('headers are sent before the first byte of the body arrives', async () => {
    const body = controlledBody(kind);
    const { port } = await startServer(() => body.response({ headers: { 'x-early': 'yes' } }));
    const client = connected(port);

    client.send();

    await until(() => client.received.includes('\r\n\r\n'));
    expect(client.received).toContain('x-early: yes');
    body.close();
    await until(() => client.received.endsWith('0\r\n\r\n'));
  });

  test('a body is canceled and not sent in the response to HEAD', async () => {
    const body = controlledBody(kind);
    const { port, failures } = await startServer(() => body.response({ headers: { 'content-length': '5' } }));
    const client = connected(port);

    client.send('HEAD');

    await until(() => client.received.includes('\r\n\r\n') && body.state.canceled);
    expect(client.received).toMatch(/content-length: 5\r\n/i);
    expect(client.received).toMatch(/\r\n\r\n$/);
    expect(failures).toEqual([]);
  });
});

test('a body whose client has disconnected before it is sent is canceled', async () => {
  const body = controlledBody('of the platform');
  let finish = () => {};
  const server = createServer((_, response) => {
    response.once('close', () => {
      void sendResponse(body.response(), response, 'request-1').then(() => finish());
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const sent = new Promise<void>((resolve) => (finish = resolve));
  const client = connected((server.address() as AddressInfo).port);
  client.send();
  await once(server, 'request');

  client.socket.destroy();

  await sent;
  await until(() => body.state.canceled);
});

test('a client that reads nothing is sent no more than the socket buffers hold', async () => {
  let pulled = 0;
  const endless = () =>
    new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled++;
          controller.enqueue(CHUNK);
        },
      },
      { highWaterMark: 0 },
    );
  const { port } = await startServer(() => new Response(endless()));
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');

  let before = -1;
  while (before !== pulled) {
    before = pulled;
    await settle(50);
  }

  // The buffers of both sockets hold a few megabytes.
  expect(pulled * CHUNK.length).toBeLessThan(32 * 1_048_576);
});

test('an HTTP/1.0 client, for which the end of the connection ends the body, sees a reset when the body fails', async () => {
  const body = controlledBody('of the platform');
  const { port, failures } = await startServer(() => body.response());
  const client = connected(port);
  client.send('GET', '1.0');
  await until(() => body.state.pulled > 0);
  body.enqueue(CHUNK);
  await until(() => client.received.length > CHUNK.length);

  body.fail(new Error('the source broke'));

  await client.closed();
  expect(client.errors).toMatchObject([{ code: 'ECONNRESET' }]);
  expect(failures).toHaveLength(1);
});

test('every header is sent, including several with the same name', async () => {
  const headers = new Headers({ 'content-length': '2', 'x-one': '1' });
  headers.append('set-cookie', 'a=1');
  headers.append('set-cookie', 'b=2');
  const { port } = await startServer(() => new Response('ok', { status: 201, headers }));
  const client = connected(port);

  client.send();

  await until(() => client.received.endsWith('\r\n\r\nok'));
  expect(client.received).toMatch(/^HTTP\/1.1 201 Created\r\n/);
  for (const line of ['content-length: 2', 'x-one: 1', 'set-cookie: a=1', 'set-cookie: b=2']) {
    expect(client.received).toContain(`\r\n${line}\r\n`);
  }
});

test.each([204, 304])('a response with status %i has no body, and its connection stays open', async (status) => {
  const { port } = await startServer(() => new Response(null, { status }));
  const client = connected(port);

  client.send();
  await until(() => client.received.includes('\r\n\r\n'));
  client.send();

  await until(() => client.received.split(`HTTP/1.1 ${status}`).length === 3);
});

test('an invalid header fails, and the body is canceled', async () => {
  const body = controlledBody('of the platform');
  let failure: unknown;
  const server = createServer((_, response) => {
    const made = body.response();
    Object.defineProperty(made, 'headers', { value: new Map([['x-bad', 'a\nb']]) });
    sendResponse(made, response, 'request-1').catch((error: unknown) => {
      failure = error;
      response.destroy();
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connected((server.address() as AddressInfo).port);

  client.send();

  await until(() => failure !== undefined && body.state.canceled);
  expect(failure).toMatchObject({ code: 'ERR_INVALID_CHAR' });
});
