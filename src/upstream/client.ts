import ky, { HTTPError, type KyInstance } from 'ky';
import type PQueue from 'p-queue';
import type { BodyOf, Contract, Operation, OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';
import { withDeadline } from './deadline.ts';
import { explain } from './failure.ts';
import { maySendAgain, type RetryPolicy, readRetryAfter, retryOptions } from './retry.ts';

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
  /** Told when the upstream asks for patience, in seconds. */
  onRetryAfter?: (seconds: number) => void;
}

export interface CallOptions {
  /** Ends the request when its caller no longer wants the answer. */
  signal?: AbortSignal | undefined;
  /** A look that will be repeated anyway: it gives way to everybody else, and is not repeated here. @default false */
  isPoll?: boolean;
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
  const { contract, queue, deadline, retry, transport, onRetryAfter = () => {} } = options;
  const headers = { [options.apiKeyHeader]: options.apiKey };
  const http = ky.create({ prefixUrl: options.baseUrl, headers, timeout: false, redirect: 'manual', fetch: transport });

  return {
    contract,
    send: (id, call, { signal, isPoll = false }, read) =>
      withDeadline(deadline, signal, async (bounded) => {
        const operation = contract.operations[id];
        let sent = 0;
        const attempt = async () => {
          const counted: Transport = async (input, init) => {
            sent++;
            const response = await transport(input, init);
            const patience = response.ok ? undefined : readRetryAfter(response.headers, Date.now());
            if (patience !== undefined) onRetryAfter(patience);
            return response;
          };
          try {
            return await read(
              await request(
                http.extend({ fetch: counted }),
                operation,
                call,
                bounded,
                isPoll ? { ...retry, limit: 0 } : retry,
              ),
            );
          } catch (error) {
            if (operation.method === 'DELETE' && sent > 1 && isMissing(error)) return await read(new Response());
            throw error;
          }
        };
        try {
          return await queue.add(attempt, { signal: bounded, priority: isPoll ? 0 : 1 });
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
