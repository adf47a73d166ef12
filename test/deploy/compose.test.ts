import { spawnSync } from 'node:child_process';
import { DCLinter } from 'dclint';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { freePort } from '../support/free-port.ts';
import { nginx, startNginx } from '../support/nginx.ts';
import { startProgram } from '../support/program.ts';
import { readText, root } from '../support/readme.ts';
import { findRedisServer, startRedis } from '../support/redis.ts';
import { defaultPort, imageEnvironment, longestStop, readCompose, type Service, settingNames } from './files.ts';

const SECRET = 'a secret of thirty-two characters';
const GATEWAYS = ['gateway-1', 'gateway-2'] as const;
const redisServer = findRedisServer(process.env);
if (!nginx) console.log('nginx is not installed, so the services of compose.yaml are not started.');

describe('compose.yaml', () => {
  const { services } = readCompose({ SECRET });
  const gateways = GATEWAYS.map((name) => services[name] as Service);

  test('the file matches the schema of Compose, and the linter finds nothing', () => {
    // The sandbox and the replicas share one image, which Compose builds under its name.
    const linter = new DCLinter({ rules: { 'no-build-and-image': 0 }, quiet: false, debug: false, exclude: [] });

    expect(
      linter.lintFiles([`${root}compose.yaml`], false).flatMap(({ messages }: { messages: unknown[] }) => messages),
    ).toEqual([]);
  });

  test('it names only settings of the gateway, and they are valid together', () => {
    for (const { environment = {} } of gateways) {
      expect(Object.keys(environment).filter((name) => !settingNames.has(name))).toEqual([]);
      expect(readConfig({ ...imageEnvironment, ...environment })).toMatchObject({ host: '0.0.0.0', warnings: [] });
    }
    expect(Object.keys(services.sandbox?.environment ?? {}).filter((name) => !settingNames.has(name))).toEqual([]);
  });

  test('without a secret, Compose says how to generate one', () => {
    expect(() => readCompose({})).toThrow(/openssl rand -hex 32/);
  });

  test('a replica has more time to stop than it needs', () => {
    for (const { stop_grace_period: time = '0s' } of gateways)
      expect(Number.parseInt(time, 10)).toBeGreaterThan(longestStop);
  });

  test('nginx forwards to the replicas, and is reachable from this machine only', () => {
    const servers = [...readText('deploy/nginx.conf').matchAll(/^ *server ([\w-]+):(\d+)/gm)];
    expect(servers.map(([, name, port]) => [name, Number(port)])).toEqual(GATEWAYS.map((name) => [name, defaultPort]));
    const [, port] = /^ *listen (\d+);/m.exec(readText('deploy/nginx.conf')) ?? [];
    expect(services.nginx?.ports).toEqual([`127.0.0.1:8080:${port}`]);
  });
});

describe.runIf(nginx && redisServer)('the services of compose.yaml, as plain processes', () => {
  test('serve the sandbox through nginx, are healthy, and stop', async () => {
    const port = await freePort();
    const { services } = readCompose({ SECRET, PUBLIC_URL: `http://127.0.0.1:${port}` });
    const { 'gateway-1': first, 'gateway-2': second, redis, sandbox } = services;
    expect([first?.command, second?.command, sandbox?.command]).toEqual([
      undefined,
      undefined,
      ['node', 'dist/sandbox/main.js'],
    ]);
    expect(readText('Dockerfile')).toMatch(/^CMD \["node", "dist\/main.js"\]$/m);

    const [server = '', ...options] = redis?.command ?? [];
    expect(server).toBe('redis-server');
    const store = await startRedis(redisServer ?? '', options);
    onTestFinished(() => store.stop());
    const upstream = await startProgram({ entry: 'sandbox', env: { ...sandbox?.environment, SANDBOX_PORT: '0' } });
    const places = new Map([
      ['redis:6379', `127.0.0.1:${store.port}`],
      ['sandbox:4100', localAddress(upstream.url)],
    ]);
    const replicas = await Promise.all(
      [first, second].map(async (service) => {
        const env = {
          ...imageEnvironment,
          ...service?.environment,
          PORT: '0',
          DRAIN_SECONDS: '0',
          METRICS_PORT: `${await freePort()}`,
        };
        return await startProgram({ env: replaceAll(env, places) });
      }),
    );
    for (const [index, { url }] of replicas.entries()) places.set(`gateway-${index + 1}:4000`, localAddress(url));
    await startNginx(
      (folder) =>
        replaced(readText('deploy/nginx.conf'), places)
          .replace('listen 80;', `listen 127.0.0.1:${port};`)
          .replaceAll('/var/log/nginx/', `${folder}/`),
      port,
    );

    for (const [index, { url }] of replicas.entries()) {
      expect(checkHealth(services[GATEWAYS[index] ?? 'gateway-1'], '127.0.0.1:4000', localAddress(url))).toBe(0);
    }
    expect(checkHealth(sandbox, '127.0.0.1:4100', localAddress(upstream.url))).toBe(0);

    const query = 'query { models(first: 1) { nodes { dataItems(first: 1) { nodes { image { url(width: 64) } } } } } }';
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      return await response.json();
    };
    expect(await ask({})).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const { data } = await ask({ 'x-api-key': 'demo' });
    const { url } = data.models.nodes[0].dataItems.nodes[0].image;
    expect(url).toMatch(`http://127.0.0.1:${port}/images/`);
    expect(await sharp(await (await fetch(url)).arrayBuffer()).metadata()).toMatchObject({ width: 64 });

    const exits = await Promise.all([...replicas, upstream].map((program) => program.stop()));
    expect(exits).toEqual(exits.map(() => ({ code: 0, signal: null })));
    expect(checkHealth(first, '127.0.0.1:4000', localAddress(replicas[0]?.url ?? ''))).toBe(1);
  }, 60_000);
});

/** The address of a service on this machine. */
const localAddress = (url: string) => `127.0.0.1:${new URL(url).port}`;

const replaced = (text: string, places: ReadonlyMap<string, string>) =>
  [...places].reduce((result, [name, address]) => result.replaceAll(name, address), text);

const replaceAll = (environment: Record<string, string>, places: ReadonlyMap<string, string>) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, replaced(value, places)]));

/** Runs the health check of a service, at another address. Returns its exit code. */
function checkHealth(service: Service | undefined, address: string, actual: string): number | null {
  const [kind, program, ...args] = service?.healthcheck?.test ?? [];
  expect([kind, program]).toEqual(['CMD', 'node']);
  expect(args.join(' ')).toContain(address);
  return spawnSync(
    process.execPath,
    args.map((argument) => argument.replace(address, actual)),
  ).status;
}
