import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { JwtOptions } from '../../src/auth/jwt.ts';
import type { Broker } from '../../src/cluster/broker.ts';
import type { GatewayOptions } from '../../src/config/gateway-options.ts';
import type { Contract, OperationId } from '../../src/contract/contract.ts';
import { createGateway } from '../../src/gateway.ts';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import type { ImageLimits } from '../../src/images/limits.ts';
import type { WatchSettings } from '../../src/job-watching/job-watcher.ts';
import type { OperationLimits } from '../../src/limits/limits.ts';
import type { RateLimits } from '../../src/limits/rate-limit.ts';
import { createSandbox, type SandboxOptions, type SeenRequest } from '../../src/sandbox/sandbox.ts';
import type { Measurements } from '../../src/telemetry/measurements.ts';
import type { UploadLimits } from '../../src/uploads/limits.ts';
import type { Transport } from '../../src/upstream/client.ts';
import { type Clock, createClock } from './clock.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

export interface StartOptions {
  sandbox?: Omit<SandboxOptions, 'onRequest' | 'now'>;
  config?: Partial<GatewayOptions['config']>;
  /** Limits of an operation. */
  limits?: Partial<OperationLimits>;
  /** Settings of persisted documents. */
  documents?: GatewayOptions['documents'];
  contract?: Contract;
  /** Intercepts requests from the gateway to its sandbox. */
  transport?: (request: Request, upstream: (request: Request) => Promise<Response>) => Promise<Response>;
  /** Access to an upstream other than the sandbox. */
  access?: Pick<GatewayOptions['upstream'], 'baseUrl' | 'transport' | 'pool'>;
  /** Deadline of an upstream operation, in milliseconds. */
  deadline?: number;
  /** Other options of the upstream: its URL, concurrency and queue limits, circuit breaker and retries. */
  upstream?: Partial<Omit<GatewayOptions['upstream'], 'transport' | 'deadline'>>;
  jwt?: Omit<JwtOptions, 'now'>;
  /** Time for which finished jobs are cached, in milliseconds. @default 300_000 */
  finishedJobsMilliseconds?: number;
  /** Rate limits. @default practically unlimited */
  rates?: Partial<RateLimits>;
  uploads?: Partial<UploadLimits>;
  images?: Partial<ImageLimits>;
  wrapPipeline?: GatewayOptions['wrapPipeline'];
  /** The connection to other replicas. @default none */
  broker?: Broker;
  /** Clock and timers. @default its own */
  clock?: Clock;
  /** The store of idempotency keys. @default its own, in memory */
  idempotencyStore?: GatewayOptions['idempotencyStore'];
  /** @default info */
  logLevel?: string;
  /** Receives what happens in the gateway. @default nothing is measured */
  measurements?: Measurements;
  /** Settings of job watching. @default without a grace period */
  watch?: Partial<WatchSettings>;
}

export interface QueryResult<Data> {
  data: Data | null | undefined;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

export type TestGateway = ReturnType<typeof startGateway>;

/** Starts a gateway for a test, with an empty sandbox as its upstream, a manual clock, and no ports. */
export function startGateway(options: StartOptions = {}) {
  const {
    sandbox: sandboxOptions,
    config,
    contract,
    transport,
    deadline,
    watch,
    uploads,
    images,
    rates,
    limits,
    jwt,
    documents,
    wrapPipeline,
    logLevel = 'info',
  } = options;
  const clock = options.clock ?? createClock();
  const requests: SeenRequest[] = [];
  const logLines: string[] = [];
  const sandbox = createSandbox({
    ...(contract && { contract }),
    ...sandboxOptions,
    now: clock.remoteNow,
    onRequest: (seen) => requests.push(seen),
  });
  const sandboxTransport: Transport = (input, init) => {
    const request = new Request(input, init);
    const upstream = (passed: Request) => sandbox.fetch(passed);
    return transport ? transport(request, upstream) : upstream(request);
  };
  const gateway = createGateway({
    config: { publicUrl: undefined, allowAnonymous: false, ownKey: 'demo', apiKeyHeader: 'x-api-key', ...config },
    secrets: ['a secret for tests that is long enough'],
    upstream: {
      baseUrl: 'http://sandbox.internal',
      transport: sandboxTransport,
      retry: { limit: 2, delay: () => 0, maxRetryAfter: 0 },
      ...(deadline !== undefined && { deadline }),
      ...options.upstream,
      ...options.access,
    },
    idempotencyStore: options.idempotencyStore ?? openDiskStore('memory', { now: clock.now }),
    ...(options.broker && { broker: options.broker }),
    watch: { gracePeriod: 0, pollsPerSecond: 1e9, ...watch },
    rates: { perKey: 1e9, perAddress: 1e9, sockets: 1e9, eventStreams: 1e9, ...rates },
    ...(options.finishedJobsMilliseconds !== undefined && {
      finishedJobsMilliseconds: options.finishedJobsMilliseconds,
    }),
    ...(limits && { limits }),
    ...(documents && { documents }),
    ...(wrapPipeline && { wrapPipeline }),
    ...(jwt && { jwt }),
    ...(options.measurements && { measurements: options.measurements }),
    ...(uploads && { uploads }),
    ...(images && { images }),
    listeningUrl: () => 'http://127.0.0.1:4000',
    log: pino({ level: logLevel }, { write: (line: string) => void logLines.push(line) }),
    ...(contract && { contract }),
    sleep: clock.sleep,
    startTimer: clock.startTimer,
    random: () => 0.5,
    now: clock.now,
    monotonicNow: clock.monotonicNow,
  });
  onTestFinished(async () => {
    await gateway.dispose();
    sandbox.close();
  });

  const fetch = (path: string, init: RequestInit = {}) =>
    gateway.fetch(new Request(`http://localhost:4000${path}`, init));

  async function query<Data, Variables>(
    document: TypedDocumentString<Data, Variables> | string,
    variables?: Variables,
    headers: Record<string, string> = {},
  ): Promise<QueryResult<Data>> {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    return await response.json();
  }

  return {
    gateway,
    sandbox,
    clock,
    logLines,
    fetch,
    query,
    /** Sends a request directly to the upstream. */
    upstream: (path: string, init?: RequestInit) =>
      sandbox.fetch(
        new Request(`http://sandbox.internal${path}`, { ...init, headers: { 'x-api-key': 'demo', ...init?.headers } }),
      ),
    /** Upstream operations requested since the preceding call, in order. */
    takeRequests: (): (OperationId | undefined)[] => requests.splice(0).map(({ operation }) => operation),
    requests,
  };
}
