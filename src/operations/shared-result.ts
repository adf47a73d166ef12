import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import { jsonOf } from '../util/json.ts';

/** A result for several callers or listeners, serialized to JSON once for all of them. */
export class SharedResult {
  declare readonly data?: NonNullable<ExecutionResult['data']> | null;
  declare readonly errors?: NonNullable<ExecutionResult['errors']>;
  declare readonly extensions?: NonNullable<ExecutionResult['extensions']>;
  #text: string | undefined;

  constructor({ data, errors, extensions }: ExecutionResult) {
    if (data !== undefined) this.data = data;
    if (errors !== undefined) this.errors = errors;
    if (extensions !== undefined) this.extensions = extensions;
  }

  /** The result as JSON. Yoga calls a method of this name, if there is one, to serialize an event. */
  readonly stringify = (): string => {
    this.#text ??= JSON.stringify({ data: this.data, errors: this.errors, extensions: this.extensions });
    return this.#text;
  };
}

/** A result as JSON. */
export const stringifyResult = (result: ExecutionResult | SharedResult): string =>
  result instanceof SharedResult ? result.stringify() : JSON.stringify(result);

/** Number of keys of inputs that are nested too deeply to be compared. */
let incomparable = 0;

/**
 * A key of the inputs on which a result depends besides its document.
 *
 * @param baseUrl Prefix of URLs in the result.
 */
export const keyOfArguments = (
  { operationName, variableValues }: Pick<ExecutionArgs, 'operationName' | 'variableValues'>,
  baseUrl: string,
): string => jsonOf([baseUrl, operationName ?? null, variableValues ?? null]) ?? `incomparable ${++incomparable}`;

/** The results of one event, by document and {@link keyOfArguments}. */
export class SharedResults {
  readonly #results = new Map<DocumentNode, Map<string, Promise<SharedResult>>>();

  /** Returns the shared result of an operation, or executes it. */
  getOrExecute(
    document: DocumentNode,
    key: string,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    const known = this.#results.get(document);
    const results = known ?? new Map<string, Promise<SharedResult>>();
    if (!known) this.#results.set(document, results);
    const running = results.get(key);
    if (running) return running;
    const result = Promise.resolve(execute()).then((plain) => new SharedResult(plain));
    results.set(key, result);
    return result;
  }
}
