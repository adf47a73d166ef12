// Generated from src/config/config.ts by `npm run options`. Do not edit.

/** Settings of a gateway, as in its environment variables. */
export interface Settings {
  /** Let `/ready` fail while the circuit breaker is open, that is while the upstream keeps failing. All replicas then fail at once. @default false */
  readyRequiresUpstream?: boolean | undefined;
  /** URL at which clients reach the gateway, with its path: the base of absolute URLs. Unset: the address that it listens on. */
  publicUrl?: string | undefined;
  /** Path below which everything is served, such as `/flair` for `/flair/graphql`. `/health` and `/ready` are also served without it. `publicUrl` contains it, too. @default '' */
  basePath?: string | undefined;
  /** Your proxies, which add the addresses of clients to `X-Forwarded-For`: their number between clients and the gateway (`true` is 1), or their networks, such as `10.0.0.0/8, loopback`, also `linklocal` and `uniquelocal`. With `false`, the header is ignored. @default 0 */
  trustProxy?: number | undefined;
  /** Secrets that encrypt image URLs and tokens, newest first; 32 characters or more each. Unset: generated and stored in `.data/secret`. Required with `redisUrl`. */
  secret?: readonly string[] | undefined;
  /** Let every request without a key use the gateway’s own key, not only requests from this machine. @default false */
  allowAnonymous?: boolean | undefined;
  /** Origins whose pages may use the gateway, such as `https://app.example.com`; `*` for all. Its own origin is always allowed; on the same machine, so are local pages. */
  corsOrigins?: readonly string[] | undefined;
  /** Additional request headers that pages of these origins may send. Those of the gateway and of common tracing libraries are always allowed. */
  corsHeaders?: readonly string[] | undefined;
  /** Environment: `production`, `development` or `test`. In production, error messages suggest no names of the schema, the sandbox requires `sandbox: true`, and the next two settings are off by default; so is `studio`, unless the upstream is the sandbox. */
  nodeEnv?: 'production' | 'development' | 'test' | undefined;
  /** Allow introspection queries. On by default, but off in production. */
  introspection?: boolean | undefined;
  /** Serve GraphiQL. On by default, but off in production. */
  graphiql?: boolean | undefined;
  /** Serve Studio at `/studio`, a page for models, trainings and predictions. On by default, but off in production unless the upstream is the sandbox. */
  studio?: boolean | undefined;
  /** URL of the upstream API. Unset: the embedded sandbox, in production only with `sandbox: true`. */
  flairApiUrl?: string | undefined;
  /** Serve the embedded sandbox instead of a real upstream. On by default without `flairApiUrl`, but not in production. With `false` the gateway does not start without `flairApiUrl`. */
  sandbox?: boolean | undefined;
  /** The gateway’s own upstream key, for requests without a key. */
  flairApiKey?: string | undefined;
  /** Header of the API key, in requests to the gateway and to the upstream. With `authorization` its value is `Bearer <key>`, and no JWTs are accepted. @default 'x-api-key' */
  flairApiKeyHeader?: string | undefined;
  /** Path of an OpenAPI file (YAML or JSON) with the paths, methods and names of the upstream where they differ from the built-in contract. `--print-contract` prints one to start from. */
  flairContract?: string | undefined;
  /** Redis through which several replicas act as one gateway: `redis://` or `rediss://`, `redis+sentinel://host:26379,host:26379/name` or `redis+cluster://host:6379,host:6379`; needs `secret`. Unset: idempotency keys are stored in a file in `.data/`, for the processes of one machine. */
  redisUrl?: string | undefined;
  /** Maximum age of a connection to the upstream or to an image host, in seconds. An older one is replaced after its current request, so that the host name is resolved again. @default 60 */
  upstreamConnectionSeconds?: number | undefined;
  /** HTTP proxy for `https:` URLs: the upstream, images and `jwtJwksUrl`. This variable and the next three may also be in lower case, which takes precedence. */
  httpsProxy?: string | undefined;
  /** HTTP proxy for `http:` URLs. */
  httpProxy?: string | undefined;
  /** HTTP proxy for URLs of both schemes, unless a scheme has a proxy of its own. */
  allProxy?: string | undefined;
  /** Hosts that are reached without a proxy: `example.com` with its subdomains, `host:port`, IP addresses, ranges such as `10.0.0.0/8`; `*` for all. */
  noProxy?: readonly string[] | undefined;
  /** Interval between polls of a watched prediction at first and after every change, in seconds. @default 1 */
  watchPredictionFastestSeconds?: number | undefined;
  /** Maximum of that interval, to which it grows while the prediction does not change, in seconds. @default 5 */
  watchPredictionSlowestSeconds?: number | undefined;
  /** Interval between polls of a watched training at first and after every change, in seconds. @default 2 */
  watchTrainingFastestSeconds?: number | undefined;
  /** Maximum of that interval, to which it grows while the training does not change, in seconds. @default 15 */
  watchTrainingSlowestSeconds?: number | undefined;
  /** Minimum time between complete reads of a list that is followed by `trainingsUpdated` or `predictionsUpdated`, to find jobs started by other clients, in seconds. @default 15 */
  watchListSeconds?: number | undefined;
  /** Maximum polls per second of one key: single jobs and pages of lists together, evenly spaced. @default 20 */
  watchRequestsPerSecond?: number | undefined;
  /** Time for which the state of a job is kept after its last subscriber disconnected, to bridge a reconnect, in seconds. It is not polled meanwhile. @default 3 */
  watchLingerSeconds?: number | undefined;
  /** Maximum age of a state while polls fail, after which its subscriptions end with an error, in seconds. @default 600 */
  watchPatienceSeconds?: number | undefined;
  /** Time for which a completed prediction without images is still polled for them before its last event, in seconds. @default 10 */
  watchImagesSeconds?: number | undefined;
  /** Maximum open subscriptions per key. @default 1000 */
  maxStreamsPerKey?: number | undefined;
  /** Maximum open subscriptions per WebSocket. @default 50 */
  maxStreamsPerSocket?: number | undefined;
  /** Maximum messages per second from one WebSocket, with bursts of twice as many. @default 50 */
  maxSocketMessagesPerSecond?: number | undefined;
  /** URL of the key set that verifies JWTs (JWKS). If neither it nor `jwtSecret` is set, no JWTs are accepted. */
  jwtJwksUrl?: string | undefined;
  /** Shared secret that verifies JWTs with HS256, HS384 or HS512; 32 characters or more. */
  jwtSecret?: string | undefined;
  /** Required `iss` of JWTs. Must be set if JWTs are accepted. */
  jwtIssuer?: string | undefined;
  /** Required `aud` of JWTs. Must be set if JWTs are accepted. */
  jwtAudience?: string | undefined;
  /** Accepted signature algorithms of JWTs. Unset: HS256 with a secret, else RS256 and ES256. */
  jwtAlgorithms?: readonly string[] | undefined;
  /** Claim of a JWT that names the tenant. @default 'sub' */
  jwtTenantClaim?: string | undefined;
  /** Upstream keys by tenant, as `tenant=key`. */
  tenantKeys?: readonly string[] | undefined;
  /** Path of a JSON file with upstream keys by tenant, instead of `tenantKeys`. */
  tenantKeysFile?: string | undefined;
  /** Timeout of a query or a mutation, in addition to its `waitSeconds`, in seconds. Fields that are not resolved by then become errors. @default 30 */
  operationSeconds?: number | undefined;
  /** Maximum length of the queue of upstream requests per key. Polls are rejected first. @default 1000 */
  maxWaitingRequestsPerKey?: number | undefined;
  /** Longest `Retry-After` of the upstream that is respected, in seconds. Longer ones are shortened to it. @default 300 */
  maxRetryAfterSeconds?: number | undefined;
  /** Time for which completed, failed and canceled jobs are served from memory, per key, in seconds; 0 turns this off. A change by another client, such as a deletion, is visible only after it. @default 300 */
  finishedJobsCacheSeconds?: number | undefined;
  /** Circuit breaker: share of failed upstream requests at which it opens. Status 5xx, timeouts and broken connections count as failures. @default 0.5 */
  breakerShare?: number | undefined;
  /** Circuit breaker: minimum number of requests in its window before it can open. @default 20 */
  breakerRequests?: number | undefined;
  /** Circuit breaker: length of its window, in seconds. @default 10 */
  breakerWindowSeconds?: number | undefined;
  /** Circuit breaker: cool-down before it lets one request through as a probe, in seconds. @default 5 */
  breakerRestSeconds?: number | undefined;
  /** Maximum operations per second of one key, over all transports, with bursts of twice as many. @default 200 */
  maxOperationsPerSecondPerKey?: number | undefined;
  /** Maximum requests for the graph and for uploads, and operations over WebSockets, per second from one client address, with bursts of twice as many. @default 200 */
  maxRequestsPerSecondPerAddress?: number | undefined;
  /** Maximum open WebSockets per key. @default 200 */
  maxSocketsPerKey?: number | undefined;
  /** Maximum open subscriptions over server-sent events per key. @default 200 */
  maxEventStreamsPerKey?: number | undefined;
  /** Maximum open WebSockets per client address, whatever their keys. @default 1000 */
  maxSocketsPerAddress?: number | undefined;
  /** Maximum open WebSockets in total. @default 10000 */
  maxSockets?: number | undefined;
  /** Maximum delay of a new subscription that exceeds a rate, for example after a restart, in seconds. One that would wait longer is rejected. @default 30 */
  maxSubscriptionDelaySeconds?: number | undefined;
  /** Maximum unsent bytes per WebSocket, above which it is closed. Above a sixteenth of it, new operations wait. @default 16777216 */
  maxUnsentBytesPerSocket?: number | undefined;
  /** Maximum unsent bytes of all WebSockets together, above which the one with the most is closed. @default 134217728 */
  maxUnsentBytes?: number | undefined;
  /** Maximum lexical tokens in one GraphQL document. @default 2000 */
  maxQueryTokens?: number | undefined;
  /** Maximum nesting depth of fields. @default 12 */
  maxQueryDepth?: number | undefined;
  /** Maximum aliases in one operation. @default 30 */
  maxQueryAliases?: number | undefined;
  /** Maximum directives in one operation. @default 20 */
  maxQueryDirectives?: number | undefined;
  /** Maximum root fields in one operation. @default 20 */
  maxRootFields?: number | undefined;
  /** Maximum operations in one document. @default 10 */
  maxOperations?: number | undefined;
  /** Maximum length of a name in a document, in characters: of an operation, a variable, an alias, a field and so on. @default 200 */
  maxNameLength?: number | undefined;
  /** Maximum pairs that validation compares in one document: fields with the same response name in the same selection set, and fragments spread there. @default 5000 */
  maxQueryComparisons?: number | undefined;
  /** Maximum upstream requests per operation, both estimated before execution and counted during it. @default 300 */
  maxQueryCost?: number | undefined;
  /** Maximum errors in one response. One more reports the number of those omitted. @default 50 */
  maxReportedErrors?: number | undefined;
  /** Maximum size of a GraphQL response, or of one event of a subscription, in bytes of JSON. A larger one is replaced by an error. @default 50000000 */
  maxResponseBytes?: number | undefined;
  /** Maximum size of a request body without files, and of a WebSocket message, in bytes. @default 262144 */
  maxBodyBytes?: number | undefined;
  /** Maximum files in one request. @default 20 */
  maxUploadFiles?: number | undefined;
  /** Maximum total size of one request with files, in bytes. @default 210763776 */
  maxUploadBytes?: number | undefined;
  /** Maximum uploads that are received at once. Others wait before their body is read. @default 16 */
  maxUploadsAtOnce?: number | undefined;
  /** Maximum files of multipart requests that are sent to the upstream at once. Each is held in memory meanwhile. @default 4 */
  maxUpstreamUploadsAtOnce?: number | undefined;
  /** Timeout to receive an upload, in seconds. @default 120 */
  uploadSeconds?: number | undefined;
  /** Maximum size of an image that is uploaded or served, in pixels (width times height). @default 100000000 */
  maxImagePixels?: number | undefined;
  /** Hosts, as `host` or `host:port`, from which images are downloaded even if their address is private or they use plain HTTP. */
  imageHosts?: readonly string[] | undefined;
  /** Size of the in-memory cache of resized and re-encoded images, in megabytes. @default 64 */
  imageCacheMegabytes?: number | undefined;
  /** Memory for decoding, resizing and encoding all images at once, in megabytes. A single image that needs more is rejected. @default 160 */
  imageDecodeMegabytes?: number | undefined;
  /** Maximum original images that are streamed from the upstream at once, of which one key may use three quarters. Others wait. @default 64 */
  maxImageStreams?: number | undefined;
  /** Time without progress after which an image response is aborted, because its client does not read, in seconds. @default 60 */
  imageStallSeconds?: number | undefined;
  /** Accept the hash of a document instead of the document, once a client has sent both (automatic persisted queries). @default true */
  persistedQueriesAutomatic?: boolean | undefined;
  /** Path of a JSON manifest of persisted documents by id, as Apollo’s or Relay’s tools write it. Only these documents are executed. Unset: all documents are. */
  persistedQueriesManifest?: string | undefined;
  /** API keys that the sandbox accepts in addition to `demo`; each has access to its own models only. */
  sandboxKeys?: readonly string[] | undefined;
  /** SQLite file that stores the data of the sandbox, or `memory` to store nothing beyond its process. @default '.data/sandbox.sqlite' */
  sandboxStorage?: string | undefined;
  /** Duration of a fast training in the sandbox, in seconds. @default 20 */
  sandboxFastSeconds?: number | undefined;
  /** Duration of a high-quality training in the sandbox, in seconds. @default 60 */
  sandboxHighQualitySeconds?: number | undefined;
  /** Duration of a prediction in the sandbox, in seconds. @default 6 */
  sandboxPredictionSeconds?: number | undefined;
  /** Number of documents on a page of the lists of the sandbox. @default 20 */
  sandboxPageSize?: number | undefined;
  /** Format in which the sandbox returns the image of a data item: its `bytes`, JSON with its `url`, or JSON with `base64`. @default 'bytes' */
  sandboxDataItemShape?: 'bytes' | 'url' | 'base64' | undefined;
  /** Faults that the sandbox simulates, for example `429:listModels:0.1:retryAfter=2, reset:*:once`. @default '' */
  sandboxFaults?: string | undefined;
  /** Fills an empty sandbox with demo data for the key `demo`. @default true */
  sandboxSeed?: boolean | undefined;
}
