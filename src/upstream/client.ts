import ky, { HTTPError, type KyInstance } from 'ky';
import type PQueue from 'p-queue';
import type { BodyOf, Contract, Operation, OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';
import { withDeadline } from './deadline.ts';
import { UpstreamError } from './errors.ts';
import { isRefused, maySendAgain, type RetryPolicy, readRetryAfter, retryOptions } from './retry.ts';

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
  /** Bounds how many requests of this credential are under way at once. */
  queue: PQueue;
  retry: RetryPolicy;
  /** Time for one operation with all its repetitions and its body, in milliseconds. */
  deadline: number;
}

export interface CallOptions {
  /** Ends the request when its caller no longer wants the answer. */
  signal?: AbortSignal | undefined;
}

export type Call<Id extends OperationId> = BodyOf<Id> & {
  path: PathOf<Id> & object;
  query?: QueryOf<Id> & object;
  json?: unknown;
  bytes?: Uint8Array;
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
  const { contract, queue, deadline, retry, transport } = options;
  const headers = { [options.apiKeyHeader]: options.apiKey };
  const http = ky.create({ prefixUrl: options.baseUrl, headers, timeout: false, fetch: transport });

  return {
    contract,
    send: (id, call, { signal }, read) =>
      withDeadline(deadline, signal, async (bounded) => {
        const operation = contract.operations[id];
        let sent = 0;
        const attempt = async () => {
          const counted: Transport = (input, init) => {
            sent++;
            return transport(input, init);
          };
          try {
            return await read(await request(http.extend({ fetch: counted }), operation, call, bounded, retry));
          } catch (error) {
            if (operation.method === 'DELETE' && sent > 1 && isMissing(error)) return await read(new Response());
            throw error;
          }
        };
        try {
          return await queue.add(attempt, { signal: bounded });
        } catch (error) {
          if (signal?.aborted) throw signal.reason;
          const mayHaveHappened = sent > 0 && !maySendAgain(operation);
          throw await explain(id, error, { mayHaveHappened, inTime: !bounded.aborted });
        }
      }),
    fetchOwn: (url, signal) => transport(url, { headers, signal, redirect: 'manual' }),
  };
}

/** For operations whose answer says nothing: frees the connection. */
export const ignoreBody = async (response: Response): Promise<void> => {
  // Not awaited: a body that was split in two only ends when the other half does.
  void response.body?.cancel().catch(() => {});
};

/** What a repeated DELETE is told when the first one did it. */
const isMissing = (error: unknown): boolean => error instanceof HTTPError && error.response.status === 404;

function request(
  http: KyInstance,
  operation: Operation,
  call: { path: object; query?: object; json?: unknown; bytes?: Uint8Array },
  signal: AbortSignal,
  retry: RetryPolicy,
) {
  return http(expand(operation.path, call.path), {
    method: operation.method,
    signal,
    retry: retryOptions(operation, retry),
    ...(call.query && { searchParams: Object.entries(call.query).filter(([, value]) => value !== undefined) }),
    ...(call.json !== undefined && { json: call.json }),
    ...(call.bytes && { body: new Uint8Array(call.bytes), headers: { 'content-type': 'application/octet-stream' } }),
  });
}

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

/** What a failed operation means for its caller; errors that are not the upstream's are handed on as they are. */
async function explain(
  id: OperationId,
  error: unknown,
  { mayHaveHappened, inTime }: { mayHaveHappened: boolean; inTime: boolean },
): Promise<unknown> {
  if (error instanceof UpstreamError) {
    return mayHaveHappened
      ? new UpstreamError(id, 'outcome-unknown', 'a write was accepted with an unreadable answer', { cause: error })
      : error;
  }
  if (error instanceof HTTPError) {
    const { status, headers } = error.response;
    const said = await readMessage(error.response);
    const retryAfter = readRetryAfter(headers, Date.now());
    const unknown = mayHaveHappened && (status >= 500 || status === 408);
    return new UpstreamError(id, unknown ? 'outcome-unknown' : 'status', `answered ${status}`, {
      status,
      said,
      retryAfter,
    });
  }
  if (inTime && !isNetworkError(error)) return error;
  if (mayHaveHappened && !isRefused(error)) {
    return new UpstreamError(id, 'outcome-unknown', 'no complete answer to a write', { cause: error });
  }
  return inTime
    ? new UpstreamError(id, 'unreachable', 'no connection, or one that broke', { cause: error })
    : new UpstreamError(id, 'timeout', 'no complete answer in time', { cause: error });
}

/** `fetch` reports every failure of the network as a TypeError with the cause; a mistake in our code has no cause. */
const isNetworkError = (error: unknown): boolean => error instanceof TypeError && error.cause !== undefined;

const LONGEST_MESSAGE = 500;

/** The sentence of an error body in any of the contract's forms; undefined when there is none. */
async function readMessage(response: Response): Promise<string | undefined> {
  try {
    const body: unknown = JSON.parse(await response.text());
    const message = find(find(body, 'error'), 'message') ?? find(body, 'error') ?? find(body, 'message');
    return typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : undefined;
  } catch {
    return undefined;
  }
}

const find = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
