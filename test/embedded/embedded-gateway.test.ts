import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/index.ts';
import { settle, until } from '../support/clock.ts';
import { temporaryDirectory } from '../support/program.ts';

const QUERY = JSON.stringify({ query: '{ models(first: 1) { nodes { id } } }' });

async function start(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = createGateway({ dataDirectory: await temporaryDirectory(), ...options });
  onTestFinished(() => gateway.close());
  return gateway;
}

const send = (gateway: Gateway, path: string): Promise<Response> =>
  gateway.fetch(
    new Request(`http://localhost:3000${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: QUERY,
    }),
  );

/** A logger that keeps its lines: severity, details and message. */
function recordingLogger() {
  const lines: [severity: string, details: object, message: string][] = [];
  const log = (severity: string) => (details: object, message: string) => void lines.push([severity, details, message]);
  return { lines, logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') } };
}

/** Serves an application until the end of the test. Returns the URL of its graph. */
async function listen(application: RequestListener): Promise<string> {
  const server = createServer(application).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** Makes the start fail. Only after the options have been checked. */
const breakRecords = (dataDirectory: string) =>
  writeFile(join(dataDirectory, 'idempotency.sqlite'), 'This text is no database. '.repeat(100));

/** Files that this process has open; none where the system does not list them. */
const openFiles = (): string[] =>
  existsSync('/proc/self/fd')
    ? readdirSync('/proc/self/fd').map((name) => {
        try {
          return readlinkSync(`/proc/self/fd/${name}`);
        } catch {
          return '';
        }
      })
    : [];

describe('an embedded gateway', () => {
  test('responses are instances of the class of the runtime', async () => {
    const response = await send(await start(), '/graphql');

    expect(response).toBeInstanceOf(Response);
    expect(await response.json()).toMatchObject({ data: { models: { nodes: [{ id: expect.any(String) }] } } });
  });

  test.each(['/flair/graphql', '/graphql', '/flair/graphql?x=1'])(
    'a request is served with and without the mount path: %s',
    async (path) => {
      const response = await send(await start({ basePath: '/flair/' }), path);

      expect(response.status).toBe(200);
      await response.text();
    },
  );

  test('a path that only begins like the mount path is not below it', async () => {
    const response = await send(await start({ basePath: '/flair' }), '/flairs/graphql');

    expect(response.status).toBe(404);
    await response.text();
  });

  test('it neither listens to events of the process nor reads its environment', async () => {
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const before = listeners();
    process.env.MAX_QUERY_DEPTH = 'invalid';
    onTestFinished(() => {
      delete process.env.MAX_QUERY_DEPTH;
    });

    const gateway = await start();
    await (await send(gateway, '/graphql')).text();
    await gateway.close();

    expect(listeners()).toEqual(before);
  });

  test('lines of the log go to the logger with their details, from its level on', async () => {
    const { logger, lines } = recordingLogger();
    const gateway = await start({ logger, logLevel: 'warn', flairApiUrl: 'http://127.0.0.1:9', flairApiKey: 'a-key' });
    const url = await listen((request, response) => {
      request.resume().on('end', () => gateway.handle(request, response));
    });

    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: QUERY,
    });

    expect(response.status).toBe(500);
    expect(lines).toEqual([['error', {}, expect.stringContaining('mount it before body parsers')]]);
  });

  test('a request whose client has gone before the response has one line in the log', async () => {
    const { logger, lines } = recordingLogger();
    const gateway = await start({ logger });
    await gateway.ready();
    lines.length = 0;
    const abort = new AbortController();
    const request = new Request('http://localhost:3000/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: QUERY,
      signal: abort.signal,
    });

    const sent = gateway.fetch(request);
    abort.abort();

    await expect(sent).rejects.toThrow('aborted');
    expect(lines).toEqual([['info', expect.objectContaining({ transport: 'http', left: true }), 'operation']]);
  });

  test('a request that is refused before it reaches the gateway has a line with the id of its response', async () => {
    const { logger, lines } = recordingLogger();
    const gateway = await start({ logger });
    const url = await listen((request, response) => {
      request.resume().on('end', () => gateway.handle(request, response));
    });

    const response = await fetch(url, { method: 'POST', body: QUERY });
    await until(() => lines.length > 1);

    expect(response.status).toBe(500);
    const requestId = response.headers.get('x-request-id');
    expect(requestId).toEqual(expect.any(String));
    expect(lines).toContainEqual([
      'info',
      expect.objectContaining({ method: 'POST', path: '/graphql', status: 500, requestId }),
      'request',
    ]);
  });

  test('all mistakes in the options are reported at once, with the names of the options', async () => {
    const options = {
      dataDirectory: await temporaryDirectory(),
      corsOrigin: ['*'],
      basePath: 'flair?',
      maxQueryDepth: 0,
    };

    expect(() => createGateway(options)).toThrow(
      expect.objectContaining({
        mistakes: [
          '`basePath` must be a path such as /flair, of letters, digits, "-", "_", "~" and ".", but is "flair?".',
          expect.stringMatching(/^`maxQueryDepth` must be a whole number from 1 .* but is "0"/),
          '`corsOrigin` is not an option of an embedded gateway. Did you mean `corsOrigins`?',
        ],
      }),
    );
  });

  test('options take precedence over the given environment, and settings of the process are ignored', async () => {
    const environment = { MAX_QUERY_DEPTH: '1', PORT: 'none', HOST: '0.0.0.0', WORKERS: '4' };

    const rejected = await (await send(await start({ environment }), '/graphql')).json();
    const accepted = await (await send(await start({ environment, maxQueryDepth: 12 }), '/graphql')).json();

    expect(rejected).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect(accepted).not.toHaveProperty('errors');
  });

  test('a gateway that cannot start closes what it has opened', async () => {
    const dataDirectory = await temporaryDirectory();
    const gateway = createGateway({ dataDirectory });
    await breakRecords(dataDirectory);

    await expect(gateway.ready()).rejects.toThrow('idempotency.sqlite');

    // The sandbox moves its log of writes into the database when it is closed.
    expect(statSync(join(dataDirectory, 'sandbox.sqlite-wal')).size).toBe(0);
    expect(openFiles()).not.toContain(join(dataDirectory, 'idempotency.sqlite'));
  });

  test('a start that fails is logged once, whatever the number of requests', async () => {
    const dataDirectory = await temporaryDirectory();
    const { logger, lines } = recordingLogger();
    const gateway = createGateway({ dataDirectory, logger, logLevel: 'error' });
    await breakRecords(dataDirectory);
    const url = await listen((request, response) => gateway.handle(request, response));

    const sent = await Promise.all([fetch(url), fetch(url), send(gateway, '/graphql').catch(String)]);

    expect(sent.slice(0, 2)).toMatchObject([{ status: 503 }, { status: 503 }]);
    expect(sent[2]).toContain('idempotency.sqlite');
    expect(lines).toEqual([['error', { err: expect.any(Error) }, 'the gateway could not be started']]);
  });

  test('after its end it rejects requests', async () => {
    const gateway = await start();
    await gateway.ready();
    await gateway.close();

    await expect(send(gateway, '/graphql')).rejects.toThrow('has been closed');
  });

  test('after its end, requests of a server get SHUTTING_DOWN, which is no error of the gateway', async () => {
    const { logger, lines } = recordingLogger();
    const gateway = await start({ logger });
    await gateway.ready();
    await gateway.close();
    lines.length = 0;
    const url = await listen((request, response) => gateway.handle(request, response));

    const response = await fetch(url);

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] });
    await until(() => lines.length > 0);
    expect(lines).toEqual([['info', expect.objectContaining({ status: 503, codes: ['SHUTTING_DOWN'] }), 'request']]);
  });

  test('its end waits for the bodies of responses', async () => {
    const gateway = await start();
    const response = await send(gateway, '/graphql');
    const order: string[] = [];

    const closed = gateway.close().then(() => order.push('closed'));
    await settle();
    order.push('read');
    await response.text();
    await closed;

    expect(order).toEqual(['read', 'closed']);
  });
});
