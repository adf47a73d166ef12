import type { requestBody } from './files.ts';
import type { subscribe } from './subscribe.ts';
import type { OperationObserver, Params, Result } from './types.ts';

export interface FetcherOptions {
  endpoint: string;
  /** Returns the headers of all tabs. */
  headers: () => Record<string, string>;
  /** Returns the chosen file that a text in the variables stands for. */
  fileOf: (text: string) => File | undefined;
  observer: OperationObserver;
  requestBody: typeof requestBody;
  subscribe: typeof subscribe;
}

/** What GraphiQL passes besides the operation. */
interface FetcherContext {
  /** Headers of the tab. */
  headers?: Record<string, string>;
  documentAST?: { definitions: readonly { kind: string; operation?: string; name?: { value: string } }[] };
}

/** Creates the function with which GraphiQL executes operations: queries and mutations over HTTP, subscriptions over WebSockets. */
export function createFetcher({ endpoint, headers, fileOf, observer, requestBody, subscribe }: FetcherOptions) {
  async function send(params: Params, allHeaders: Record<string, string>): Promise<Result> {
    const body = requestBody(params, fileOf);
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          accept: 'application/graphql-response+json, application/json',
          // The browser sets the type of a form, with its boundary.
          ...(typeof body === 'string' && { 'content-type': 'application/json' }),
          ...allHeaders,
        },
        body,
      });
      const text = await response.text();
      return parse(text) ?? failure(`The gateway responded with status ${response.status}: ${text.slice(0, 500)}`);
    } catch (error) {
      return failure(`The gateway did not respond (${error}). Check that it is running.`);
    }
  }

  const failure = (message: string): Result => ({ errors: [{ message }] });

  function parse(text: string): Result | undefined {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  return (params: Params, { headers: ofTab, documentAST }: FetcherContext = {}) => {
    const allHeaders = { ...headers(), ...ofTab };
    const operation = documentAST?.definitions.find(
      ({ kind, name }) =>
        kind === 'OperationDefinition' && (!params.operationName || name?.value === params.operationName),
    );
    const isSubscription = operation?.operation === 'subscription';
    // Introspection comes without a parsed document, and is not the user's.
    const started = operation && observer.onStart(params, isSubscription);
    if (started && isSubscription) return subscribe({ endpoint, params, headers: allHeaders, observer: started });
    return send(params, allHeaders).then((result) => {
      started?.onResult(result);
      return result;
    });
  };
}
