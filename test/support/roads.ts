import type { TestGateway } from './gateway.ts';
import { serverOf } from './subscribe.ts';

/** A gateway as it is reached over real HTTP. */
export interface Reached {
  /** Where it is, without a trailing slash. */
  url: string;
  /** Sends a request and follows no redirect. @param path Begins with a slash. */
  send: (path: string, init?: RequestInit) => Promise<Response>;
}

/** A way that a request over HTTP takes into the graph. What holds on one of them holds on all. */
export interface Road {
  /** What it is called in the names of tests. */
  road: string;
  /** Opens it to a gateway, until the test has finished. */
  open: (started: TestGateway) => Promise<Reached>;
}

export const roads: readonly Road[] = [
  {
    road: 'yoga',
    async open(started) {
      const { url } = await serverOf(started);
      return { url, send: (path, init) => fetch(url + path, { redirect: 'manual', ...init }) };
    },
  },
];
