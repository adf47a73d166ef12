import type { Operation, OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import type { Cancellation } from '../util/cancellation.ts';
import { parseJson } from './decode/json.ts';
import type { ParseCache } from './parse-cache.ts';
import type { Attempt, RequestTask, StartCondition } from './policy/request-runner.ts';
import type { ReadRequest, ReadTransport } from './transport/transport.ts';

/** The operations that read. */
export type ReadId = Extract<OperationId, `get${string}` | `list${string}`>;

export interface ReadCall<Id extends ReadId, Result> {
  path: PathOf<Id> & object;
  query?: { [Name in keyof QueryOf<Id>]?: QueryOf<Id>[Name] | undefined };
  /** Makes the result of an answer's JSON: the same of equal JSON, for all reads of this path. Nobody changes it. */
  read: (json: unknown) => Result;
  /** Makes the result when the answer is no JSON by its media type, and left unread. @default it is read all the same */
  other?: () => Result;
}

/** What all reads with a credential have in common. */
export interface ReadSender {
  readonly apiKey: string;
  readonly parseCache: ParseCache;
  readonly transport: ReadTransport;
}

interface ReadingOptions<Id extends ReadId, Result>
  extends Pick<RequestTask<Result>, 'operation' | 'isPoll' | 'start'> {
  readonly id: Id;
  readonly path: string;
  readonly call: ReadCall<Id, Result>;
}

/** A read, and what is made of its answer. One object, because there are very many. */
export class ReadTask<Id extends ReadId, Result> implements RequestTask<Result>, ReadRequest<Result> {
  readonly id: Id;
  readonly operation: Operation;
  readonly isPoll: boolean;
  readonly start: StartCondition | undefined;
  readonly path: string;
  readonly #call: ReadCall<Id, Result>;
  readonly #reads: ReadSender;

  constructor(reads: ReadSender, { id, path, call, operation, isPoll, start }: ReadingOptions<Id, Result>) {
    this.id = id;
    this.operation = operation;
    this.isPoll = isPoll;
    this.start = start;
    this.path = path;
    this.#call = call;
    this.#reads = reads;
  }

  /** The first pages of lists at the top level. A cursor may be gone, and so may what other lists belong to. */
  get isPermanent(): boolean {
    return (this.id === 'listModels' || this.id === 'listPredictions') && !this.path.includes('?');
  }

  get other() {
    return this.#call.other;
  }

  attempt(cancellation: Cancellation, attempt: Attempt<Result>): void {
    this.#reads.transport(this, cancellation, attempt);
  }

  made(bytes: Buffer): Result {
    // No key and no path holds a space.
    return this.#reads.parseCache.resultOf(`${this.#reads.apiKey} ${this.path}`, bytes, this);
  }

  make(bytes: Buffer): Result {
    return this.#call.read(parseJson(this.id, bytes));
  }
}
