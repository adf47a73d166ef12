import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type LookupFunction, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { buildConnector } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../../schema/ids.ts';
import type { PoolOptions } from '../../../src/upstream/transport/connection-pool.ts';
import { openNetwork } from '../../../src/upstream/transport/network.ts';
import { until } from '../../support/clock.ts';
import { startGateway } from '../../support/gateway.ts';
import { createPrediction, startTraining } from '../../support/operations.ts';
import { certificate } from '../../support/tls.ts';

const modelId = globalId({ kind: 'Model', id: 'm' });

/** The writes that cost money, each with an idempotency key. */
const paidWrites = ['startTraining', 'createPrediction'] as const;
type PaidWrite = (typeof paidWrites)[number];

/** Listens on a port of 127.0.0.1 until the test has finished. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port without a listener. */
async function refusingPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** An upstream that records its requests. */
async function upstreamOf(respond: RequestListener) {
  const paths: string[] = [];
  const port = await listen(
    createHttpServer((request, response) => {
      paths.push(`${request.method} ${request.url}`);
      request.resume();
      request.on('end', () => respond(request, response));
    }),
  );
  return { port, paths, url: `http://127.0.0.1:${port}` };
}

const accept: RequestListener = (request, response) => {
  const body =
    request.method === 'POST'
      ? { trainingId: 't', predictionId: 'p' }
      : { id: 'm', displayName: 'x', status: 'queued', prompt: 'x' };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
};

/** A gateway over sockets, and a function that sends a paid write. */
function gatewayTo(url: string, options: PoolOptions = {}) {
  const network = openNetwork(url, options);
  onTestFinished(() => network.destroy());
  const started = startGateway({ access: { baseUrl: url, transport: network, pool: network.reads } });
  const write = async (operation: PaidWrite) => {
    const { data, errors } =
      operation === 'startTraining'
        ? await started.query(startTraining, { input: { modelId, strength: 5, idempotencyKey: 'k' } })
        : await started.query(createPrediction, {
            input: { models: [{ id: modelId, scale: 1 }], prompt: 'x', idempotencyKey: 'k' },
          });
    if (errors) return errors.flatMap(({ extensions }) => [extensions.code, extensions.retryable]);
    return Object.values(data ?? {}).map((result) => result.__typename);
  };
  return { ...started, write };
}

const connectWith = (options: buildConnector.BuildOptions) => ({ connect: buildConnector(options) });
const lookupOf =
  (port: () => Error | string): LookupFunction =>
  (_hostname, options, callback) => {
    const found = port();
    if (found instanceof Error) callback(found, '', 0);
    else if (options.all) callback(null, [{ address: found, family: 4 }]);
    else callback(null, found, 4);
  };
const notSent = ['UPSTREAM_UNAVAILABLE', true];
const unknown = ['UPSTREAM_OUTCOME_UNKNOWN', false];

describe.each(paidWrites)('%s', (operation) => {
  const succeeds = [`${operation === 'startTraining' ? 'StartTraining' : 'CreatePrediction'}Success`];

  describe('a write that was not sent', () => {
    test('a write whose connection is refused was not sent, and succeeds later with its idempotency key', async () => {
      const port = await refusingPort();
      const { write } = gatewayTo(`http://127.0.0.1:${port}`);

      expect(await write(operation)).toEqual(notSent);
      const server = createHttpServer((request, response) => {
        request.resume().on('end', () => accept(request, response));
      });
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');

      expect(await write(operation)).toEqual(succeeds);
    });

    test.each([
      ['a name that does not exist', Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), notSent],
      ['another error of the resolver', Object.assign(new Error('broken'), { code: 'ESERVFAIL' }), notSent],
      ['an address that cannot be reached', Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' }), notSent],
      ['no free socket', Object.assign(new Error('too many files'), { code: 'EMFILE' }), ['SERVICE_UNAVAILABLE', true]],
      ['an error without a code', new Error('something else'), notSent],
    ])(
      'a write whose connection fails with %s was not sent, and succeeds later with its idempotency key',
      async (_, failure, error) => {
        const { url, paths, port } = await upstreamOf(accept);
        let found: Error | string = failure;
        const { write } = gatewayTo(`http://upstream.test:${port}`, connectWith({ lookup: lookupOf(() => found) }));

        expect(await write(operation)).toEqual(error);
        expect(paths).toEqual([]);
        found = new URL(url).hostname;

        expect(await write(operation)).toEqual(succeeds);
      },
    );

    test('a write to an upstream without a trusted certificate was not sent', async () => {
      const encrypted = createTlsServer(certificate, () => {});
      encrypted.on('tlsClientError', () => {});
      const port = await listen(encrypted);
      const { write } = gatewayTo(`https://127.0.0.1:${port}`);

      expect(await write(operation)).toEqual(notSent);
      expect(await write(operation)).toEqual(notSent);
    });

    test('a write whose connection is closed during the TLS handshake was not sent', async () => {
      const port = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
      const { write } = gatewayTo(`https://127.0.0.1:${port}`);

      expect(await write(operation)).toEqual(notSent);
    });

    test('a write without a connection before its deadline is not sent later', async () => {
      const { paths, port, url } = await upstreamOf(accept);
      const lookups: (() => void)[] = [];
      let isResolving = false;
      const lookup: LookupFunction = (...all) => {
        const respond = () => lookupOf(() => new URL(url).hostname)(...all);
        if (isResolving) respond();
        else lookups.push(respond);
      };
      const { write, clock } = gatewayTo(`http://upstream.test:${port}`, connectWith({ lookup }));
      const writing = write(operation);
      await until(() => lookups.length > 0);

      await clock.advance(60_000);

      expect(await writing).toEqual(['UPSTREAM_TIMEOUT', true]);
      isResolving = true;
      for (const respond of lookups) respond();
      expect(await write(operation)).toEqual(succeeds);
      expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1);
    });
  });

  describe('a write that may have been applied', () => {
    test.each<[string, RequestListener]>([
      ['closes the connection after it has read the request', (request) => request.socket.destroy()],
      [
        'closes the connection in the middle of the response',
        (_, response) => {
          response.writeHead(200, { 'content-length': 100, 'content-type': 'application/json' });
          response.write('{"trainingId":', () => response.destroy());
        },
      ],
      ...[300, 301, 302, 303, 304, 307, 308].map((status): [string, RequestListener] => [
        `responds ${status} with a location`,
        (_, response) => response.writeHead(status, { location: '/x' }).end(),
      ]),
      ['responds 302 without a location', (_, response) => response.writeHead(302).end()],
      ['responds 408', (_, response) => response.writeHead(408).end()],
      ['responds 500', (_, response) => response.writeHead(500).end()],
      ['responds 504', (_, response) => response.writeHead(504).end()],
      ['switches protocols', (_, response) => response.writeHead(101, { upgrade: 'x', connection: 'upgrade' }).end()],
    ])('a write has an unknown outcome and is not sent again with its key if the upstream %s', async (_, respond) => {
      const { url, paths } = await upstreamOf(respond);
      const { write } = gatewayTo(url);

      expect(await write(operation)).toEqual(unknown);
      expect(await write(operation)).toEqual(unknown);
      expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1);
    });

    test('a write has an unknown outcome if a keep-alive connection breaks while the request is written', async () => {
      let requests = 0;
      const { url, paths } = await upstreamOf((request, response) => {
        requests++;
        if (request.method === 'POST' && requests > 1) request.socket.resetAndDestroy();
        else accept(request, response);
      });
      const { write } = gatewayTo(url);
      expect(await write(operation === 'startTraining' ? 'createPrediction' : 'startTraining')).not.toEqual(unknown);
      paths.length = 0;

      expect(await write(operation)).toEqual(unknown);
      expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1);
    });
  });

  test.each([400, 403, 407, 409, 421, 425])('a write was not applied if the upstream responds %i', async (status) => {
    let isRejecting = true;
    const { url, paths } = await upstreamOf((request, response) =>
      isRejecting && request.method === 'POST' ? response.writeHead(status).end() : accept(request, response),
    );
    const { write } = gatewayTo(url);

    expect(await write(operation)).not.toEqual(unknown);
    expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1);
    isRejecting = false;

    expect(await write(operation)).toEqual(succeeds);
  });
});

test.each([407, 421])('a write without a body is sent once if the upstream responds %i', async (status) => {
  const { url, paths } = await upstreamOf((request, response) =>
    request.method === 'POST' ? response.writeHead(status).end() : accept(request, response),
  );
  const { query } = gatewayTo(url);
  const id = globalId({ kind: 'Training', modelId: 'm', id: 't' });

  const { data, errors } = await query(
    'mutation Cancel($input: CancelTrainingInput!) { cancelTraining(input: $input) { __typename } }',
    { input: { id } },
  );

  expect([data, errors?.[0]?.extensions.code]).not.toContain('UPSTREAM_OUTCOME_UNKNOWN');
  expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1);
});
