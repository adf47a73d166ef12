import ky, { HTTPError, type KyInstance } from 'ky';
import type { BodyOf, Contract, Operation, OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';
import { AvoidedError, type Breaker, type Outcome } from './breaker.ts';
import { type Wait, withDeadline } from './deadline.ts';
import { UpstreamError } from './errors.ts';
import { explain } from './failure.ts';
import { isNetworkError, maySendAgain, type RetryPolicy, readRetryAfter, waitBeforeRetry } from './retry.ts';
import type { Turns } from './turns.ts';

/** How a request reaches the upstream: the network's `fetch`, or the embedded sandbox. */
export type Transport = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** Absolute address under which the contract's paths lie, without a trailing slash. */
  baseUrl: string;
  apiKey: string;
  /** Name of the header that carries the key. */
  apiKeyHeader: string;
  transport: Transport;
  contract: Contract;
  /** Bounds how many requests of this credential are under way and wait. */
  turns: Turns;
  /** Keeps requests from an upstream that fails; shared by all credentials. */
  breaker: Breaker;
  retry: RetryPolicy;
  pause: Wait;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
  /** Time for one operation with all its repetitions and its body, in milliseconds. */
  deadline: number;
  /** Told when the upstream asks for patience, in seconds. */
  onRetryAfter?: (seconds: number) => void;
}

/** When a write may be begun. One that is under way goes on to its end, because stopping it undoes nothing. */
export interface Start {
  /** Aborts when it is too late to begin. */
  readonly by: AbortSignal;
  /** Told when it is sent: from then on it may happen. */
  readonly onSent: () => void;
}

export interface CallOptions {
  /** Ends the request when its caller no longer wants the answer. */
  signal?: AbortSignal | undefined;
  /** A look that will be repeated anyway: it gives way to everybody else, and is not repeated here. @default false */
  isPoll?: boolean;
  /** @default it may begin whenever it is its turn */
  start?: Start | undefined;
}

/** Bytes that are sent while they come. They can be sent but once, so nothing that failed is sent again. */
export interface OutgoingStream {
  readonly body: ReadableStream<Uint8Array>;
  /** In bytes; undefined when nobody knows before the end. */
  readonly byteSize: number | undefined;
  /** Whether all of it was handed over. Until then the upstream has a part of it, and cannot have done anything with it. */
  readonly isWhole: boolean;
  /** How long it may take to come, on top of an operation's usual time, in milliseconds. */
  readonly milliseconds: number;
}

/** Where bytes are expected, they may come as a stream. */
type Content<Id extends OperationId> =
  | BodyOf<Id>
  | (BodyOf<Id> extends { bytes: Uint8Array } ? { stream: OutgoingStream } : never);

export type Call<Id extends OperationId> = Content<Id> & {
  path: PathOf<Id> & object;
  query?: QueryOf<Id> & object;
  json?: unknown;
  bytes?: Uint8Array;
  stream?: OutgoingStream;
};

/** Sends operations of the contract with one credential. Knows how to send, when to send again and what a failure means. */
export interface Client {
  readonly contract: Contract;
  /**
   * Sends an operation and hands its successful answer to `read`, all within the operation's deadline.
   *
   * @throws UpstreamError when there is no usable answer; the signal's reason when the caller gave up.
   */
  send<Id extends OperationId, Result>(
    id: Id,
    call: Call<Id>,
    options: CallOptions,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result>;
  /** Fetches an address on the upstream's own origin with this credential. */
  fetchOwn(url: string, signal: AbortSignal): Promise<Response>;
}

export function createClient(options: ClientOptions): Client {
  const { contract, turns, breaker, deadline, transport, pause, now, random, onRetryAfter = () => {} } = options;
  const headers = { [options.apiKeyHeader]: options.apiKey };
  const http = ky.create({ prefixUrl: options.baseUrl, headers, timeout: false, redirect: 'manual', fetch: transport });

  return {
    contract,
    send: (id, call, { signal, isPoll = false, start }, read) => {
      const milliseconds = deadline + (call.stream?.milliseconds ?? 0);
      return withDeadline({ milliseconds, caller: signal, pause }, async (bounded) => {
        const operation = contract.operations[id];
        const policy = isPoll || call.stream ? { ...options.retry, limit: 0 } : options.retry;
        let sent = 0;
        const counted: Transport = async (input, init) => {
          if (sent++ === 0) start?.onSent();
          const body = call.stream?.body ?? (call.bytes && inChunks(call.bytes));
          const response = await transport(body ? withBody(input, body) : input, init);
          const patience = response.ok ? undefined : readRetryAfter(response.headers, now());
          if (patience !== undefined) onRetryAfter(patience);
          return response;
        };
        const sending = http.extend({ fetch: counted });
        const attempt = async () => {
          const leave = breaker.enter(options.apiKey);
          const begunAt = now();
          try {
            const result = await read(await request(sending, operation, call, bounded));
            leave('answered');
            return result;
          } catch (error) {
            const isOurs = signal?.aborted === true || call.stream !== undefined;
            leave(outcomeOf(error, { isOver: bounded.aborted, isOurs, took: now() - begunAt }));
            throw error;
          }
        };
        const attempts = async () => {
          for (let failures = 1; ; failures++) {
            try {
              return await attempt();
            } catch (error) {
              if (operation.method === 'DELETE' && sent > 1 && isMissing(error)) return await read(new Response());
              const wait = waitBeforeRetry({ operation, failures, error }, policy, { now, random });
              if (wait === undefined || bounded.aborted || breaker.wait > 0) throw error;
              if (error instanceof HTTPError) await ignoreBody(error.response);
              if (wait > 0) await pause(wait, bounded);
            }
          }
        };
        const take = () => turns.take(attempts, { signal: bounded, by: start?.by, isPoll });
        try {
          return await (isPoll
            ? onceWell(breaker, take, (wait) => pause(wait, bounded))
            : unlessFailing(breaker, take));
        } catch (error) {
          if (signal?.aborted) throw signal.reason;
          if (sent === 0 && start?.by.aborted) throw start.by.reason;
          const mayHaveHappened = sent > 0 && !maySendAgain(operation) && call.stream?.isWhole !== false;
          throw await explain(id, error, { mayHaveHappened, inTime: !bounded.aborted, now });
        }
      });
    },
    fetchOwn: (url, signal) => transport(url, { headers, signal, redirect: 'manual' }),
  };
}

/** Fails at once instead of waiting for a turn that would be refused. */
async function unlessFailing<Result>(breaker: Breaker, take: () => Promise<Result>): Promise<Result> {
  if (breaker.wait > 0) throw new AvoidedError(breaker.wait);
  return await take();
}

/** Polls are in no hurry: they wait until the upstream may be asked, outside the queue. */
async function onceWell<Result>(
  breaker: Breaker,
  take: () => Promise<Result>,
  pause: (milliseconds: number) => Promise<void>,
): Promise<Result> {
  for (;;) {
    while (breaker.wait > 0) await pause(breaker.wait);
    try {
      return await take();
    } catch (error) {
      if (!(error instanceof AvoidedError)) throw error;
    }
  }
}

/** Silence for so long is a failure even if it was the caller who lost patience, in milliseconds. */
const SLOW = 10_000;

/** What an attempt that failed says of the upstream. Whatever it answered but 5xx, it answered. */
function outcomeOf(
  error: unknown,
  { isOver, isOurs, took }: { isOver: boolean; isOurs: boolean; took: number },
): Outcome {
  if (error instanceof HTTPError) return error.response.status >= 500 ? 'failed' : 'answered';
  if (isOver) return !isOurs || took >= SLOW ? 'failed' : 'nothing';
  if (isNetworkError(error)) return 'failed';
  return error instanceof UpstreamError ? 'answered' : 'nothing';
}

/** For operations whose answer says nothing: frees the connection. */
export const ignoreBody = async (response: Response): Promise<void> => {
  // Not awaited: a body that was split in two only ends when the other half does.
  void response.body?.cancel().catch(() => {});
};

/** Adds the stream to a request on its way out: ky would keep a copy of all that has passed, to send it again. */
function withBody(input: Request | URL | string, body: ReadableStream<Uint8Array>): Request {
  const init: RequestInit & { duplex: 'half' } = { body, duplex: 'half' };
  return new Request(input, init);
}

/** How much of bytes is handed over at a time, in bytes. */
const CHUNK = 65_536;

/** Bytes as a stream, of which no copy is made. */
function inChunks(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = bytes.subarray(at, at + CHUNK);
      at += chunk.byteLength;
      if (chunk.byteLength > 0) controller.enqueue(chunk);
      if (at === bytes.byteLength) controller.close();
    },
  });
}

/** What a repeated DELETE is told when the first one did it. */
const isMissing = (error: unknown): boolean => error instanceof HTTPError && error.response.status === 404;

function request(
  http: KyInstance,
  operation: Operation,
  call: { path: object; query?: object; json?: unknown; bytes?: Uint8Array; stream?: OutgoingStream },
  signal: AbortSignal,
) {
  return http(expand(operation.path, call.path), {
    method: operation.method,
    signal,
    // Sending again is decided above, where the clock and the breaker are.
    retry: 0,
    ...(call.query && { searchParams: Object.entries(call.query).filter(([, value]) => value !== undefined) }),
    ...(call.json !== undefined && { json: call.json }),
    // The body itself is added behind ky, which would copy it.
    ...(call.bytes && { headers: headersOf({ byteSize: call.bytes.byteLength }) }),
    ...(call.stream && { headers: headersOf(call.stream) }),
  });
}

const BYTES = { 'content-type': 'application/octet-stream' };

const headersOf = ({ byteSize }: Pick<OutgoingStream, 'byteSize'>): Record<string, string> =>
  byteSize === undefined ? BYTES : { ...BYTES, 'content-length': String(byteSize) };

/** Fills a path template. Callers check ids before; percent-encoding keeps even a mistake within one segment. */
function expand(template: string, path: object): string {
  const ids = new Map<string, unknown>(Object.entries(path));
  return template.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids.get(name);
    if (typeof id !== 'string' || !isUpstreamId(id))
      throw new RangeError(`${name} must be an upstream id, but is ${JSON.stringify(id)}.`);
    return encodeURIComponent(id);
  });
}
