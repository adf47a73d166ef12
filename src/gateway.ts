import { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { createYoga } from 'graphql-yoga';
import { globalId } from '../schema/ids.ts';
import { schema } from '../schema/index.ts';
import { baseUrlFrom, createIdentifyCaller, hostOf, type TransportContext } from './auth/caller.ts';
import { createKeyPolicy, tenantOf } from './auth/credential.ts';
import { createIdentify } from './auth/identify.ts';
import { createJwtVerifier } from './auth/jwt.ts';
import { createSealer } from './auth/sealed-token.ts';
import { createWatchTokens } from './auth/watch-token.ts';
import type { GatewayOptions } from './config/gateway-options.ts';
import { contract as vendorContract } from './contract/contract.gen.ts';
import { createMaskError } from './errors.ts';
import { createGraphiql, wantsPage } from './graphiql/graphiql.ts';
import { createCorsPolicy } from './http/cors.ts';
import { useCsrfPrevention } from './http/csrf.ts';
import { useEventStreams } from './http/event-stream.ts';
import { createFastPath } from './http/fast-path.ts';
import { useRequestContent } from './http/request-content.ts';
import { useResponses } from './http/result-response.ts';
import { createRouter } from './http/router.ts';
import { useSearchParams } from './http/search-params.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import { createDecodeCheck } from './images/decode-check.ts';
import { createDecodeBudget } from './images/decode-memory.ts';
import { createImages } from './images/images.ts';
import { defaultImageLimits } from './images/limits.ts';
import { createUpstreamImages } from './images/upstream-images.ts';
import { validateUpload } from './images/validate-upload.ts';
import { createJobWatcher, defaultWatchSettings } from './job-watching/job-watcher.ts';
import { createPollGate } from './jobs/poll-gate.ts';
import { useDocumentLimits } from './limits/document-limits.ts';
import { defaultOperationLimits } from './limits/limits.ts';
import { createOperationQuota } from './limits/operation-quota.ts';
import { createQuota } from './limits/quota.ts';
import { createRateLimit, defaultRateLimits } from './limits/rate-limit.ts';
import { createResponseLimits } from './limits/response-limits.ts';
import { createOperations } from './operations/operations.ts';
import { useOperations } from './operations/plugin.ts';
import type { Services } from './operations/services.ts';
import { createDocumentCache } from './persisted-documents/document-cache.ts';
import { createPersistedDocuments } from './persisted-documents/documents.ts';
import { validateManifest } from './persisted-documents/manifest.ts';
import { usePersistedDocuments } from './persisted-documents/plugin.ts';
import { withDocument } from './persisted-documents/socket.ts';
import { documentErrors } from './persisted-documents/validate-manifest.ts';
import { useBodyLimit } from './uploads/body-limit.ts';
import { defaultUploadLimits } from './uploads/limits.ts';
import { useUploads } from './uploads/multipart-plugin.ts';
import { requestTimeout } from './uploads/request-errors.ts';
import { createTickets } from './uploads/tickets.ts';
import { createUploadQueue } from './uploads/upload-queue.ts';
import { checkUpstream, reportOnce } from './upstream/check-upstream.ts';
import type { DataItemKey } from './upstream/data-items.ts';
import { createDownload } from './upstream/images/download.ts';
import { createUpstreams } from './upstream/upstream.ts';
import { NEVER_ABORTED } from './util/abort-signals.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from './util/clocks.ts';
import { createSemaphore, maxPerOwner } from './util/semaphore.ts';
import { sleep as realSleep, startTimer as realStartTimer, sleepUntil } from './util/timers.ts';
import { createSocketSlots } from './websocket/handshake-limits.ts';

/** The gateway without its HTTP and WebSocket servers. */
export type Gateway = ReturnType<typeof createGateway>;

/** Creates all components of the gateway, in order of their dependencies. */
export function createGateway(options: GatewayOptions) {
  const {
    config,
    log,
    secrets,
    listeningUrl,
    contract = vendorContract,
    pause = realSleep,
    startTimer: alarm = realStartTimer,
    now = wallClockNow,
    monotonicNow = realMonotonicNow,
    random = Math.random,
  } = options;
  const { baseUrl } = options.upstream;

  const keyPolicy = createKeyPolicy(config);
  const upstreamOf = createUpstreams({
    ...options.upstream,
    contract,
    apiKeyHeader: config.apiKeyHeader,
    pause,
    startTimer: alarm,
    now,
    monotonicNow,
    random,
    admitPoll: (signal) => gate.enter(signal, true),
    onMissingList: reportOnce((error) =>
      log.error(
        { err: error, baseUrl },
        'the upstream responds with 404 to a list that always exists: check FLAIR_API_URL',
      ),
    ),
    onRetryAfter: (apiKey, seconds) => jobWatcher.hold(apiKey, seconds * 1_000),
    onJob: (apiKey, row) => jobWatcher.recordDuration(apiKey, row),
  });
  const gate = createPollGate({ getOutage: upstreamOf.outage, pause, monotonicNow });
  const settings = { ...defaultWatchSettings, ...options.watch };
  const jobWatcher = createJobWatcher({ upstreamOf, settings, gate, pause, now, monotonicNow, random });
  const idempotency = createIdempotency({
    store: options.idempotencyStore,
    pause,
    onError: (error) => log.error({ err: error }, 'an idempotency record could not be stored'),
  });
  const imageLimits = { ...defaultImageLimits, ...options.images };
  const download = createDownload({
    ...options.network,
    monotonicNow,
    upstreamOrigin: baseUrl,
    allowedHosts: imageLimits.hosts,
  });
  const upstreamImages = createUpstreamImages({ upstreamOf, download });
  const sealer = createSealer({ secrets, now });
  const budget = createDecodeBudget(imageLimits.decodeBytes);
  const images = createImages({
    sealer,
    open: upstreamImages.open,
    limits: imageLimits,
    budget,
    now,
    monotonicNow,
    onFailure: (error, source) => log.warn({ err: error, source }, 'an image could not be served'),
  });

  const rates = { ...defaultRateLimits, ...options.rates };
  const addressRate = createRateLimit({
    perSecond: rates.perAddress,
    subject: 'An address',
    setting: 'MAX_REQUESTS_PER_SECOND_PER_ADDRESS',
    monotonicNow,
    maxDelay: rates.maxDelay,
    sleep: pause,
  });
  const socketSlots = createSocketSlots(rates);
  const socketQuota = createQuota(rates.sockets, 'sockets', 'MAX_SOCKETS_PER_KEY');
  const operationLimits = { ...defaultOperationLimits, ...options.limits };
  const uploads = { ...defaultUploadLimits, ...options.uploads };
  const uploadQueue = createUploadQueue(uploads);
  const checkDecoding = createDecodeCheck(Math.min(uploads.pixels, imageLimits.pixels), budget);
  const uploadSlots = createSemaphore({
    total: uploads.concurrentUpstreamFiles,
    perOwner: maxPerOwner(uploads.concurrentUpstreamFiles),
  });

  const services: Services = {
    requestLimit: operationLimits.cost,
    upstreamOf: ({ apiKey }, start) => upstreamOf(apiKey, start),
    generationOf: ({ apiKey }) => upstreamOf(apiKey).generation,
    jobWatcher: jobWatcher,
    idempotency,
    watchToken: (credential, jobs, seconds) => watchTokens.issue(credential, jobs, seconds),
    uploadTicket: (base, { apiKey }, target) => tickets.issue(base, apiKey, target),
    imageUrl: (base, { apiKey }, source, variant) => images.url(base, apiKey, source, variant),
    inspectImage: ({ apiKey }, source, signal = NEVER_ABORTED) => images.facts(apiKey, source, signal),
    imagePlaceholder: ({ apiKey }, source, signal = NEVER_ABORTED) => images.placeholder(apiKey, source, signal),
    evictImages({ apiKey }, subject) {
      if (subject.kind === 'prediction') upstreamImages.evictUrls(apiKey, subject.predictionId);
      images.invalidate(apiKey, subject);
    },
    rememberImages: ({ apiKey }, row) => upstreamImages.cacheUrls(apiKey, row),
    async validateUpload({ apiKey }, file, use) {
      const release = await uploadSlots.acquire(apiKey, NEVER_ABORTED);
      try {
        return await use(await validateUpload(file, uploads.pixels, (read) => checkDecoding(read, apiKey)));
      } finally {
        release();
      }
    },
  };
  const watchTokens = createWatchTokens({ sealer, now });
  const jwtVerifier = options.jwt && createJwtVerifier({ ...options.jwt, now });
  const identify = createIdentify({ keyPolicy, watchTokens, jwtVerifier });
  const urls = { publicUrl: config.publicUrl, listeningUrl };
  const identifyCaller = createIdentifyCaller({ ...urls, identify, apiKeyHeader: keyPolicy.apiKeyHeader, now });
  const baseUrlOf = baseUrlFrom(urls);
  const maskError = createMaskError(
    (error, id) => log.error({ err: error, id }, 'unexpected error'),
    (error) => log.error({ err: error }, 'this machine has run out of disk space, file descriptors or ports'),
  );

  const imageSourceOf = ({ modelId, id }: DataItemKey) => ({ kind: 'dataItem', modelId, dataId: id }) as const;
  const tickets = createTickets({
    sealer,
    store: options.idempotencyStore,
    queue: uploadQueue,
    limits: uploads,
    checkDecoding,
    pause,
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
    onError: (error) => log.error({ err: error }, 'the use of an upload ticket could not be recorded'),
  });

  const corsPolicy = createCorsPolicy({
    allowed: config.corsOrigins ?? [],
    publicUrl: config.publicUrl,
    onRefused: (origin) =>
      log.info({ origin }, 'pages of this origin are refused: add it to CORS_ORIGINS if they may use the gateway'),
  });

  const { manifest } = options.documents ?? {};
  const persisted = createPersistedDocuments({
    automatic: options.documents?.automatic ?? true,
    manifest: manifest?.documents,
  });

  let isStopping = false;
  const documentCache = createDocumentCache();
  const operations = createOperations({
    schema,
    services,
    identifyCaller,
    operationQuota: createOperationQuota(rates, monotonicNow, pause),
    costLimit: operationLimits.cost,
    limits: createResponseLimits(operationLimits),
    suggestions: !config.isProduction,
    milliseconds: options.operationMilliseconds ?? 30_000,
    maskError,
    sleep: pause,
    alarm,
    now,
    monotonicNow,
  });
  const yoga = createYoga({
    schema,
    // A URL pattern: with or without a trailing slash.
    graphqlEndpoint: `${ENDPOINT}{/}?`,
    plugins: [
      useRequestContent(),
      useDocumentLimits({
        limits: operationLimits,
        introspection: config.introspection ?? true,
        suggestions: !config.isProduction,
      }),
      documentCache.plugin,
      useOperations(operations),
      // After the operations, whose subscriptions it rejects when `Accept` allows no stream.
      useResponses(),
      useEventStreams(() => isStopping),
      useSearchParams(),
      useCsrfPrevention(corsPolicy, keyPolicy.apiKeyHeader),
      useBodyLimit({ maxBytes: uploads.operationBytes, milliseconds: BODY_TIME, pause }),
      // After the body limit, because requests with files have a limit of their own.
      useUploads({
        limits: uploads,
        queue: uploadQueue,
        ownerOf: ({ headers }) => headers.get(keyPolicy.apiKeyHeader) ?? headers.get('authorization') ?? '',
        pause,
      }),
      usePersistedDocuments(persisted),
    ],
    maskedErrors: { maskError },
    maxRequestBodySize: false,
    parserAndValidationCache: documentCache.caches,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
  });
  if (manifest) validateManifest(manifest, (document) => documentErrors(document, yoga.getEnveloped({})));
  const graph = async (request: Request): Promise<Response> => yoga.fetch(request);
  const router = createRouter({
    endpoint: ENDPOINT,
    graph,
    page: (config.graphiql ?? true) ? { wants: wantsPage, answer: createGraphiql() } : undefined,
    images: images.serve,
    uploads: tickets.serve,
    corsPolicy,
    apiKeyHeader: keyPolicy.apiKeyHeader,
    corsHeaders: config.corsHeaders ?? [],
    addressRate,
    publicUrl: config.publicUrl,
  });

  const fastPath = createFastPath({
    endpoint: ENDPOINT,
    body: {
      bytes: uploads.operationBytes,
      milliseconds: BODY_TIME,
      startTimer: alarm,
      tooSlow: () => requestTimeout(BODY_TIME),
    },
    documents: persisted,
    documentCache,
    operations,
    addressRate,
    headersFor: router.headersFor,
    maskError,
    fetchAPI: yoga.fetchAPI,
  });

  return {
    /** Responds to plain queries over HTTP as {@link fetch} does, with less work. */
    fastPath,
    /** Responds to an HTTP request: the graph, GraphiQL, images, uploads and health. */
    fetch: router.fetch,
    /** Rejects new requests other than health checks. Pending requests continue. */
    refuseNew: router.refuseNew,
    /** Ends every job subscription so that its client reconnects. */
    endStreams() {
      isStopping = true;
      jobWatcher.dispose();
    },
    /**
     * The payload of a WebSocket's `subscribe` message with its persisted document, or the error when there is none.
     */
    withDocument: (payload: SubscribePayload) => withDocument(persisted, payload),
    /** The graph with all its plugins, for WebSockets. */
    getEnveloped: yoga.getEnveloped,
    /** Counts an operation of this address. Returns an error if it exceeds the rate. */
    checkAddressRate: (address: string) => addressRate.count(address),
    /**
     * Delays a subscription until it is within the rate of its address. Returns an error if that would take too long.
     */
    waitForAddressRate: addressRate.wait,
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
    waitUntil: (at: number, signal: AbortSignal) => sleepUntil(at, { pause, now }, signal),
    maskError,
    /** Reads the model list once with the gateway's own key, if it has one, and logs what is wrong. Never rejects. */
    checkUpstream: () => checkUpstream({ upstreamOf, ownKey: config.ownKey, baseUrl, log }),
    /** True if a page of this origin may open a WebSocket, for which browsers send no preflight. */
    allowsOrigin: corsPolicy.allows,
    /** Number of jobs that are being polled. */
    get watchedJobs() {
      return jobWatcher.size;
    },
    /** Stops every poll, so that streams complete and waiting responses are sent, and waits for pending writes. */
    async dispose(): Promise<void> {
      jobWatcher.dispose();
      await tickets.dispose();
      await idempotency.dispose();
    },
  };
}

/** The path of the graph. */
const ENDPOINT = '/graphql';

/** Time for the body of a request without files to arrive, in milliseconds. */
const BODY_TIME = 30_000;
