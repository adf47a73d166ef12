/** Description of an error code, for authors of front ends. */
interface CodeDescription {
  /** True if the same request may succeed later. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly cause: string;
  readonly fix: string;
}

/** All values of `extensions.code`. The texts are Markdown without links; they are published as docs/errors.md. */
export const ERROR_CODES = {
  UNAUTHENTICATED: {
    retryable: false,
    meaning: 'The request has no valid credentials.',
    cause:
      'It has no API key, JWT or watch token, or its credentials have expired, or the upstream does not accept the key. A gateway that other machines can reach does not use its own key for requests without one.',
    fix: 'Send the key in the header `x-api-key`, over a WebSocket as `apiKey` in `connectionParams`. Create a new JWT or watch token if the old one has expired.',
  },
  FORBIDDEN: {
    retryable: false,
    meaning: 'The credentials are valid, but do not permit this.',
    cause:
      'The key has no permission for the operation, the account is out of credit, or a watch token was used for more than its jobs.',
    fix: 'Read the message: it contains that of the upstream. Add credit, or use a key with the permission.',
  },
  NOT_FOUND: {
    retryable: false,
    meaning: 'The object does not exist.',
    cause:
      'A watched job was deleted, or an object was deleted while the operation ran. Lookups such as `model(id:)` return null instead, and mutations a `NotFoundError`.',
    fix: 'Remove the object from the page. `id`, if present, is its global id; other jobs on the same stream continue.',
  },
  RATE_LIMITED: {
    retryable: true,
    meaning: 'There are too many requests, or too many open connections.',
    cause:
      'The key, the address or the socket exceeds a limit of the gateway, or the upstream limits the requests of the key. The message names the limit.',
    fix: 'Wait `retryAfter` seconds, then repeat the request. Watch many jobs with one `jobsUpdated` instead of many subscriptions.',
  },
  BAD_USER_INPUT: {
    retryable: false,
    meaning: 'An argument or a variable is invalid.',
    cause: 'A value has the wrong type, is outside its range, or is not an id of the expected type.',
    fix: 'Correct the value; the message describes the expected one.',
  },
  GRAPHQL_PARSE_FAILED: {
    retryable: false,
    meaning: 'The document cannot be parsed.',
    cause: 'It is not valid GraphQL syntax, has too many tokens or lines, or contains a name that is too long.',
    fix: 'Correct the document at the reported location. Move values into variables if it has too many tokens.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    retryable: false,
    meaning: 'The document does not match the schema, or exceeds a limit such as its depth.',
    cause: 'A field, an argument or a type is misspelled, or the operation is too deep or has too many aliases.',
    fix: 'Compare the document with `/schema.graphql`. If the message names a limit, split the operation.',
  },
  QUERY_TOO_COSTLY: {
    retryable: false,
    meaning: 'The operation needs too many requests to the upstream.',
    cause:
      'Either the estimate exceeds the limit, and nothing was sent, or the limit was reached during execution, and this field is missing.',
    fix: 'Select less in one operation: smaller pages, or fewer nested lists. The header `x-explain: cost` shows the estimate.',
  },
  RESPONSE_TOO_LARGE: {
    retryable: false,
    meaning: 'The response would exceed the maximum size.',
    cause: 'Large pages with many fields, or with many `placeholder` images.',
    fix: 'Request smaller pages, or fewer fields of each item.',
  },
  ERRORS_OMITTED: {
    retryable: false,
    meaning: 'The response reports only the first errors.',
    cause: 'More fields failed than one response may report; `omitted` is the number of the others.',
    fix: 'Correct the reported errors first; the others often have the same cause.',
  },
  LIST_TOO_LONG: {
    retryable: false,
    meaning: 'A subscription to all jobs of a list follows only the first ones. It continues.',
    cause: 'The list has more jobs than can be followed; `followed` is their number.',
    fix: 'Watch the other jobs by their ids, with `jobsUpdated`.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    retryable: false,
    meaning: 'No document is stored under this hash or id.',
    cause:
      'An automatic persisted query that the gateway has not seen yet, or an id that is not in the manifest of the gateway.',
    fix: 'For a hash, send it once together with the document; Apollo and urql do this by themselves. For an id, deploy the manifest that contains it.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    retryable: false,
    meaning: 'This gateway does not support this kind of persisted document.',
    cause: 'Automatic persisted queries are off, or the version or the kind of the id is unknown.',
    fix: 'Send the document itself.',
  },
  PERSISTED_QUERY_REQUIRED: {
    retryable: false,
    meaning: 'This gateway executes only the documents of its manifest.',
    cause: 'The request contains a document, although `PERSISTED_QUERIES_MANIFEST` is set.',
    fix: 'Send the id of a document in the manifest, or add the document to the manifest.',
  },
  PAYLOAD_TOO_LARGE: {
    retryable: false,
    meaning: 'The request body is larger than this gateway accepts.',
    cause: 'The body without files, one file, all files together or a WebSocket message exceeds its limit.',
    fix: 'Send fewer files in one request, or each file to an upload ticket of its own.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    retryable: false,
    meaning: 'The Content-Type or the Content-Encoding of a request is not supported.',
    cause: 'The body is neither JSON nor a multipart form, or is compressed in another way than gzip, deflate or br.',
    fix: 'Send `Content-Type: application/json`. For files, let `FormData` set the header.',
  },
  NOT_ACCEPTABLE: {
    retryable: false,
    meaning: 'The Accept header of a request allows none of the supported media types.',
    cause: 'It names only other types.',
    fix: 'Accept `application/graphql-response+json` or `application/json`, and `text/event-stream` for subscriptions.',
  },
  UPSTREAM_TIMEOUT: {
    retryable: true,
    meaning: 'The upstream sent no complete response in time.',
    cause: 'The upstream or the network is slow, or the operation needs more time than `OPERATION_SECONDS`.',
    fix: 'Repeat the request. If it happens often, select less in one operation.',
  },
  UPSTREAM_UNAVAILABLE: {
    retryable: true,
    meaning: 'The upstream cannot be reached, or it failed.',
    cause:
      'An outage, or an object that was created a moment ago. During an outage the gateway sends no requests for some seconds.',
    fix: 'Wait `retryAfter` seconds if present, then repeat the request. Subscriptions continue, unless the stream completes.',
  },
  UPSTREAM_INVALID_RESPONSE: {
    retryable: true,
    meaning: 'The response of the upstream violates its contract.',
    cause: 'The upstream has changed, or returned a malformed value. Only the fields that need it are null.',
    fix: 'Show the rest of the response. If it does not go away, the operator compares the API with the contract (`FLAIR_CONTRACT`).',
  },
  UPSTREAM_OUTCOME_UNKNOWN: {
    retryable: false,
    meaning: 'A write may or may not have been executed.',
    cause: 'The connection to the upstream broke, or timed out, after the request was sent.',
    fix: 'Read the list before you repeat the write, because a second job is billed, too. With an `idempotencyKey`, the same request never starts a second job.',
  },
  SHUTTING_DOWN: {
    retryable: true,
    meaning: 'The gateway is shutting down.',
    cause: 'A deploy or a restart.',
    fix: 'Send the request again: it reaches another replica, or this one after its restart.',
  },
  SERVICE_UNAVAILABLE: {
    retryable: true,
    meaning: 'The gateway lacks a resource at present; nothing was sent.',
    cause: 'Redis, disk space, memory for images or file descriptors are missing.',
    fix: 'Repeat the request later. The log of the gateway names the resource.',
  },
  INTERNAL_SERVER_ERROR: {
    retryable: false,
    meaning: 'A bug in the gateway.',
    cause: 'An unexpected error, which is logged under the id in the message.',
    fix: 'Report it with the id.',
  },
} as const satisfies Record<string, CodeDescription>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * `extensions.help` of an error: a URL reference relative to the graph, so that it is right below every base path and
 * behind every proxy that forwards the paths of the graph.
 */
export const helpOf = (code: ErrorCode): string => `graphql/errors#${code.toLowerCase()}`;
