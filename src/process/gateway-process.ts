import type { Logger } from 'pino';
import type { Broker } from '../cluster/broker.ts';
import { createVault, type Vault } from '../cluster/vault.ts';
import type { Config } from '../config/config.ts';
import { idempotencyFile, secretFile } from '../config/data-files.ts';
import { readTenants } from '../config/jwt.ts';
import { readOrMakeSecret } from '../config/secret-file.ts';
import { contract as vendorContract } from '../contract/contract.gen.ts';
import type { Contract } from '../contract/contract.ts';
import { createGateway } from '../gateway.ts';
import { listen } from '../http/listen.ts';
import { serve } from '../http/server.ts';
import { openDiskStore } from '../idempotency/disk.ts';
import type { IdempotencyStore } from '../idempotency/store.ts';
import type { DecodeBudget } from '../images/decode-memory.ts';
import { hasDecoder } from '../images/load-sharp.ts';
import { readManifest } from '../persisted-documents/manifest.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import { createRequests } from '../telemetry/requests.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { createProxiedFetch } from '../upstream/transport/proxied-fetch.ts';
import { monotonicNow } from '../util/clocks.ts';
import { errorMessage } from '../util/data-file.ts';
import { ConfigError, toListenError } from '../util/environment.ts';
import { sleep, startTimer } from '../util/timers.ts';
import { serveMetrics } from './metrics-server.ts';
import { openMetrics } from './process-metrics.ts';
import { prepareSocket } from './socket-file.ts';
import { openUpstream } from './upstream.ts';

// Optional modules are imported lazily, to save memory and start-up time where they are not used.

export interface GatewayProcessOptions {
  readonly log: Logger;
  /** The part of a worker. @default this process is the only one */
  readonly worker?: {
    readonly sandboxSocket: string | undefined;
    readonly broker: Broker | undefined;
    readonly openDecodeBudget: (vault: Vault) => DecodeBudget;
    /** The metrics of all workers together, in the Prometheus text format. */
    readonly metricsText: () => Promise<string>;
    /** True if the other workers start as well: it then listens early, and is ready only when all serve. */
    readonly isFirst: boolean;
  };
}

/** A gateway that listens on a port. */
export interface GatewayProcess {
  /** URL of the gateway on this machine, without a trailing slash. */
  readonly url: string;
  /** Undefined if they are not served. */
  readonly metrics: Metrics | undefined;
  /** Reads the model list of a remote upstream once, and logs a failure. */
  checkUpstream(): void;
  /** Makes `/ready` succeed. Only for one of the first workers; others are ready from the start. */
  setReady(): void;
  /** Makes `/ready` fail, while everything is still served. */
  drain(): void;
  /** Lets new requests wait until {@link close} has stopped listening. */
  hold(): void;
  /** Completes pending requests, and closes everything that keeps the process running. */
  close(): Promise<void>;
}

/**
 * Starts a gateway in this process.
 *
 * @throws ConfigError for mistakes that are found only now, for example a port that is in use.
 */
export async function startGateway(config: Config, options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { log, worker } = options;
  const openListener = () =>
    listen(config).catch((error: unknown) => {
      throw toListenError(error, 'PORT', config) ?? error;
    });
  if (config.listenSocket !== undefined && !worker) await prepareSocket(config.listenSocket);
  // A replacement of a worker would keep connections from those that serve already.
  const early = worker && !worker.isFirst ? undefined : await openListener();
  let listeningUrl = '';
  const opened = await openGateway(config, { ...options, listeningUrl: () => listeningUrl });
  const { gateway, metrics } = opened;
  const onRequest = metrics?.measurements.onRequest;
  const requests = createRequests({ log, monotonicNow, onRequest, onStart: opened.tracing?.onStart });
  if (worker?.isFirst) gateway.setPhase('starting');
  const listener = early ?? (await openListener());
  listeningUrl = listener.url + gateway.basePath;
  const imageStall = config.images.stallMilliseconds;
  const server = await serve(gateway, { ...config, imageStall, log, requests }, listener);
  metrics?.watch(() => ({
    ...gateway.counts,
    sockets: server.sockets,
    streams: requests.streams,
    isRedisConnected: opened.isRedisConnected(),
  }));
  const { port } = config.metrics;
  const closeMetrics =
    metrics && port !== undefined && !worker
      ? await serveMetrics({ host: config.host, port, text: metrics.text, log })
      : undefined;
  return {
    url: server.url,
    metrics,
    checkUpstream() {
      // Not awaited: the gateway starts even if the upstream is down.
      if (config.upstreamUrl !== undefined) void gateway.checkUpstream();
    },
    setReady: () => gateway.setPhase('ready'),
    drain: server.drain,
    hold: server.hold,
    async close() {
      await server.close();
      await closeMetrics?.();
      await opened.close();
    },
  };
}

export interface OpenOptions extends GatewayProcessOptions {
  /** The base of absolute URLs when no public URL is configured. */
  readonly listeningUrl: () => string;
  /** Directory of the gateway's own files. @default `.data` */
  readonly dataDirectory?: string;
}

/** A gateway that does not listen. */
export interface OpenGateway {
  readonly gateway: ReturnType<typeof createGateway>;
  /** Undefined if they are not served. */
  readonly metrics: Metrics | undefined;
  /** Undefined if nothing is traced. */
  readonly tracing: Tracing | undefined;
  /** Undefined without Redis. */
  isRedisConnected(): boolean | undefined;
  /** Closes the connections of a gateway that has been disposed of. */
  close(): Promise<void>;
}

/**
 * Opens everything that a gateway needs except a server: upstream, store, secret and connection to other replicas.
 *
 * @throws ConfigError for mistakes that are found only now.
 */
export async function openGateway(config: Config, options: OpenOptions): Promise<OpenGateway> {
  const closers: Closer[] = [];
  try {
    return await openParts(config, options, closers);
  } catch (error) {
    // The reason matters more than a part that cannot be closed either.
    for (const close of closers) await close().catch(() => {});
    throw error;
  }
}

/** Closes a part of a gateway. */
type Closer = () => Promise<unknown>;

/** @param closers Receives what closes the opened parts, in the order in which they are closed. */
async function openParts(config: Config, options: OpenOptions, closers: Closer[]): Promise<OpenGateway> {
  const { log, worker, listeningUrl, dataDirectory } = options;
  if (!hasDecoder()) {
    log.warn('images are served in their original size only, because the optional package sharp is not installed');
  }
  const { automatic, manifest: manifestFile } = config.documents;
  const manifest = manifestFile === undefined ? undefined : readManifest(manifestFile);
  const { proxies } = config.network;
  const upstream = await openUpstream(config, worker?.sandboxSocket);
  closers.push(upstream.close);
  const redisBroker = await openBroker(config, log);
  if (redisBroker) closers.unshift(() => redisBroker.close());
  const secrets = config.secrets.length > 0 ? config.secrets : [readOrMakeSecret(secretFile(dataDirectory))];
  const contract = await openContract(config);
  const tracing = config.isTraced ? await openTracing(contract, upstream.access.baseUrl, log) : undefined;
  if (tracing) closers.push(() => tracing.close());
  const metrics = await openMetrics(config);
  const metricsText = worker?.metricsText ?? metrics?.text;
  const idempotencyStore = await openStore(config, worker !== undefined, dataDirectory);
  const closeStore = () => idempotencyStore.close();
  closers.unshift(closeStore);
  const gateway = createGateway({
    config,
    log,
    secrets,
    upstream: { ...config.upstream, ...upstream.access },
    operationMilliseconds: config.operationMilliseconds,
    finishedJobsMilliseconds: config.finishedJobsMilliseconds,
    network: config.network,
    contract,
    idempotencyStore,
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
    listeningUrl,
    tracePoll: tracing?.tracePoll,
    ...(metrics && { measurements: metrics.measurements }),
    ...(metricsText && config.metrics.token && { metrics: { token: config.metrics.token, text: metricsText } }),
  });
  // From here on, the gateway closes it.
  closers.splice(closers.indexOf(closeStore), 1);
  return {
    gateway,
    metrics,
    tracing,
    isRedisConnected: () => redisBroker && redisBroker.problem === undefined,
    async close() {
      for (const close of closers) await close();
    },
  };
}

async function openStore(
  { redisUrl }: Config,
  isShared: boolean,
  dataDirectory: string | undefined,
): Promise<IdempotencyStore> {
  if (redisUrl === undefined) {
    try {
      return openDiskStore(idempotencyFile(dataDirectory), { isShared });
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

/** The contract of the upstream. Without a file of its own, no parser of YAML is loaded. */
async function openContract({ contractFile }: Config): Promise<Contract> {
  if (contractFile === undefined) return vendorContract;
  const { readContractFile } = await import('../config/contract/contract-file.ts');
  return readContractFile(contractFile);
}

/** Starts to trace. Without configured traces, the SDK of OpenTelemetry is not loaded. */
async function openTracing(contract: Contract, baseUrl: string, log: Logger): Promise<Tracing> {
  const { startTracing } = await import('../telemetry/tracing/tracing.ts');
  return startTracing({ baseUrl, contract, log, monotonicNow, startTimer, sleep });
}
