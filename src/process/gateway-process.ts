import type { Logger } from 'pino';
import type { Broker } from '../cluster/broker.ts';
import { createVault, type Vault } from '../cluster/vault.ts';
import type { Config } from '../config/config.ts';
import { idempotencyFile, secretFile } from '../config/data-files.ts';
import { readTenants } from '../config/jwt.ts';
import { readOrMakeSecret } from '../config/secret-file.ts';
import { createGateway } from '../gateway.ts';
import { serve } from '../http/server.ts';
import { openDiskStore } from '../idempotency/disk.ts';
import type { IdempotencyStore } from '../idempotency/store.ts';
import type { DecodeBudget } from '../images/decode-memory.ts';
import { readManifest } from '../persisted-documents/manifest.ts';
import { createProxiedFetch } from '../upstream/transport/proxied-fetch.ts';
import { errorMessage } from '../util/data-file.ts';
import { ConfigError, toListenError } from '../util/environment.ts';
import { openUpstream } from './upstream.ts';

// Optional modules are imported lazily, to save memory and start-up time where they are not used.

export interface GatewayProcessOptions {
  readonly log: Logger;
  /** The part of a worker. @default this process is the only one */
  readonly worker?: {
    readonly sandboxSocket: string | undefined;
    readonly broker: Broker | undefined;
    readonly openDecodeBudget: (vault: Vault) => DecodeBudget;
  };
}

/** A gateway that listens on a port. */
export interface GatewayProcess {
  /** URL of the gateway on this machine, without a trailing slash. */
  readonly url: string;
  /** Reads the model list of a remote upstream once, and logs a failure. */
  checkUpstream(): void;
  /**
   * Completes pending requests, and closes everything that keeps the process running.
   *
   * @param isReplaced True if other processes accept the new connections.
   */
  close(isReplaced?: boolean): Promise<void>;
}

/**
 * Starts a gateway in this process.
 *
 * @throws ConfigError for mistakes that are found only now, for example a port that is in use.
 */
export async function startGateway(config: Config, options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { log, worker } = options;
  const { automatic, manifest: manifestFile } = config.documents;
  const manifest = manifestFile === undefined ? undefined : readManifest(manifestFile);
  const { proxies } = config.network;
  const upstream = await openUpstream(config, worker?.sandboxSocket);
  const redisBroker = await openBroker(config, log);
  const secrets = config.secrets.length > 0 ? config.secrets : [readOrMakeSecret(secretFile())];
  let listeningUrl = '';
  const gateway = createGateway({
    config,
    log,
    secrets,
    upstream: { ...config.upstream, ...upstream.access },
    operationMilliseconds: config.operationMilliseconds,
    finishedJobsMilliseconds: config.finishedJobsMilliseconds,
    network: config.network,
    idempotencyStore: await openStore(config, worker !== undefined),
    broker: worker?.broker ?? redisBroker,
    watch: config.watch,
    ...(config.jwt && {
      jwt: { ...config.jwt, ...(proxies && { fetch: createProxiedFetch(proxies) }), tenants: readTenants(config.jwt) },
    }),
    rates: config.rates,
    limits: config.limits,
    documents: { automatic, manifest },
    uploads: config.uploads,
    images: config.images,
    decodeBudget: worker?.openDecodeBudget(createVault(secrets)),
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
  return {
    url: server.url,
    checkUpstream() {
      // Not awaited: the gateway starts even if the upstream is down.
      if (config.upstreamUrl !== undefined) void gateway.checkUpstream();
    },
    async close(isReplaced) {
      await server.close(isReplaced);
      await redisBroker?.close();
      await upstream.close();
    },
  };
}

async function openStore({ redisUrl }: Config, isShared: boolean): Promise<IdempotencyStore> {
  if (redisUrl === undefined) {
    try {
      return openDiskStore(idempotencyFile(), { isShared });
    } catch (error) {
      throw new ConfigError([errorMessage(error)]);
    }
  }
  const { openRedisStore } = await import('../idempotency/redis.ts');
  return openRedisStore({ redis: redisUrl });
}

/** Connects this process with the other replicas through Redis; undefined if there is none. */
async function openBroker({ redisUrl }: Config, log: Logger): Promise<Broker | undefined> {
  if (redisUrl === undefined) return undefined;
  const { openRedisBroker } = await import('../cluster/redis-broker.ts');
  return await openRedisBroker({ url: redisUrl, log });
}
