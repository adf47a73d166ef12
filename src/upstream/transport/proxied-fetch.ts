import { Agent, fetch } from 'undici';
import { createConnector } from './connector.ts';
import type { Proxies } from './proxy.ts';

/** Creates a fetch function that uses the proxy of each URL. */
export function createProxiedFetch(proxies: Proxies): (url: string, init: RequestInit) => Promise<Response> {
  const dispatcher = new Agent({ connect: createConnector({ proxies }) });
  return async (url, { method = 'GET', headers, redirect = 'follow', signal = null }) => {
    const response = await fetch(url, {
      method,
      headers: [...new Headers(headers)],
      redirect,
      signal,
      dispatcher,
    });
    // undici's Response equals the global one; only their type declarations differ.
    return response as unknown as Response;
  };
}
