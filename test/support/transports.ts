import type { TestGateway } from './gateway.ts';
import { serverOf } from './subscribe.ts';

/** HTTP client of a gateway. */
export interface HttpClient {
  /** URL without a trailing slash. */
  url: string;
  /** Sends a request without following redirects. @param path Path with a leading slash. */
  send: (path: string, init?: RequestInit) => Promise<Response>;
}

/** An HTTP path through the gateway: Yoga or the fast path. Tests run on both. */
export interface HttpPath {
  /** Name in test titles. */
  httpPath: string;
  /** Starts the gateway's server with this path; it stops at the end of the test. */
  open: (started: TestGateway) => Promise<HttpClient>;
}

/** Yoga handles every request; the fast path handles simple queries with an already validated document. */
export const httpPaths: readonly HttpPath[] = [
  {
    httpPath: 'yoga',
    async open(started) {
      const { url } = await serverOf(started, { fastPath: false });
      return { url, send: (path, init) => fetch(url + path, { redirect: 'manual', ...init }) };
    },
  },
  {
    httpPath: 'fast path',
    async open(started) {
      const { url } = await serverOf(started, { fastPath: true });
      return {
        url,
        async send(path, init = {}) {
          await prepareDocument(started, init);
          return await fetch(url + path, { redirect: 'manual', ...init });
        },
      };
    },
  },
];

/** Parses and validates the document of a request, as its first execution would, so that the fast path accepts it. */
export async function prepareDocument({ gateway }: Pick<TestGateway, 'gateway'>, { body }: RequestInit): Promise<void> {
  try {
    gateway.documents.read(JSON.parse(String(body)).query);
  } catch {
    // The body has no document, so Yoga handles the request.
  }
}
