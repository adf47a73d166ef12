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

/** The first way is that of every request, the second that of plain queries whose document was found valid before. */
export const roads: readonly Road[] = [
  {
    road: 'yoga',
    async open(started) {
      const { url } = await serverOf(started, { fastPath: false });
      return { url, send: (path, init) => fetch(url + path, { redirect: 'manual', ...init }) };
    },
  },
  {
    road: 'short',
    async open(started) {
      const { url } = await serverOf(started, { fastPath: true });
      return {
        url,
        async send(path, init = {}) {
          await know(started, init);
          return await fetch(url + path, { redirect: 'manual', ...init });
        },
      };
    },
  },
];

/** Has the gateway find out whether the document of a request is valid, as it does when it is asked for the first time. */
export async function know({ gateway }: Pick<TestGateway, 'gateway'>, { body }: RequestInit): Promise<void> {
  const { schema, parse, validate } = gateway.getEnveloped({});
  try {
    validate(schema, parse(JSON.parse(String(body)).query));
  } catch {
    // It is none, and takes the other way.
  }
}
