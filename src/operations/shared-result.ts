import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';

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

/** The results of one event, by document, variables and key. */
export class SharedResults {
  readonly #results = new Map<DocumentNode, Map<string, Promise<SharedResult>>>();

  /**
   * Returns the shared result of an operation, or executes it.
   *
   * @param key The other inputs on which the result depends.
   */
  getOrExecute(
    { document, operationName, variableValues }: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>,
    key: string,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    const results = this.#results.get(document) ?? new Map<string, Promise<SharedResult>>();
    this.#results.set(document, results);
    const name = JSON.stringify([key, operationName ?? null, variableValues ?? null]);
    const result = results.get(name) ?? Promise.resolve(execute()).then((plain) => new SharedResult(plain));
    results.set(name, result);
    return result;
  }
}
