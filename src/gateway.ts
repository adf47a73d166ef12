import { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { createYoga } from 'graphql-yoga';
import { costs } from '../schema/costs.ts';
import { globalId } from '../schema/ids.ts';
import { schema } from '../schema/index.ts';
import { baseUrlFrom, createIdentifyCaller, hostOf, type TransportContext } from './auth/caller.ts';
import { createKeyPolicy, tenantOf } from './auth/credential.ts';
import { createIdentify } from './auth/identity.ts';
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
import { createDocuments } from './persisted-documents/documents.ts';
import { checkManifest } from './persisted-documents/manifest.ts';
import { useDocuments } from './persisted-documents/plugin.ts';
import { withDocument } from './persisted-documents/socket.ts';
import { mistakesIn } from './persisted-documents/validate-manifest.ts';
import { useBodyLimit } from './uploads/body-limit.ts';
import { defaultUploadLimits } from './uploads/limits.ts';
import { useUploads } from './uploads/multipart-plugin.ts';
import { tooSlow } from './uploads/request-errors.ts';
import { createTickets } from './uploads/tickets.ts';
import { createUploadQueue } from './uploads/upload-queue.ts';
import { checkUpstream, reportOnce } from './upstream/check-upstream.ts';
import type { DataItemKey } from './upstream/data-items.ts';
import { createDownload } from './upstream/images/download.ts';
import { createUpstreams } from './upstream/upstream.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from './util/clocks.ts';
import { createSemaphore as createFairPlaces, shareOf } from './util/semaphore.ts';
import { startTimer as realAlarm } from './util/timer-queue.ts';
import { sleep as realPause, sleepUntil } from './util/timers.ts';
import { createSocketSlots } from './websocket/handshake-limits.ts';

/** The whole gateway but for its sockets. */
export type Gateway = ReturnType<typeof createGateway>;

/** Puts the gateway together. Everything that it is made of is here, in order. */
export function createGateway(options: GatewayOptions) {
  const {
    config,
    log,
    secrets,
    listeningUrl,
    contract = vendorContract,
    pause = realPause,
    alarm = realAlarm,
    now = wallClockNow,
    monotonicNow = realMonotonicNow,
    random = Math.random,
  } = options;
  const { baseUrl } = options.upstream;

  const access = createKeyPolicy(config);
  const upstreamOf = createUpstreams({
    ...options.upstream,
    contract,
    apiKeyHeader: config.apiKeyHeader,
    pause,
    alarm,
    now,
    monotonicNow,
    random,
    admitPoll: (signal) => gate.enter(signal, true),
    onMissingList: reportOnce((error) =>
      log.error({ err: error, baseUrl }, 'the upstream answers 404 to a list that always exists: check FLAIR_API_URL'),
    ),
    onRetryAfter: (apiKey, seconds) => watching.hold(apiKey, seconds * 1_000),
    onJob: (apiKey, row) => watching.learn(apiKey, row),
  });
  const gate = createPollGate({ outage: upstreamOf.outage, pause, monotonicNow });
  const settings = { ...defaultWatchSettings, ...options.watch };
  const watching = createJobWatcher({ upstreamOf, settings, gate, pause, now, monotonicNow, random });
  const idempotency = createIdempotency({
    store: options.idempotencyStore,
    pause,
    onError: (error) => log.error({ err: error }, 'an idempotency record could not be kept'),
  });
  const limits = { ...defaultImageLimits, ...options.images };
  const download = createDownload({
    ...options.network,
    monotonicNow,
    upstreamOrigin: baseUrl,
    allowedHosts: limits.hosts,
  });
  const pictures = createUpstreamImages({ upstreamOf, download });
  const sealer = createSealer({ secrets, now });
  const budget = createDecodeBudget(limits.decodeBytes);
  const images = createImages({
    sealer,
    open: pictures.open,
    limits,
    budget,
    now,
    monotonicNow,
    onFailure: (error, source) => log.warn({ err: error, source }, 'an image could not be served'),
  });

  const rates = { ...defaultRateLimits, ...options.rates };
  const addresses = createRateLimit({
    perSecond: rates.perAddress,
    whose: 'An address',
    setting: 'MAX_REQUESTS_PER_SECOND_PER_ADDRESS',
    monotonicNow,
    longestDelay: rates.longestDelay,
    pause,
  });
  const handshakes = createSocketSlots(rates);
  const sockets = createQuota(rates.sockets, 'sockets', 'MAX_SOCKETS_PER_KEY');
  const operationLimits = { ...defaultOperationLimits, ...options.limits };
  const uploads = { ...defaultUploadLimits, ...options.uploads };
  const admission = createUploadQueue(uploads);
  const checkDecoding = createDecodeCheck(Math.min(uploads.pixels, limits.pixels), budget);
  const storing = createFairPlaces({ total: uploads.upstreamAtOnce, each: shareOf(uploads.upstreamAtOnce) });

  const services: Services = {
    requestLimit: operationLimits.cost,
    upstreamOf: ({ apiKey }, start) => upstreamOf(apiKey, start),
    generationOf: ({ apiKey }) => upstreamOf(apiKey).generation,
    watching,
    idempotency,
    watchToken: (credential, jobs, seconds) => watchTokens.issue(credential, jobs, seconds),
    uploadTicket: (base, { apiKey }, target) => tickets.issue(base, apiKey, target),
    imageUrl: (base, { apiKey }, source, variant) => images.url(base, apiKey, source, variant),
    inspectImage: ({ apiKey }, source, signal = NEVER) => images.facts(apiKey, source, signal),
    imagePlaceholder: ({ apiKey }, source, signal = NEVER) => images.placeholder(apiKey, source, signal),
    imagesChanged({ apiKey }, subject) {
      if (subject.kind === 'prediction') pictures.forget(apiKey, subject.predictionId);
      images.changed(apiKey, subject);
    },
    imagesShown: ({ apiKey }, row) => pictures.learn(apiKey, row),
    async validateUpload({ apiKey }, file, use) {
      const leave = await storing.acquire(apiKey, NEVER);
      try {
        return await use(await validateUpload(file, uploads.pixels, (read) => checkDecoding(read, apiKey)));
      } finally {
        leave();
      }
    },
  };
  const watchTokens = createWatchTokens({ sealer, now });
  const identify = createIdentify({ access, watchTokens, tokens: options.jwt && createJwtVerifier({ ...options.jwt, now }) });
  const addressing = { publicUrl: config.publicUrl, listeningUrl };
  const askerOf = createIdentifyCaller({ ...addressing, identify, apiKeyHeader: access.apiKeyHeader, now });
  const baseUrlOf = baseUrlFrom(addressing);
  const maskError = createMaskError(
    (error, id) => log.error({ err: error, id }, 'unexpected error'),
    (error) => log.error({ err: error }, 'this machine has run out of disk space, file descriptors or ports'),
  );

  const pictureOf = ({ modelId, id }: DataItemKey) => ({ kind: 'dataItem', modelId, dataId: id }) as const;
  const tickets = createTickets({
    sealer,
    store: options.idempotencyStore,
    admission,
    limits: uploads,
    checkDecoding,
    pause,
    monotonicNow,
    upstreamOf,
    describe(request, apiKey, key) {
      const id = globalId({ kind: 'DataItem', ...key });
      return { id, dataItem: { id, image: { url: images.url(baseUrlOf(hostOf(request)), apiKey, pictureOf(key)) } } };
    },
    onReplaced: (apiKey, key) => images.changed(apiKey, pictureOf(key)),
    maskError,
    onError: (error) => log.error({ err: error }, 'the use of an upload ticket could not be noted'),
  });

  const origins = createCorsPolicy({
    allowed: config.corsOrigins ?? [],
    publicUrl: config.publicUrl,
    onRefused: (origin) =>
      log.info({ origin }, 'pages of this origin are refused: add it to CORS_ORIGINS if they may use the gateway'),
  });

  const { manifest } = options.documents ?? {};
  const persisted = createDocuments({
    automatic: options.documents?.automatic ?? true,
    manifest: manifest?.documents,
  });

  let isStopping = false;
  const known = createDocumentCache();
  const operations = createOperations({
    schema,
    services,
    identifyCaller: askerOf,
    admission: createOperationQuota(rates, monotonicNow, pause),
    costs,
    cost: operationLimits.cost,
    limits: createResponseLimits(operationLimits),
    suggestions: !config.isProduction,
    milliseconds: options.operationMilliseconds ?? 30_000,
    maskError,
    pause,
    alarm,
    now,
    monotonicNow,
  });
  const yoga = createYoga({
    schema,
    // A URL pattern: with or without a slash at the end.
    graphqlEndpoint: `${ENDPOINT}{/}?`,
    plugins: [
      useRequestContent(),
      useDocumentLimits({
        limits: operationLimits,
        introspection: config.introspection ?? true,
        suggestions: !config.isProduction,
      }),
      known.plugin,
      useOperations(operations),
      // After the operations, whose subscriptions it refuses where no stream can be sent.
      useResponses(),
      useEventStreams(() => isStopping),
      useSearchParams(),
      useCsrfPrevention(origins, access.apiKeyHeader),
      useBodyLimit({ maxBytes: uploads.operationBytes, milliseconds: BODY_TIME, pause }),
      // After the limit, of which requests with files have one of their own.
      useUploads({
        limits: uploads,
        admission,
        ownerOf: ({ headers }) => headers.get(access.apiKeyHeader) ?? headers.get('authorization') ?? '',
        pause,
      }),
      useDocuments(persisted),
    ],
    maskedErrors: { maskError },
    maxRequestBodySize: false,
    parserAndValidationCache: known.caches,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
  });
  if (manifest) checkManifest(manifest, (document) => mistakesIn(document, yoga.getEnveloped({})));
  const graph = async (request: Request): Promise<Response> => yoga.fetch(request);
  const http = createRouter({
    endpoint: ENDPOINT,
    graph,
    page: (config.graphiql ?? true) ? { wants: wantsPage, answer: createGraphiql() } : undefined,
    images: images.serve,
    uploads: tickets.serve,
    corsPolicy: origins,
    apiKeyHeader: access.apiKeyHeader,
    corsHeaders: config.corsHeaders ?? [],
    addressRate: addresses,
    publicUrl: config.publicUrl,
  });

  const shortRoad = createFastPath({
    endpoint: ENDPOINT,
    body: { bytes: uploads.operationBytes, milliseconds: BODY_TIME, startTimer: alarm, tooSlow: () => tooSlow(BODY_TIME) },
    documents: persisted,
    documentCache: known,
    operations,
    addressRate: addresses,
    headersFor: http.headersFor,
    maskError,
    fetchAPI: yoga.fetchAPI,
  });

  return {
    /** The way of plain queries over HTTP, which answers them as {@link fetch} does. */
    shortRoad,
    /** Answers a request over HTTP: the graph, its page, images, uploads and health. */
    fetch: http.fetch,
    /** Answers nothing new but whether it is alive. What is under way goes on. */
    refuseNew: http.refuseNew,
    /** Ends every stream of jobs so that its client reconnects. */
    endStreams() {
      isStopping = true;
      watching.dispose();
    },
    /** The payload of a WebSocket's `subscribe` with the document that it asks for, or why there is none. */
    withDocument: (payload: SubscribePayload) => withDocument(persisted, payload),
    /** The graph with all its plugins, for WebSockets. */
    getEnveloped: yoga.getEnveloped,
    /** Why whoever asks from this address is not answered now; undefined when they are. */
    refusalFor: (address: string) => addresses.count(address),
    /** Waits until a subscription is within the share of its address; returns why it is refused if that takes too long. */
    whenAdmitted: addresses.wait,
    /**
     * Takes a place for a WebSocket that is about to be opened, and waits until its handshake is within the share of its
     * address. Returns what gives the place back, or why there is none.
     */
    async admitSocket(address: string, signal: AbortSignal): Promise<(() => void) | GraphQLError> {
      const close = handshakes.acquire(address);
      if (close instanceof GraphQLError) return close;
      const refusal = await addresses.wait(address, signal);
      if (refusal) close();
      return refusal ?? close;
    },
    /**
     * Takes a place for a WebSocket of whoever opens it: what gives it back, and until when it may be used.
     *
     * @throws GraphQLError UNAUTHENTICATED or FORBIDDEN as far as that shows before the upstream is asked, or
     * RATE_LIMITED when there is no place left.
     */
    async openSocket(transport: TransportContext): Promise<{ close: () => void; expiresAt: number | undefined }> {
      const asker = await askerOf(transport);
      return { close: sockets.take(tenantOf(asker.credential())), expiresAt: asker.expiresAt };
    },
    /** Waits until a time of the wall clock, in milliseconds since the epoch. */
    waitUntil: (at: number, signal: AbortSignal) => sleepUntil(at, { pause, now }, signal),
    maskError,
    /** Reads the model list once with the gateway's own key, if it has one, and logs what is wrong. Never rejects. */
    checkUpstream: () => checkUpstream({ upstreamOf, ownKey: config.ownKey, baseUrl, log }),
    /** Whether a page of this origin may open a WebSocket; browsers ask nobody before they do. */
    welcomes: origins.allows,
    /** How many jobs are polled now. */
    get watchedJobs() {
      return watching.size;
    },
    /** Stops every poll, so that streams complete and waiting answers are given, and lets writes under way end. */
    async dispose(): Promise<void> {
      watching.dispose();
      await tickets.dispose();
      await idempotency.dispose();
    },
  };
}

/** The path of the graph. */
const ENDPOINT = '/graphql';

/** Time for the body of a request without files to arrive, in milliseconds. */
const BODY_TIME = 30_000;

const NEVER = new AbortController().signal;
