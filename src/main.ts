import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import type { Broker } from './cluster/broker.ts';
import { type Config, readConfig } from './config/config.ts';
import { fileMistakes, idempotencyFile, secretFile } from './config/data-files.ts';
import { readTenants } from './config/jwt.ts';
import { readOrMakeSecret } from './config/secret-file.ts';
import { createGateway } from './gateway.ts';
import { serve } from './http/server.ts';
import { openDiskStore } from './idempotency/disk.ts';
import type { IdempotencyStore } from './idempotency/store.ts';
import { createLog } from './log.ts';
import { readManifest } from './persisted-documents/manifest.ts';
import type { Transport } from './upstream/client.ts';
import { createConnector } from './upstream/transport/connector.ts';
import { openNetwork } from './upstream/transport/network.ts';
import { createProxiedFetch } from './upstream/transport/proxied-fetch.ts';
import type { Proxies } from './upstream/transport/proxy.ts';
import { errorMessage } from './util/data-file.ts';
import { ConfigError, toListenError } from './util/environment.ts';

// V8 allocates objects in the old generation when earlier ones of their allocation site survived collections. Many
// responses that wait for the upstream at once mislead it, and short-lived objects then fill the old generation.
setFlagsFromString('--no-allocation-site-pretenuring');

/** The base URL of the embedded sandbox; requests to it never leave the process. */
const SANDBOX_URL = 'http://sandbox.internal';

// Optional modules are imported lazily, to save memory and start-up time where they are not used.

/** The configured upstream: a remote one over HTTP, or the embedded sandbox. */
async function openUpstream({ upstreamUrl, network: { proxies, maxConnectionAge }, sandbox: options }: Config) {
  if (upstreamUrl !== undefined) {
    const network = openNetwork(upstreamUrl, { connect: createConnector({ proxies }), maxAge: maxConnectionAge });
    return {
      access: { baseUrl: upstreamUrl, transport: network, pool: network.reads },
      close: () => network.destroy(),
    };
  }
  const { createSandbox } = await import('./sandbox/sandbox.ts');
  const sandbox = createSandbox(options);
  const transport: Transport = (input, init) => sandbox.fetch(new Request(input, init));
  return { access: { baseUrl: SANDBOX_URL, transport }, close: async () => sandbox.close() };
}

/** The proxies as they are logged, without the credentials that their URLs may contain. */
const describeProxies = ({ http, https, noProxy }: Proxies) => ({
  http: http && `${http.protocol}//${http.host}`,
  https: https && `${https.protocol}//${https.host}`,
  noProxy,
});

async function openStore({ redisUrl }: Config): Promise<IdempotencyStore> {
  if (redisUrl === undefined) {
    try {
      return openDiskStore(idempotencyFile());
    } catch (error) {
      throw new ConfigError([errorMessage(error)]);
    }
  }
  const { openRedisStore } = await import('./idempotency/redis.ts');
  return openRedisStore({ redis: redisUrl });
}

/** Connects the replicas of this gateway; undefined if there are no others. */
async function openBroker({ redisUrl }: Config, log: Logger): Promise<Broker | undefined> {
  if (redisUrl === undefined) return undefined;
  const { openRedisBroker } = await import('./cluster/redis-broker.ts');
  return await openRedisBroker({ url: redisUrl, log });
}

async function start(config: Config) {
  const log = createLog(config.logLevel);
  for (const warning of config.warnings) log.warn(warning);
  const { automatic, manifest: manifestFile } = config.documents;
  const manifest = manifestFile === undefined ? undefined : readManifest(manifestFile);
  const { proxies } = config.network;
  if (proxies) log.info(describeProxies(proxies), 'requests go through a proxy');
  const upstream = await openUpstream(config);
  const broker = await openBroker(config, log);
  let listeningUrl = '';
  const gateway = createGateway({
    config,
    log,
    secrets: config.secrets.length > 0 ? config.secrets : [readOrMakeSecret(secretFile())],
    upstream: { ...config.upstream, ...upstream.access },
    operationMilliseconds: config.operationMilliseconds,
    finishedJobsMilliseconds: config.finishedJobsMilliseconds,
    network: config.network,
    idempotencyStore: await openStore(config),
    ...(broker && { broker }),
    watch: config.watch,
    ...(config.jwt && {
      jwt: { ...config.jwt, ...(proxies && { fetch: createProxiedFetch(proxies) }), tenants: readTenants(config.jwt) },
    }),
    rates: config.rates,
    limits: config.limits,
    documents: { automatic, manifest },
    uploads: config.uploads,
    images: config.images,
    listeningUrl: () => listeningUrl,
  });
  const server = await serve(gateway, {
    ...config,
    imageStall: config.images.stallMilliseconds,
    log,
  }).catch((error: unknown) => {
    throw toListenError(error, 'PORT', config) ?? error;
  });
  listeningUrl = server.url;
  // Not awaited: the gateway starts even if the upstream is down.
  if (config.upstreamUrl !== undefined) void gateway.checkUpstream();
  // The state after an unexpected error is unknown, so the process exits, and its supervisor restarts it.
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process exits because of an unexpected error');
    process.exit(1);
  });
  const stop = async () => {
    await server.close();
    await broker?.close();
    await upstream.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  // Printed last, because a parent process may stop the gateway as soon as it has read this line.
  console.log(
    `\n  ${config.graphiql ? 'GraphiQL' : 'Graph'}: ${server.url}/graphql\n  Upstream: ${config.upstreamUrl ?? 'the embedded sandbox'}\n`,
  );
}

try {
  await start(readConfig(process.env, fileMistakes));
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  // Open handles, for example a connection to Redis, would keep the process running.
  process.stderr.write('', () => process.exit(1));
}
