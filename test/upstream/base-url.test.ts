import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import { ConnectionPool } from '../../src/upstream/transport/connection-pool.ts';
import { createUpstreams } from '../../src/upstream/upstream.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';
import { startGateway } from '../support/gateway.ts';
import { startUpstream, TRANSPORTS } from '../support/upstream.ts';

/** The request targets of a read and a write with a base URL of this path. */
async function targetsUnder(suffix: string) {
  const targets: string[] = [];
  const server = createServer((request, response) => {
    targets.push(request.url ?? '');
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"id":"a","models":[]}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${suffix}`;
  const pool = new ConnectionPool(baseUrl);
  onTestFinished(async () => {
    await pool.destroy();
    server.closeAllConnections();
    server.close();
  });
  const upstream = createUpstreams({
    sleep,
    startTimer,
    baseUrl,
    apiKeyHeader: 'x-api-key',
    transport: fetch,
    pool,
    contract,
  })('key');
  await upstream.models.list(undefined);
  await upstream.models.create({ displayName: 'A' });
  return targets;
}

describe('reads and writes have the same request target', () => {
  test.each([
    ['', '/models'],
    ['/', '/models'],
    ['/v1', '/v1/models'],
    ['/v1/', '/v1/models'],
    ['/v1//', '/v1/models'],
    ['//v1', '//v1/models'],
    ['/a//b', '/a//b/models'],
    ['/v1/../v2', '/v2/models'],
    ['/v1/.', '/v1/models'],
    ['/v1/%2e%2e/v2', '/v2/models'],
    ['/a%2Fb', '/a%2Fb/models'],
    ['/a%2fb', '/a%2fb/models'],
    ['/a%7Eb', '/a%7Eb/models'],
    ['/%zz', '/%zz/models'],
    ['/ü', '/%C3%BC/models'],
    ['/a b', '/a%20b/models'],
    ['/a;b=c', '/a;b=c/models'],
    ['/v1?key=a', '/v1/models'],
    ['/v1#part', '/v1/models'],
  ])('a base URL with the path %j sends reads and writes to the same target', async (suffix, target) => {
    expect(await targetsUnder(suffix)).toEqual([target, target]);
  });
});

const notFound = () => new Response('{"message":"no such route"}', { status: 404 });

describe.each(TRANSPORTS)('a 404 over %s', (transport) => {
  test('a 404 for a top-level list is reported as a wrong base URL', async () => {
    const reported: unknown[] = [];
    const { upstream } = await startUpstream(transport, [notFound()], {
      onMissingList: (error) => reported.push(error),
    });

    for (const read of [() => upstream.models.list(undefined), () => upstream.predictions.list(undefined)]) {
      await expect(read()).rejects.toMatchObject({
        failure: 'invalid-response',
        status: undefined,
        message: expect.stringContaining('FLAIR_API_URL'),
      });
    }
    expect(reported).toHaveLength(2);
  });

  test('a 404 for a page after a cursor, a nested list or a single resource is a status error', async () => {
    const { upstream } = await startUpstream(transport, [notFound()]);

    for (const read of [
      () => upstream.models.list('a'),
      () => upstream.predictions.list('a'),
      () => upstream.trainings.list('a', undefined),
      () => upstream.dataItems.list('a', undefined),
      () => upstream.models.get('a'),
    ]) {
      await expect(read()).rejects.toMatchObject({ failure: 'status', status: 404 });
    }
  });
});

describe('a gateway with a wrong base URL', () => {
  const errorLines = (lines: readonly string[]) =>
    lines.map((line) => JSON.parse(line)).filter(({ level, problem }) => level >= 40 && problem === undefined);

  test('a wrong base URL is reported to clients, and once in the log', async () => {
    const { query, logLines } = startGateway({ transport: async () => notFound() });

    for (const document of ['{ models { nodes { id } } }', '{ predictions { nodes { id } } }']) {
      expect((await query(document)).errors).toMatchObject([
        { message: expect.stringContaining('FLAIR_API_URL'), extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
      ]);
    }
    expect(errorLines(logLines)).toMatchObject([{ level: 50, msg: expect.stringContaining('check FLAIR_API_URL') }]);
  });

  test.each<[string, () => Promise<Response>, number[]]>([
    ['404', async () => notFound(), [50, 40]],
    ['401', async () => new Response(null, { status: 401 }), [40]],
    ['503', async () => new Response(null, { status: 503 }), [40]],
    ['HTML', async () => new Response('<html>'), [40]],
    ['no connection', async () => Promise.reject(new TypeError('fetch failed', { cause: new Error('no') })), [40]],
    ['a list', async () => Response.json({ models: [] }), []],
  ])('the startup check sends one request and logs its failure: %s', async (_, respond, levels) => {
    let requests = 0;
    const { gateway, logLines } = startGateway({
      transport: () => {
        requests++;
        return respond();
      },
    });

    await gateway.checkUpstream();

    expect(errorLines(logLines).map(({ level }) => level)).toEqual(levels);
    expect(requests).toBe(1);
  });

  test('the startup check sends nothing if the gateway has no key of its own', async () => {
    const { gateway, requests } = startGateway({ config: { ownKey: undefined } });

    await gateway.checkUpstream();

    expect(requests).toEqual([]);
  });
});
