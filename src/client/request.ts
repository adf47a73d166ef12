import { type Endpoint, post, readResult, retryAfterOf, toFlairError } from './http.ts';
import { follow } from './runtime.ts';
import { type DocumentLike, textOf } from './typed-document.ts';
import type { FlairClient, RequestOptions } from './types.ts';

const ACCEPT = 'application/graphql-response+json, application/json';

/** @param disposed Ends all requests. */
export const createRequest = (endpoint: Endpoint, disposed: AbortSignal): FlairClient['request'] =>
  async function request<Data, Variables>(
    document: DocumentLike<Data, Variables>,
    variables?: Variables,
    { signal }: RequestOptions = {},
  ): Promise<Data> {
    const controller = new AbortController();
    const release = follow(controller, disposed, signal);
    try {
      controller.signal.throwIfAborted();
      const payload = { query: textOf(document), variables };
      const response = await post(endpoint, payload, { accept: ACCEPT, signal: controller.signal });
      const { data, errors } = await readResult(response);
      if (errors) throw toFlairError(errors, { data, retryAfter: retryAfterOf(response.headers) });
      return data as Data;
    } catch (error) {
      controller.signal.throwIfAborted();
      throw error;
    } finally {
      release();
    }
  };
