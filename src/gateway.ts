import { GraphQLError } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { globalId } from '../schema/ids.ts';
import { schema } from '../schema/index.ts';
import { printSdl } from '../schema/sdl.ts';
import { translateIds } from '../schema/translate-ids.ts';
import { baseUrlFrom, createIdentifyCaller, hostOf, type TransportContext } from './auth/caller.ts';
import { createKeyPolicy, tenantOf } from './auth/credential.ts';
import { createIdentify } from './auth/identify.ts';
import { createJwtVerifier } from './auth/jwt.ts';
import { createSealer } from './auth/sealed-token.ts';
import { createWatchTokens } from './auth/watch-token.ts';
import { createCluster } from './cluster/cluster.ts';
import { createCreatedJobs } from './cluster/created-jobs.ts';
import { createSharedCounts } from './cluster/shared-counts.ts';
import { createSharedKeyStates } from './cluster/shared-key-states.ts';
import type { GatewayOptions } from './config/gateway-options.ts';
import { contract as vendorContract } from './contract/contract.gen.ts';
import { createMaskError } from './errors.ts';
import { createGraphiql, wantsPage } from './graphiql/graphiql.ts';
import { createCorsPolicy } from './http/cors.ts';
import { useEventStreams } from './http/event-stream.ts';
import { createFastPath } from './http/fast-path.ts';
import { createHealth } from './http/health.ts';
import { createReferenceFiles } from './http/reference-files.ts';
import { useResponses } from './http/result-response.ts';
import { createRouter } from './http/router.ts';
import { createStudio } from './http/studio.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import { createDecodeCheck } from './images/decode-check.ts';
import { createDecodeBudget } from './images/decode-memory.ts';
import { createImages } from './images/images.ts';
import { defaultImageLimits } from './images/limits.ts';
import { MEDIA_TYPES } from './images/signature.ts';
import { createUpstreamImages } from './images/upstream-images.ts';
import { WIDTHS } from './images/variant.ts';
import { createJobProgress } from './job-watching/job-progress.ts';
import { createJobWatcher, defaultWatchSettings } from './job-watching/job-watcher.ts';
import { createPollGate } from './jobs/poll-gate.ts';
import { createDocuments } from './limits/documents.ts';
import { defaultOperationLimits } from './limits/limits.ts';
import { createOperationQuota } from './limits/operation-quota.ts';
import { createQuota } from './limits/quota.ts';
import { createRateLimit, defaultRateLimits } from './limits/rate-limit.ts';
import { createResponseLimits } from './limits/response-limits.ts';
import { createFinishedJobs, FINISHED_JOBS_TIME, MAX_FINISHED_JOBS } from './loaders/finished-jobs.ts';
import { shareFinishedJobs } from './loaders/shared-finished-jobs.ts';
import { createOperations } from './operations/operations.ts';
import { useOperations } from './operations/plugin.ts';
import { createPersistedDocuments } from './persisted-documents/documents.ts';
import { validateManifest } from './persisted-documents/manifest.ts';
import { createSharedDocuments } from './persisted-documents/shared-documents.ts';
import { documentErrors } from './persisted-documents/validate-manifest.ts';
import { createPipeline, pluginsOf } from './pipeline/pipeline.ts';
import { columnOf, type Transport } from './pipeline/table.ts';
import { createGatewayProblems } from './telemetry/gateway-problems.ts';
import { NO_MEASUREMENTS } from './telemetry/measurements.ts';
import type { RequestRecord } from './telemetry/request-record.ts';
import { createUpstreamObserver } from './telemetry/upstream-observer.ts';
import { defaultUploadLimits } from './uploads/limits.ts';
import { requestTimeout } from './uploads/request-errors.ts';
import { createTickets } from './uploads/tickets.ts';
import { createUploadQueue } from './uploads/upload-queue.ts';
import { createUploadReader } from './uploads/upload-reader.ts';
import { checkUpstream, reportOnce } from './upstream/check-upstream.ts';
import type { DataItemKey } from './upstream/data-items.ts';
import { createDownload } from './upstream/images/download.ts';
import { createUpstreams } from './upstream/upstream.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from './util/clocks.ts';
import { sleep as realSleep, startTimer as realStartTimer, sleepUntil } from './util/timers.ts';
import { createSocketSlots } from './websocket/handshake-limits.ts';

/** Creates all components of the gateway except its HTTP and WebSocket servers, in order of their dependencies. */
export function createGateway(options: GatewayOptions) {
  const {
    config,
    log,
    secrets,
    listeningUrl,
    contract = vendorContract,
    sleep = realSleep,
    startTimer = realStartTimer,
    now = wallClockNow,
    monotonicNow = realMonotonicNow,
    random = Math.random,
    measurements = NO_MEASUREMENTS,
    wrapPipeline = (pipeline) => pipeline,
  } = options;
  const { baseUrl } = options.upstream;
  const problems = createGatewayProblems({ log, startTimer, monotonicNow });
  const { basePath = '', introspection = true } = config;

  const cluster = options.broker && createCluster({ broker: options.broker, secrets, startTimer, monotonicNow });
  const keyPolicy = createKeyPolicy(config);
  const finishedJobsMilliseconds = options.finishedJobsMilliseconds ?? FINISHED_JOBS_TIME;
  const ownFinishedJobs = createFinishedJobs({
    milliseconds: finishedJobsMilliseconds,
    max: MAX_FINISHED_JOBS,
    monotonicNow,
    now,
  });
  const finishedJobs = cluster
    ? shareFinishedJobs(ownFinishedJobs, cluster, { milliseconds: finishedJobsMilliseconds, monotonicNow })
    : ownFinishedJobs;
  const jobProgressOf = createJobProgress({ now, monotonicNow });
  const upstreamOf = createUpstreams({
    ...options.upstream,
    contract,
    apiKeyHeader: config.apiKeyHeader,
    sleep,
    startTimer,
    now,
    monotonicNow,
    random,
    onMissingList: reportOnce((error) =>
      log.error(
        { err: error, baseUrl },
        'the upstream responds with 404 to a list that always exists: check FLAIR_API_URL',
      ),
    ),
    onKeyRejected: finishedJobs.clear,
    translateIds,
    observer: createUpstreamObserver({ log, problems, measurements }),
    createdElsewhere: cluster && createCreatedJobs(cluster, monotonicNow),
    sharedKeyStates: cluster && createSharedKeyStates(cluster, monotonicNow),
    onRetryAfter: (apiKey, seconds) => jobWatcher.hold(apiKey, seconds * 1_000),
    createJobObserver: (apiKey) => jobProgressOf(tenantOf({ apiKey })),
  });
  const gate = createPollGate({ getOutage: upstreamOf.outage, monotonicNow });
  const settings = { ...defaultWatchSettings, ...options.watch };
  const jobWatcher = createJobWatcher({
    upstreamOf,
    settings,
    finishedJobs,
    gate,
    sleep,
    startTimer,
    now,
    monotonicNow,
    random,
    cluster,
    observer: measurements.polls,
    tracePoll: options.tracePoll,
    onUnreadable: reportOnce(() =>
      log.error('another replica uses a secret that this one does not have: all need the same values in SECRET'),
    ),
  });
  const idempotency = createIdempotency({
    store: options.idempotencyStore,
    sleep,
    onError: problems.records.occur,
  });
  const imageLimits = { ...defaultImageLimits, ...options.images };
  const download = createDownload({
    ...options.network,
    monotonicNow,
    upstreamOrigin: baseUrl,
    allowedHosts: imageLimits.hosts,
  });
  const upstreamImages = createUpstreamImages({ upstreamOf, download, finishedJobs });
  const sealer = createSealer({ secrets, now });
  const budget = options.decodeBudget ?? createDecodeBudget(imageLimits.decodeBytes);
  const images = createImages({
    sealer,
    open: upstreamImages.open,
    limits: imageLimits,
    budget,
    now,
    monotonicNow,
    onFailure: problems.images.occur,
  });

  const rates = { ...defaultRateLimits, ...options.rates };
  const addressRate = createRateLimit({
    perSecond: rates.perAddress,
    subject: 'An address',
    setting: 'MAX_REQUESTS_PER_SECOND_PER_ADDRESS',
    monotonicNow,
    maxDelay: rates.maxDelay,
    sleep,
    cluster,
  });
  const socketSlots = createSocketSlots(
    rates,
    cluster && createSharedCounts('MAX_SOCKETS_PER_ADDRESS', cluster, () => {}),
  );
  const socketQuota = createQuota(rates.sockets, 'sockets', 'MAX_SOCKETS_PER_KEY', { cluster });
  const operationLimits = { ...defaultOperationLimits, ...options.limits };
  const uploads = { ...defaultUploadLimits, ...options.uploads };
  const uploadQueue = createUploadQueue(uploads);
  const maxUploadPixels = Math.min(uploads.pixels, imageLimits.pixels);
  const checkDecoding = createDecodeCheck(maxUploadPixels, budget);
  const uploadReader = createUploadReader({ limits: uploads, checkDecoding });

  const watchTokens = createWatchTokens({ sealer, now });
  const jwtVerifier =
    options.jwt &&
    createJwtVerifier({
      ...options.jwt,
      now,
      onKeySetFailure: problems.keySet.occur,
      onVerified: problems.keySet.succeed,
    });
  const identify = createIdentify({ keyPolicy, watchTokens, jwtVerifier });
  const urls = { publicUrl: config.publicUrl, basePath, listeningUrl };
  const identifyCaller = createIdentifyCaller({ ...urls, identify, apiKeyHeader: keyPolicy.apiKeyHeader, now });
  const baseUrlOf = baseUrlFrom(urls);
  const maskError = createMaskError(
    (error, id) => log.error({ err: error, id }, 'unexpected error'),
    problems.resources.occur,
  );

  const imageSourceOf = ({ modelId, id }: DataItemKey) => ({ kind: 'dataItem', modelId, dataId: id }) as const;
  const tickets = createTickets({
    sealer,
    store: options.idempotencyStore,
    queue: uploadQueue,
    limits: uploads,
    checkDecoding,
    sleep,
    monotonicNow,
    upstreamOf,
    describeDataItem(request, apiKey, key) {
      const id = globalId({ kind: 'DataItem', ...key });
      return {
        id,
        dataItem: { id, image: { url: images.url(baseUrlOf(hostOf(request)), apiKey, imageSourceOf(key)) } },
      };
    },
    onReplaced: (apiKey, key) => images.invalidate(apiKey, imageSourceOf(key)),
    maskError,
    onError: problems.records.occur,
  });

  const corsPolicy = createCorsPolicy({
    allowed: config.corsOrigins ?? [],
    publicUrl: config.publicUrl,
    onRefused: (origin) =>
      log.info({ origin }, 'pages of this origin are refused: add it to CORS_ORIGINS if they may use the gateway'),
  });

  const { manifest } = options.documents ?? {};
  const documents = createDocuments({
    schema,
    limits: operationLimits,
    introspection,
    suggestions: !config.isProduction,
    onValid: (text) => persisted.markValid(text),
  });
  const persisted = createPersistedDocuments({
    automatic: options.documents?.automatic ?? true,
    manifest: manifest?.documents,
    isValid: (text) => documents.findValid(text) !== undefined,
    shared: cluster && createSharedDocuments(cluster, monotonicNow),
  });
  if (manifest) validateManifest(manifest, (document) => documentErrors(document, documents));

  let isStopping = false;
  const pipeline = wrapPipeline(
    createPipeline({
      addressRate,
      body: { maxBytes: uploads.operationBytes, milliseconds: BODY_TIME, sleep, startTimer },
      uploads: {
        limits: uploads,
        queue: uploadQueue,
        ownerOf: ({ headers }) => headers.get(keyPolicy.apiKeyHeader) ?? headers.get('authorization') ?? '',
        sleep,
      },
      corsPolicy,
      apiKeyHeader: keyPolicy.apiKeyHeader,
      persisted,
      documents,
      costLimit: operationLimits.cost,
      identifyCaller,
      operationQuota: createOperationQuota(rates, monotonicNow, sleep, cluster),
      execution: {
        schema,
        services: {
          upstreamOf,
          finishedJobs,
          now,
          onCachedRead: measurements.onCached,
          requestLimit: operationLimits.cost,
          limits: {
            uploads: { ...uploads, pixels: maxUploadPixels, mediaTypes: MEDIA_TYPES },
            imageWidths: WIDTHS,
            operations: operationLimits,
          },
          jobWatcher,
          images,
          upstreamImages,
          uploadReader,
          tickets,
          watchTokens,
          idempotency,
        },
        limits: createResponseLimits(operationLimits),
        suggestions: !config.isProduction,
        milliseconds: options.operationMilliseconds ?? 30_000,
        sleep,
        startTimer,
        now,
        monotonicNow,
      },
      maskError,
    }),
  );
  const operationsOver = (transport: Transport) => createOperations(columnOf(pipeline, transport));
  const yoga = createYoga({
    schema,
    // A URL pattern: with or without a trailing slash.
    graphqlEndpoint: `${basePath}${ENDPOINT}{/}?`,
    plugins: [
      ...pluginsOf(pipeline),
      useOperations({
        execute: operationsOver('http').execute,
        subscribe: operationsOver('eventStream').subscribe,
      }),
      useResponses(pipeline.serialization.http),
      useEventStreams(pipeline.serialization.eventStream, () => isStopping),
    ],
    maskedErrors: { maskError },
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
  });
  const graph = async (request: Request, record: RequestRecord | undefined): Promise<Response> =>
    yoga.fetch(request, { record });
  const health = createHealth({
    broker: options.broker,
    usesRedis: config.redisUrl !== undefined,
    upstream: upstreamOf.state,
    requiresUpstream: config.readyRequiresUpstream ?? false,
  });
  const router = createRouter({
    basePath,
    endpoint: ENDPOINT,
    graph,
    page:
      (config.graphiql ?? true)
        ? { wants: wantsPage, answer: createGraphiql({ schema, apiKeyHeader: keyPolicy.apiKeyHeader }) }
        : undefined,
    studio:
      (config.studio ?? true)
        ? createStudio({
            apiKeyHeader: keyPolicy.apiKeyHeader,
            isSandbox: config.upstreamUrl === undefined,
            publicUrl: config.publicUrl,
          })
        : undefined,
    images: (request, record) =>
      images.serve(request, (apiKey) => {
        if (record) record.tenant = tenantOf({ apiKey });
      }),
    uploads: tickets.serve,
    findFile: createReferenceFiles(introspection ? printSdl : undefined),
    corsPolicy,
    apiKeyHeader: keyPolicy.apiKeyHeader,
    corsHeaders: config.corsHeaders ?? [],
    rateLimit: pipeline.rateLimit,
    publicUrl: config.publicUrl,
    metrics: options.metrics,
    health,
  });

  const fastPath = createFastPath({
    endpoint: basePath + ENDPOINT,
    steps: columnOf(pipeline, 'fastPath'),
    operations: operationsOver('fastPath'),
    maxBytes: uploads.operationBytes,
    tooSlow: () => requestTimeout(BODY_TIME),
    headersFor: router.headersFor,
    fetchAPI: yoga.fetchAPI,
  });

  return {
    basePath,
    /** Responds to plain queries over HTTP as {@link fetch} does, with less work. */
    fastPath,
    /** Responds to an HTTP request: the graph, GraphiQL, images, uploads and health. */
    fetch: router.fetch,
    /** Rejects new requests other than health checks. Pending requests continue. */
    refuseNew: router.refuseNew,
    /** Sets what `/ready` reports. */
    setPhase: health.setPhase,
    /** Ends every job subscription so that its client reconnects. */
    endStreams() {
      isStopping = true;
      jobWatcher.dispose();
    },
    /** Parses and validates documents. */
    documents,
    /** The steps and the execution of operations over WebSockets. */
    webSocket: {
      steps: columnOf(pipeline, 'webSocket'),
      operations: operationsOver('webSocket'),
      messageBytes: uploads.operationBytes,
    },
    /**
     * Acquires a slot for a WebSocket before its handshake, and delays it until it is within the rate of its address.
     * Returns a function that releases the slot, or an error.
     */
    async admitSocket(address: string, signal: AbortSignal): Promise<(() => void) | GraphQLError> {
      const release = socketSlots.acquire(address);
      if (release instanceof GraphQLError) return release;
      const error = await addressRate.wait(address, signal);
      if (error) release();
      return error ?? release;
    },
    /**
     * Counts a WebSocket against the quota of its key, once its credentials have arrived.
     *
     * @returns A function that releases its part of the quota, and the expiry of its credentials.
     * @throws GraphQLError UNAUTHENTICATED or FORBIDDEN for credentials that are invalid without a request to the
     * upstream, RATE_LIMITED when the quota is exhausted.
     */
    async openSocket(transport: TransportContext): Promise<{ close: () => void; expiresAt: number | undefined }> {
      const caller = await identifyCaller(transport);
      return { close: socketQuota.acquire(tenantOf(caller.credential())), expiresAt: caller.expiresAt };
    },
    /** Waits until a time of the wall clock, in milliseconds since the epoch. */
    waitUntil: (at: number, signal: AbortSignal) => sleepUntil(at, { sleep, now }, signal),
    maskError,
    /** Reads the model list once with the gateway's own key, if it has one, and logs a failure. Never rejects. */
    checkUpstream: () => checkUpstream({ upstreamOf, ownKey: config.ownKey, baseUrl, log }),
    /** True if a page of this origin may open a WebSocket, for which browsers send no preflight. */
    allowsOrigin: corsPolicy.allows,
    /** The present activity of the gateway, for its metrics. */
    get counts() {
      return {
        polls: jobWatcher.counts,
        waitingRequests: upstreamOf.waiting(),
        isCircuitOpen: problems.breaker.since !== undefined,
        decodeBytes: { reserved: budget.reserved, max: budget.maxBytes },
        problems: problems.all.map(({ name, since }) => ({ name, isPresent: since !== undefined })),
      };
    },
    /** Number of jobs that are being polled. */
    get watchedJobs() {
      return jobWatcher.size;
    },
    /** Stops every poll, so that streams complete and waiting responses are sent, and waits for pending writes. */
    async dispose(): Promise<void> {
      jobWatcher.dispose();
      await tickets.dispose();
      await idempotency.dispose();
      cluster?.close();
    },
  };
}

/** The path of the graph. */
const ENDPOINT = '/graphql';

/** Time for the body of a request without files to arrive, in milliseconds. */
const BODY_TIME = 30_000;
