import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-sse';
import { expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { freePort } from '../support/free-port.ts';
import { haproxy, startHaproxy } from '../support/haproxy.ts';
import { startLoad } from '../support/load.ts';
import { nginx, startNginx } from '../support/nginx.ts';
import { type Program, startProgram } from '../support/program.ts';
import { readText } from '../support/readme.ts';
import { connectSocket } from './client.ts';

if (!nginx) console.log('nginx is not installed, so no deploy behind it is tested.');
if (!haproxy) console.log('HAProxy is not installed, so no deploy behind it is tested.');

/** Requests per second. */
const RATE = 650;
/** Requests before, between and after the restarts. */
const REQUESTS = 1_000;
/** Subscriptions over each transport. */
const SUBSCRIPTIONS = 10;

const prediction = globalId({ kind: 'Prediction', id: 'a' });
const WATCH = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }';
const OPERATIONS = [
  { query: '{ models { nodes { id displayName } } }' },
  { query: 'query One($id: ID!) { prediction(id: $id) { id status } }', variables: { id: prediction } },
  { query: '{ __typename }' },
  { query: 'mutation { createModel(input: { displayName: "a" }) { __typename } }' },
];

/** An upstream with one prediction, which runs until it is completed. */
async function startUpstream() {
  const state = { status: 'running', images: [] as string[] };
  const server = createServer((request, response) => {
    const found = request.url?.startsWith('/models')
      ? request.method === 'POST'
        ? { id: 'm' }
        : { models: [{ id: 'm', displayName: 'Dresses' }], hasMore: false }
      : state;
    request.resume();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    complete: () => void Object.assign(state, { status: 'completed', images: ['https://images.example/a.png'] }),
  };
}

/** Subscribes over both transports. @returns The last status of each, when all have completed. */
function subscribe(url: string) {
  const settings = { retryAttempts: 1e9, shouldRetry: () => true };
  const first: Promise<void>[] = [];
  const watch = async (client: { subscribe: ReturnType<typeof createClient>['subscribe'] }) => {
    let last: unknown;
    let onFirst = () => {};
    first.push(new Promise((resolve) => (onFirst = resolve)));
    await new Promise<void>((resolve, reject) => {
      client.subscribe(
        { query: WATCH, variables: { id: prediction } },
        {
          next(result) {
            last = result;
            onFirst();
          },
          error: reject,
          complete: resolve,
        },
      );
    });
    return last;
  };
  const overEvents = createClient({ url: `${url}/graphql`, headers: { 'x-api-key': 'any' }, retryAttempts: 1e9 });
  onTestFinished(() => overEvents.dispose());
  let connections = 0;
  const clients = Array.from({ length: SUBSCRIPTIONS }, () => {
    const client = connectSocket(url, { ...settings, connectionParams: { apiKey: 'any' } });
    client.on('connected', () => void connections++);
    return [client, overEvents];
  }).flat();
  // The types of both clients differ in the extensions of results only.
  const ended = Promise.all(clients.map((client) => watch(client as typeof overEvents)));
  // Only of interest if no request fails.
  ended.catch(() => {});
  return { started: Promise.all(first), ended, connections: () => connections };
}

const withReplicas = (configuration: string, ports: readonly number[]) =>
  configuration.replace(/gateway-(\d):4000/g, (_, number) => `127.0.0.1:${ports[number - 1]}`);

/** Start a proxy with its file in `deploy/`, in front of two replicas, and return a function that reads its problems. */
const PROXIES = {
  async HAProxy(port: number, replicas: readonly number[]) {
    const configuration = withReplicas(readText('deploy/haproxy.cfg'), replicas);
    const listening = configuration.replace('bind :80', `bind 127.0.0.1:${port}`);
    const log = await startHaproxy(listening, `http://127.0.0.1:${port}`);
    // The status of a response that HAProxy has created itself, or of a failed one.
    return () =>
      log()
        .split('\n')
        .filter((line) => / 50\d /.test(line))
        .join('\n');
  },
  async nginx(port: number, replicas: readonly number[]) {
    const configuration = withReplicas(readText('deploy/nginx.conf'), replicas);
    const listening = configuration.replace('listen 80;', `listen 127.0.0.1:${port};`);
    const files = await startNginx((folder) => listening.replaceAll('/var/log/nginx/', `${folder}/`), port);
    return () => readFileSync(`${files}/error.log`, 'utf8');
  },
};
const installed = [...(haproxy ? (['HAProxy'] as const) : []), ...(nginx ? (['nginx'] as const) : [])];

test.for(installed)(
  'a rolling restart behind %s fails no request, and subscriptions resume',
  {
    timeout: 240_000,
  },
  async (proxy) => {
    const upstream = await startUpstream();
    const ports = [await freePort(), await freePort()];
    const start = (port: number): Promise<Program> =>
      startProgram({
        env: {
          PORT: String(port),
          FLAIR_API_URL: upstream.url,
          DRAIN_SECONDS: '5',
          TRUST_PROXY: 'true',
          MAX_REQUESTS_PER_SECOND_PER_ADDRESS: '100000',
          MAX_OPERATIONS_PER_SECOND_PER_KEY: '100000',
        },
      });
    const replicas = await Promise.all(ports.map(start));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const problems = await PROXIES[proxy](port, ports);
    const subscriptions = subscribe(url);
    await subscriptions.started;
    const load = startLoad(url, OPERATIONS, RATE);

    await load.more(REQUESTS);
    for (const [index, replica] of replicas.entries()) {
      expect(await replica.stop()).toEqual({ code: 0, signal: null });
      await start(ports[index] ?? 0);
      await load.more(REQUESTS);
    }
    await load.stop();
    upstream.complete();

    expect(load.failures, problems()).toEqual([]);
    for (const last of await subscriptions.ended)
      expect(last).toEqual({ data: { predictionUpdated: { status: 'COMPLETED' } } });
    // Each WebSocket was open on a replica that was restarted later.
    expect(subscriptions.connections()).toBeGreaterThanOrEqual(2 * SUBSCRIPTIONS);
  },
);
