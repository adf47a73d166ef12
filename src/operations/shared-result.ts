import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';

/** A result that many listeners get, written as JSON once for all of them. */
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

  /** The JSON of the result. Yoga looks for a method of this name before it writes an event. */
  readonly stringify = (): string => {
    this.#text ??= JSON.stringify({ data: this.data, errors: this.errors, extensions: this.extensions });
    return this.#text;
  };
}

/** What was executed for one event, for everyone who asks the same in the same way. */
export class SharedResults {
  readonly #results = new Map<DocumentNode, Map<string, Promise<SharedResult>>>();

  /** @param way What else the result depends on: it differs wherever this does. */
  getOrExecute(
    { document, operationName, variableValues }: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>,
    way: string,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    const results = this.#results.get(document) ?? new Map<string, Promise<SharedResult>>();
    this.#results.set(document, results);
    const name = JSON.stringify([way, operationName ?? null, variableValues ?? null]);
    const result = results.get(name) ?? Promise.resolve(execute()).then((plain) => new SharedResult(plain));
    results.set(name, result);
    return result;
  }
}
