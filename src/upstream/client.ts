import type { BodyOf, Contract, OperationId, PathOf } from '../contract/contract.ts';
import {
  type AbortScope,
  Cancellation,
  type CancellationOptions,
  type Sleep,
  type StartTimer,
} from '../util/cancellation.ts';
import { RecentNames } from '../util/recent-names.ts';
import { createRedact, createRedactRow, type RedactRow } from './decode/redaction.ts';
import type { UpstreamError } from './errors.ts';
import type { Requester, UpstreamObserver } from './observer.ts';
import type { ParseCache } from './parse-cache.ts';
import type { Paths } from './paths.ts';
import type { ApiKeyState } from './policy/api-key-state.ts';
import type { CircuitBreaker } from './policy/circuit-breaker.ts';
import { NEW_JOB_TIME, readNewJob } from './policy/new-jobs.ts';
import type { RequestQueue } from './policy/request-queue.ts';
import {
  createRequestRunner,
  type RequestTask,
  type RunRequest,
  type StartCondition,
} from './policy/request-runner.ts';
import type { RetryPolicy } from './policy/retry.ts';
import type { ReadSingleFlight } from './policy/single-flight.ts';
import type { TranslateIds } from './policy/to-upstream-error.ts';
import type { UnclearDeletions } from './policy/unclear-deletions.ts';
import type { UpstreamOutcomes } from './policy/upstream-state.ts';
import { type ReadCall, type ReadId, type ReadSender, ReadTask } from './read-task.ts';
import { renameFields } from './rename-fields.ts';
import type { ConnectionSource } from './transport/connection-pool.ts';
import {
  createKyTransport,
  type OutgoingStream,
  readByFetch,
  type SendOverFetch,
  sendOver,
  type Transport,
} from './transport/ky-transport.ts';
import type { Network } from './transport/network.ts';
import { createUndiciTransport } from './transport/undici-transport.ts';

export type { OutgoingStream, StartCondition as Start, Transport };

export interface ClientOptions {
  /** Absolute URL to which the contract's paths are appended, without a trailing slash. */
  baseUrl: string;
  apiKey: string;
  /** Name of the header that carries the key. */
  apiKeyHeader: string;
  /** Sends requests over sockets, or by a call within the process. */
  transport: Transport | Network;
  /** Connections to the origin of `baseUrl`, for reads. @default they go over `transport`, too */
  pool?: ConnectionSource | undefined;
  contract: Contract;
  paths: Paths;
  /** Limits the concurrent and waiting requests of this credential. */
  queue: RequestQueue;
  /** Acceptance of the key by the upstream, as seen in its responses. */
  keyState: ApiKeyState;
  /** Jobs that other replicas have created. @default none */
  createdElsewhere?:
    | { add(apiKey: string, path: string): void; has(apiKey: string, path: string): boolean }
    | undefined;
  /** Stops requests while the upstream fails; shared by all credentials. */
  breaker: CircuitBreaker;
  /** Records the outcomes of requests; shared by all credentials. */
  outcomes: Pick<UpstreamOutcomes, 'record'>;
  /** Joins equal reads of this credential. */
  singleFlight: ReadSingleFlight;
  /** Parsed responses of all credentials. */
  parseCache: ParseCache;
  retry: RetryPolicy;
  /** Waits between attempts. */
  sleep: Sleep;
  /** Starts the timers of deadlines. */
  startTimer: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
  /** The deletions of all credentials that may have taken effect. */
  unclearDeletions: UnclearDeletions;
  /** Time for one operation, including its retries and its response body, in milliseconds. */
  deadline: number;
  /** Time for one poll, including its response body, in milliseconds; at most `deadline`. */
  pollDeadline: number;
  /** Maximum delay accepted from `Retry-After`, in seconds; longer ones are capped. */
  maxRetryAfterSeconds: number;
  /** Called when the upstream responds 404 to a list that always exists. */
  onMissingList: (error: UpstreamError) => void;
  /** Called when a job was created with the credential. */
  onCreated: (apiKey: string) => void;
  /** Called with the delay that a response requests in `Retry-After`, in seconds. */
  onRetryAfter: (seconds: number) => void;
  /** Replaces ids in the messages of responses. @default they stay as they are */
  translateIds?: TranslateIds | undefined;
  observer: UpstreamObserver;
}

export interface CallOptions {
  /** Aborts the request. */
  signal?: AbortSignal | AbortScope | undefined;
  /** True for a request that its caller repeats anyway: low priority, a shorter deadline, no retries. @default false */
  isPoll?: boolean;
  /** @default it may start at any time */
  start?: StartCondition | undefined;
  /** The request of the client for which it is sent. @default unknown */
  requester?: Requester | undefined;
}

/** The body of an operation. A binary body may be a stream. */
type Content<Id extends OperationId> =
  | BodyOf<Id>
  | (BodyOf<Id> extends { bytes: Uint8Array } ? { stream: OutgoingStream } : never);

export type Call<Id extends OperationId> = Content<Id> & {
  path: PathOf<Id> & object;
  json?: unknown;
  bytes?: Uint8Array;
  stream?: OutgoingStream;
};

/** Sends operations of the contract with one credential. */
export interface Client {
  readonly contract: Contract;
  /** Redacts the API key in the texts of a newly read row. */
  readonly redactRow: RedactRow;
  /** Joins equal reads. */
  readonly singleFlight: Pick<ReadSingleFlight, 'generation'>;
  /**
   * Reads JSON. Concurrent equal reads share one request, unless a write has ended in between.
   *
   * @throws UpstreamError if there is no usable response; the signal's reason if it aborts.
   */
  read<Id extends ReadId, Result>(id: Id, call: ReadCall<Id, Result>, options: CallOptions): Promise<Result>;
  /**
   * Sends an operation and passes its successful response to `read`, all within the operation's deadline.
   *
   * @throws As {@link Client.read} does.
   */
  send<Id extends OperationId, Result>(
    id: Id,
    call: Call<Id>,
    options: CallOptions,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result>;
  /** Reports a newly created job by the operation that reads it: the upstream may respond 404 to that at first. */
  onCreated<Id extends 'getTraining' | 'getPrediction'>(id: Id, path: PathOf<Id> & object): void;
  /** Fetches a URL on the upstream's own origin with this credential. */
  fetchOwn(url: string, signal: AbortSignal): Promise<Response>;
}

export function createClient(options: ClientOptions): Client {
  const { contract, apiKey, paths, startTimer, deadline, transport, pool, singleFlight, parseCache } = options;
  const pollDeadline = Math.min(options.pollDeadline, deadline);
  const isBearer = options.apiKeyHeader.toLowerCase() === 'authorization';
  const headers = { [options.apiKeyHeader]: isBearer ? `Bearer ${apiKey}` : apiKey };
  const redact = createRedact(apiKey);
  const run = createRequestRunner(options);
  const owner = options.keyState;
  let kyTransport: SendOverFetch | undefined;
  // Created on first use: most keys only read, over the connection pool.
  const sendByFetch: SendOverFetch = (request, read) => {
    kyTransport ??= createKyTransport({ ...options, owner, headers, redact });
    return kyTransport(request, read);
  };
  const readSender: ReadSender = {
    apiKey,
    parseCache,
    transport: pool ? createUndiciTransport(options, { pool, owner, headers, redact }) : readByFetch(sendByFetch),
    run,
  };

  /** Paths of the jobs that were created here. */
  const newJobs = new RecentNames(NEW_JOB_TIME, options.monotonicNow);

  const send: Client['send'] = async <Id extends OperationId, Result>(
    id: Id,
    { path, json, bytes, stream }: Call<Id>,
    { signal, isPoll = false, start, requester }: CallOptions,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result> => {
    const operation = contract.operations[id];
    const { method } = operation;
    try {
      const { bodyNames } = operation;
      const request = {
        method,
        path: paths(id, path),
        json: bodyNames ? renameFields(json, bodyNames) : json,
        bytes,
        stream,
      };
      const deletion = id.startsWith('delete')
        ? options.unclearDeletions.start(apiKey, request.path, () => read(new Response()))
        : undefined;
      if (id === 'deleteTraining') newJobs.delete(paths('getTraining', path));
      else if (id === 'deletePrediction') newJobs.delete(paths('getPrediction', path));
      const task: RequestTask<Result> = {
        id,
        operation,
        ids: { path, json },
        isPoll,
        start,
        requester,
        stream,
        attempt: ({ signal }, attempt) =>
          void sendByFetch(
            {
              ...request,
              signal,
              onSent: () => attempt.onSent(),
              onSuccess: attempt.onSuccess,
              headers: attempt.headers,
            },
            read,
          ).then(
            (result) => attempt.resolve(result),
            (error: unknown) => attempt.reject(error),
          ),
        deletion,
      };
      const milliseconds = deadline + (stream?.milliseconds ?? 0);
      const result = await runWithDeadline({ timeout: milliseconds, startTimer, caller: signal }, run, task);
      deletion?.onDone();
      return result;
    } finally {
      if (method !== 'GET') singleFlight.startGeneration();
    }
  };

  const read = <Id extends ReadId, Result>(
    id: Id,
    path: string,
    call: ReadCall<Id, Result>,
    { signal, isPoll = false, start, requester }: CallOptions,
  ): Promise<Result> => {
    const operation = contract.operations[id];
    const task = new ReadTask(readSender, { id, path, call, operation, isPoll, start, requester });
    // A poll must return the current state, and a read in a mutation must see the mutation's writes: neither joins another read.
    if (isPoll || start) {
      const timeout = isPoll ? pollDeadline : deadline;
      return runWithDeadline({ timeout, startTimer, caller: signal }, run, task);
    }
    return singleFlight.join(task, signal);
  };

  return {
    contract,
    redactRow: createRedactRow(apiKey, redact),
    singleFlight,

    read(id, call, callOptions) {
      let path: string;
      try {
        path = paths(id, call.path, call.query);
      } catch (error) {
        return Promise.reject(error);
      }
      const isNew = newJobs.has(path) || options.createdElsewhere?.has(apiKey, path);
      if (!isNew) return read(id, path, call, callOptions);
      const maxRetries = callOptions.isPoll ? 0 : options.retry.limit;
      return readNewJob(id, () => read(id, path, call, callOptions), { ...options, maxRetries });
    },

    onCreated(id, path) {
      newJobs.add(paths(id, path));
      options.onCreated(apiKey);
      options.createdElsewhere?.add(apiKey, paths(id, path));
    },

    send,

    fetchOwn: (url, signal) =>
      sendOver(transport, new Request(url, { headers, signal, redirect: 'manual' }), { owner, onSent: () => {} }),
  };
}

/** Runs a task with its own deadline. */
const runWithDeadline = <Result>(
  options: CancellationOptions,
  run: RunRequest,
  task: RequestTask<Result>,
): Promise<Result> => new Promise((resolve, reject) => run(task, new Cancellation(options), { resolve, reject }));
