import type { BodyOf, Contract, OperationId, PathOf } from '../contract/contract.ts';
import {
  type AbortScope,
  Cancellation,
  type CancellationOptions,
  type Sleep,
  type StartTimer,
} from '../util/cancellation.ts';
import { createRedact, createRedactRow, type RedactRow } from './decode/redaction.ts';
import type { UpstreamError } from './errors.ts';
import type { JobRow } from './jobs.ts';
import type { ParseCache } from './parse-cache.ts';
import type { Paths } from './paths.ts';
import type { ApiKeyState } from './policy/api-key-state.ts';
import type { CircuitBreaker } from './policy/circuit-breaker.ts';
import { NewJobs, readNewJob } from './policy/new-jobs.ts';
import type { RequestQueue } from './policy/request-queue.ts';
import {
  createRequestRunner,
  type RequestTask,
  type RunRequest,
  type StartCondition,
} from './policy/request-runner.ts';
import type { RetryPolicy } from './policy/retry.ts';
import type { ReadSingleFlight } from './policy/single-flight.ts';
import { type ReadCall, type ReadId, type ReadSender, ReadTask } from './read-task.ts';
import type { ConnectionSource } from './transport/connection-pool.ts';
import {
  createKyTransport,
  type OutgoingStream,
  readByFetch,
  sendOver,
  type Transport,
} from './transport/ky-transport.ts';
import type { Network } from './transport/network.ts';
import { createUndiciTransport } from './transport/undici-transport.ts';

export type { OutgoingStream, StartCondition as Start, Transport };

export interface ClientOptions {
  /** Absolute address under which the contract's paths lie, without a trailing slash. */
  baseUrl: string;
  apiKey: string;
  /** Name of the header that carries the key. */
  apiKeyHeader: string;
  /** How requests reach the upstream: over sockets, or by a call inside the process. */
  transport: Transport | Network;
  /** Connections to the origin of `baseUrl`, for reads. @default they go over `transport`, too */
  pool?: ConnectionSource | undefined;
  contract: Contract;
  paths: Paths;
  /** Bounds how many requests of this credential are under way and wait. */
  queue: RequestQueue;
  /** What responses have shown about the key. */
  keyState: ApiKeyState;
  /** Keeps requests from an upstream that fails; shared by all credentials. */
  breaker: CircuitBreaker;
  /** Reads of this credential that are under way. */
  singleFlight: ReadSingleFlight;
  /** What was made of answers that came before; of all credentials. */
  parseCache: ParseCache;
  retry: RetryPolicy;
  /** How it waits between attempts. */
  pause: Sleep;
  /** How deadlines are kept. */
  alarm: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
  /** Time for one operation with all its repetitions and its body, in milliseconds. */
  deadline: number;
  /** The longest `Retry-After` that is respected, in seconds. */
  maxRetryAfterSeconds: number;
  /** Admits a poll that an outage delayed. @default it is admitted when the outage ends */
  admitPoll?: ((signal: AbortSignal) => Promise<void> | undefined) | undefined;
  /** Called when the upstream answers 404 to a list that always exists. */
  onMissingList: (error: UpstreamError) => void;
  /** Told when the upstream asks for patience, in seconds. */
  onRetryAfter: (seconds: number) => void;
  /** Told what is read of a job, unless it is what was read before. */
  onJob: (row: JobRow) => void;
}

export interface CallOptions {
  /** Ends the request when its caller no longer wants the answer. */
  signal?: AbortSignal | AbortScope | undefined;
  /** A look that will be repeated anyway: it gives way to everybody else, and is not repeated here. @default false */
  isPoll?: boolean;
  /** @default it may begin whenever it is its turn */
  start?: StartCondition | undefined;
}

/** Where bytes are expected, they may come as a stream. */
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
  /** Told what is read of a job. */
  readonly onJob: ClientOptions['onJob'];
  /** Takes the key out of the texts of a row that was just read. */
  readonly redactRow: RedactRow;
  /** The reads that are under way. */
  readonly singleFlight: Pick<ReadSingleFlight, 'generation'>;
  /**
   * Reads JSON. Who reads the same at the same time shares the result, unless a write has ended meanwhile.
   *
   * @throws UpstreamError when there is no usable answer; the signal's reason when the caller gave up.
   */
  read<Id extends ReadId, Result>(id: Id, call: ReadCall<Id, Result>, options: CallOptions): Promise<Result>;
  /**
   * Sends an operation and hands its successful answer to `read`, all within the operation's deadline.
   *
   * @throws As {@link Client.read} does.
   */
  send<Id extends OperationId, Result>(
    id: Id,
    call: Call<Id>,
    options: CallOptions,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result>;
  /** Called with a job that was just created: how it is read. The upstream may not show it at once. */
  onCreated<Id extends 'getTraining' | 'getPrediction'>(id: Id, path: PathOf<Id> & object): void;
  /** Fetches an address on the upstream's own origin with this credential. */
  fetchOwn(url: string, signal: AbortSignal): Promise<Response>;
}

export function createClient(options: ClientOptions): Client {
  const {
    contract,
    apiKey,
    paths,
    alarm,
    deadline,
    transport,
    pool,
    singleFlight: shared,
    parseCache: familiar,
  } = options;
  const isBearer = options.apiKeyHeader.toLowerCase() === 'authorization';
  const headers = { [options.apiKeyHeader]: isBearer ? `Bearer ${apiKey}` : apiKey };
  const redact = createRedact(apiKey);
  const policy = createRequestRunner({ ...options, credential: apiKey });
  const owner = options.keyState;
  const sendByFetch = createKyTransport({ ...options, owner, headers, redact });
  const reads: ReadSender = {
    apiKey,
    parseCache: familiar,
    transport: pool ? createUndiciTransport({ ...options, pool, owner, headers, redact }) : readByFetch(sendByFetch),
  };

  const newJobs = new NewJobs(options.monotonicNow);

  const send: Client['send'] = async <Id extends OperationId, Result>(
    id: Id,
    { path, json, bytes, stream }: Call<Id>,
    { signal, isPoll = false, start }: CallOptions,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result> => {
    const operation = contract.operations[id];
    const { method } = operation;
    try {
      const request = { method, path: paths(id, path), json, bytes, stream };
      if (method === 'DELETE') newJobs.delete(request.path);
      const task: RequestTask<Result> = {
        id,
        operation,
        isPoll,
        start,
        stream,
        attempt: ({ signal }, attempt) =>
          void sendByFetch({ ...request, signal, onSent: () => attempt.onSent() }, read).then(
            (result) => attempt.resolve(result),
            (error: unknown) => attempt.reject(error),
          ),
        ...(method === 'DELETE' && { gone: () => read(new Response()) }),
      };
      const milliseconds = deadline + (stream?.milliseconds ?? 0);
      return await within({ milliseconds, alarm, caller: signal }, policy, task);
    } finally {
      if (method !== 'GET') shared.startGeneration();
    }
  };

  const read = <Id extends ReadId, Result>(
    id: Id,
    path: string,
    call: ReadCall<Id, Result>,
    { signal, isPoll = false, start }: CallOptions,
  ): Promise<Result> => {
    const task = new ReadTask(reads, { id, path, call, operation: contract.operations[id], isPoll, start });
    // A poll is answered with what is so now, and whoever writes reads what was written.
    if (isPoll || start) return within({ milliseconds: deadline, alarm, caller: signal }, policy, task);
    return shared.join(path, signal, (cancellation, done) => policy(task, cancellation, done));
  };

  return {
    contract,
    onJob: options.onJob,
    redactRow: createRedactRow(apiKey, redact),
    singleFlight: shared,

    read(id, call, callOptions) {
      let path: string;
      try {
        path = paths(id, call.path, call.query);
      } catch (error) {
        return Promise.reject(error);
      }
      if (!newJobs.has(path)) return read(id, path, call, callOptions);
      const repetitions = callOptions.isPoll ? 0 : options.retry.limit;
      return readNewJob(id, () => read(id, path, call, callOptions), { ...options, repetitions });
    },

    onCreated: (id, path) => newJobs.add(paths(id, path)),

    send,

    fetchOwn: (url, signal) =>
      sendOver(transport, new Request(url, { headers, signal, redirect: 'manual' }), { owner, onSent: () => {} }),
  };
}

/** Carries a task out within a time of its own. */
const within = <Result>(options: CancellationOptions, policy: RunRequest, task: RequestTask<Result>): Promise<Result> =>
  new Promise((resolve, reject) => policy(task, new Cancellation(options), { resolve, reject }));
