import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors } from 'undici';
import { ACCEPTED_CODINGS, BodyTooLongError, decode, LARGEST_ANSWER, textOf } from './body.ts';
import type { Cancellation, Leaver } from './cancellation.ts';
import { isJson, type ReadRoad } from './road.ts';
import { LARGEST_ERROR, NetworkError, readRetryAfter, StatusError, sentenceIn } from './road-errors.ts';

export interface PoolRoadOptions {
  /** Connections to the origin of `baseUrl`. */
  pool: Pick<Dispatcher, 'dispatch'>;
  /** Absolute address under which the contract's paths lie, without a trailing slash. */
  baseUrl: string;
  /** What every request carries. */
  headers: Readonly<Record<string, string>>;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

/** The lean road for reads: a request costs a fraction of what it does with `fetch`. */
export function createPoolRoad({ pool, baseUrl, headers, now }: PoolRoadOptions): ReadRoad {
  const prefix = new URL(baseUrl).pathname.replace(/\/$/, '');
  // As `fetch` sends them: some upstreams turn requests without them away.
  const all = { accept: '*/*', 'user-agent': 'node', 'accept-encoding': ACCEPTED_CODINGS, ...headers };
  const prepared = Object.entries(all).flat();

  return ({ path, mayBeOther }, cancellation) =>
    new Promise((resolve, reject) => {
      const exchange = new Exchange({ resolve, reject, cancellation, mayBeOther, now });
      pool.dispatch({ path: prefix + path, method: 'GET', headers: prepared }, exchange);
    });
}

interface ExchangeOptions {
  resolve: (text: string | undefined) => void;
  reject: (error: unknown) => void;
  cancellation: Cancellation;
  mayBeOther: boolean;
  now: () => number;
}

/** One request and its answer, as undici tells of it. */
class Exchange implements Dispatcher.DispatchHandler, Leaver {
  readonly #options: ExchangeOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    options.cancellation.underWay = this;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited for a connection for so long that nobody wants it any more.
    if (this.#isOver) this.#hangUp();
  }

  /** Comes again after an interim answer, such as early hints. */
  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
    if (!this.#isSuccess || !this.#options.mayBeOther || isJson(headers['content-type'])) return;
    this.#resolve(undefined);
    this.#hangUp();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#size += chunk.byteLength;
    if (this.#size > this.#maxBytes) this.#break(new BodyTooLongError(this.#maxBytes));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first, ...more] = this.#chunks;
    const bytes = first && more.length === 0 ? first : Buffer.concat(this.#chunks, this.#size);
    const coding = this.#headers['content-encoding']?.trim().toLowerCase();
    if (coding === undefined) this.#finish(textOf(bytes));
    else
      decode(bytes, coding, this.#maxBytes).then(
        (decoded) => this.#finish(textOf(decoded)),
        (error: unknown) => this.#fail(error),
      );
  }

  onResponseError(_: unknown, error: Error): void {
    this.#fail(error);
  }

  /** Nobody waits any more. */
  leave(reason: unknown): void {
    this.#break(reason);
  }

  get #isSuccess(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  get #maxBytes(): number {
    return this.#isSuccess ? LARGEST_ANSWER : LARGEST_ERROR;
  }

  #finish(text: string): void {
    if (this.#isSuccess) this.#resolve(text);
    else this.#reject(this.#statusError(sentenceIn(text)));
  }

  /** The rest of the answer cannot be had. Of a refusal, the status is enough. */
  #fail(error: unknown): void {
    if (this.#status >= 300) this.#reject(this.#statusError());
    else if (error instanceof BodyTooLongError) this.#reject(error);
    // undici does not send what breaks the rules of HTTP: that is a mistake of ours.
    else if (error instanceof errors.InvalidArgumentError) this.#reject(error);
    else this.#reject(new NetworkError(error));
  }

  #break(reason: unknown): void {
    if (this.#status >= 300) this.#reject(this.#statusError());
    else this.#reject(reason);
    this.#hangUp();
  }

  #statusError(said?: string): StatusError {
    const { now } = this.#options;
    return new StatusError(this.#status, { retryAfter: readRetryAfter(this.#headers['retry-after'], now()), said });
  }

  #resolve(text: string | undefined): void {
    if (this.#end()) this.#options.resolve(text);
  }

  #reject(error: unknown): void {
    if (this.#end()) this.#options.reject(error);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#options.cancellation.underWay = undefined;
    return true;
  }

  /** Closes the connection, on which the rest of the answer would come. */
  #hangUp(): void {
    this.#controller?.abort(new Error('nobody waits for the rest of the answer'));
  }
}
