import { Agent, fetch } from 'undici';
import { createConnector } from './connector.ts';
import type { Proxies } from './proxy.ts';

/** Fetches an address through the proxy that applies to it. */
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
    // undici's Response works as the platform's own does; only their type declarations differ.
    return response as unknown as Response;
  };
}
