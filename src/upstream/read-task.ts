import type { Operation, OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import type { Cancellation } from '../util/cancellation.ts';
import { parseJson } from './decode/json.ts';
import type { Requester } from './observer.ts';
import type { ParseCache } from './parse-cache.ts';
import type { RequestTask, RunRequest, StartCondition } from './policy/request-runner.ts';
import type { SharableRead } from './policy/single-flight.ts';
import type { RequestIds } from './policy/to-upstream-error.ts';
import type { Attempt, Callbacks, ReadRequest, ReadTransport } from './transport/transport.ts';

/** The operations that read (GET). */
export type ReadId = Extract<OperationId, `get${string}` | `list${string}`>;

export interface ReadCall<Id extends ReadId, Result> {
  path: PathOf<Id> & object;
  query?: { [Name in keyof QueryOf<Id>]?: QueryOf<Id>[Name] | undefined };
  /** Decodes the JSON of a response. All reads of a path with equal JSON share the result, which must not be modified. */
  read: (json: unknown) => Result;
  /** Returns the result for a response with another media type than JSON; its body is not read. @default parsed as JSON */
  readNonJson?: () => Result;
}

/** Shared state of all reads with one credential. */
export interface ReadSender {
  readonly apiKey: string;
  readonly parseCache: ParseCache;
  readonly transport: ReadTransport;
  readonly run: RunRequest;
}

interface ReadTaskOptions<Id extends ReadId, Result>
  extends Pick<RequestTask<Result>, 'operation' | 'isPoll' | 'start' | 'requester'> {
  readonly id: Id;
  readonly path: string;
  readonly call: ReadCall<Id, Result>;
}

/** A read and the decoding of its response, in one object to save memory: there may be very many. */
export class ReadTask<Id extends ReadId, Result>
  implements RequestTask<Result>, ReadRequest<Result>, SharableRead<Result>
{
  readonly id: Id;
  readonly operation: Operation;
  readonly isPoll: boolean;
  readonly start: StartCondition | undefined;
  readonly requester: Requester | undefined;
  readonly path: string;
  readonly #call: ReadCall<Id, Result>;
  readonly #sender: ReadSender;

  constructor(
    sender: ReadSender,
    { id, path, call, operation, isPoll, start, requester }: ReadTaskOptions<Id, Result>,
  ) {
    this.id = id;
    this.operation = operation;
    this.isPoll = isPoll;
    this.start = start;
    this.requester = requester;
    this.path = path;
    this.#call = call;
    this.#sender = sender;
  }

  /** True for the first pages of top-level lists. A 404 of any other page may mean that its cursor or parent is gone. */
  get isPermanent(): boolean {
    return (this.id === 'listModels' || this.id === 'listPredictions') && !this.path.includes('?');
  }

  get ids(): RequestIds {
    return { path: this.#call.path };
  }

  get readNonJson() {
    return this.#call.readNonJson;
  }

  run(cancellation: Cancellation, done: Callbacks<Result>): void {
    this.#sender.run(this, cancellation, done);
  }

  attempt(cancellation: Cancellation, attempt: Attempt<Result>): void {
    this.#sender.transport(this, cancellation, attempt);
  }

  resultOf(bytes: Buffer): Result {
    return this.#sender.parseCache.resultOf(this.#sender.apiKey, this.path, bytes, this);
  }

  parse(bytes: Buffer): Result {
    return this.#call.read(parseJson(this.id, bytes));
  }
}
