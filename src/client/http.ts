import { FlairError, type FlairErrorInit, type ResponseError } from './errors.ts';
import { type Payload, toBody } from './multipart.ts';
import type { FlairClientOptions } from './types.ts';

/** A GraphQL response, or an event of a stream. */
export interface Result {
  data?: unknown;
  errors?: readonly ResponseError[] | undefined;
}

/** The connection settings of a client. */
export interface Endpoint {
  /** The absolute URL. @throws TypeError for a relative one outside of a page. */
  url(): URL;
  /** The headers of the next request. */
  headers(): Promise<Record<string, string>>;
  /** Sends a request. @throws FlairError NETWORK_ERROR without a response, or the reason of the signal. */
  fetch(url: string | URL, init: RequestInit & { signal: AbortSignal }): Promise<Response>;
}

export function createEndpoint({ url, apiKey, headers, fetch }: FlairClientOptions): Endpoint {
  return {
    url: () => new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href),
    async headers() {
      const own = typeof headers === 'function' ? headers() : headers;
      const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
      return { ...own, ...(key && { 'x-api-key': key }) };
    },
    async fetch(target, init) {
      try {
        return await (fetch ?? globalThis.fetch)(target, init);
      } catch (cause) {
        init.signal.throwIfAborted();
        throw noResponse(target, cause);
      }
    },
  };
}

/** The error for a request without a response, of which browsers do not report the reason. */
export const noResponse = (url: string | URL, cause?: unknown): FlairError =>
  networkError(`No response from ${new URL(url).origin}: it is down, or CORS_ORIGINS does not allow this page`, cause);

/** The error for a connection that failed; another attempt may succeed. */
export const networkError = (problem: string, cause?: unknown): FlairError =>
  new FlairError(`${problem}.`, 'NETWORK_ERROR', { retryable: true, cause });

/** Posts an operation. @param accept The media type of the response. */
export async function post(
  endpoint: Endpoint,
  payload: Payload,
  { accept, signal }: { accept: string; signal: AbortSignal },
): Promise<Response> {
  const { body, headers } = toBody(payload);
  return await endpoint.fetch(endpoint.url(), {
    method: 'POST',
    headers: { accept, ...headers, ...(await endpoint.headers()) },
    body,
    signal,
  });
}

/** Reads a response of the graph. @throws FlairError INVALID_RESPONSE for any other response. */
export async function readResult(response: Response): Promise<Result> {
  let cause: unknown;
  const result = await response.json().catch((error) => {
    cause = error;
  });
  if (result?.data !== undefined || Array.isArray(result?.errors)) return result;
  throw invalidResponse(response, undefined, cause);
}

/** The error for a response that is not one of the gateway, for example one of a proxy. */
export function invalidResponse(
  { status, ok, headers, url }: Response,
  expected = `a response of a gateway from ${url}`,
  cause?: unknown,
): FlairError {
  const type = headers.get('content-type') ?? 'no content type';
  const code = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID_RESPONSE';
  return new FlairError(`Expected ${expected}, but got status ${status} (${type}).`, code, {
    // That of a proxy or server that is overloaded or restarts, or of a body that ends early and fails to parse.
    retryable: status >= 500 || status === 429 || status === 408 || ok,
    retryAfter: retryAfterOf(headers),
    cause,
  });
}

/** The delay of a `Retry-After` header, in seconds. A date counts as missing, because clocks may differ. */
export function retryAfterOf(headers: Pick<Headers, 'get'>): number | undefined {
  return Number.parseInt(headers.get('retry-after') ?? '', 10) || undefined;
}

/** The error of a response with errors. */
export function toFlairError(errors: readonly ResponseError[], init: FlairErrorInit = {}): FlairError {
  const [first] = errors;
  const { code = 'INTERNAL_SERVER_ERROR', retryable, retryAfter = init.retryAfter } = first?.extensions ?? {};
  return new FlairError(first?.message ?? 'The response has no data.', code, {
    ...init,
    retryable,
    retryAfter,
    errors,
  });
}
