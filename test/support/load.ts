import { Agent, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** Number of connections to the proxy. */
const CONNECTIONS = 16;

/** Requests that are sent over kept connections, each response being checked. */
export interface Load {
  /** Number of requests so far. */
  readonly sent: number;
  /** Why requests have failed. */
  readonly failures: readonly string[];
  /** Resolves after some more responses, or at once after a failure. */
  more(count: number): Promise<void>;
  /** Resolves when the last response has arrived. */
  stop(): Promise<void>;
}

/**
 * Sends POST requests in turn until it is stopped, at a rate that a slow machine may not reach.
 *
 * @param bodies Operations, each of which has a result without errors.
 */
export function startLoad(url: string, bodies: readonly object[], perSecond: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const texts = bodies.map((body) => JSON.stringify(body));
  const failures: string[] = [];
  const start = performance.now();
  let sent = 0;
  let isStopped = false;
  let onResponse = () => {};

  const client = async (): Promise<void> => {
    while (!isStopped) {
      const wait = start + (sent / perSecond) * 1_000 - performance.now();
      const body = texts[sent++ % texts.length] ?? '';
      // The pace of the clients: nothing is expected to happen meanwhile.
      if (wait > 0) await setTimeout(wait);
      const failure = await post(`${url}/graphql`, agent, body);
      if (failure !== undefined) failures.push(failure);
      onResponse();
    }
  };
  const clients = Promise.all(Array.from({ length: CONNECTIONS }, client));
  return {
    get sent() {
      return sent;
    },
    failures,
    async more(count) {
      const enough = sent + count;
      await new Promise<void>((resolve) => {
        onResponse = () => {
          if (sent >= enough || failures.length > 0) resolve();
        };
      });
    },
    async stop() {
      isStopped = true;
      await clients;
      agent.destroy();
    },
  };
}

/** Sends one operation. @returns Why it has failed; undefined if it has not. */
async function post(url: string, agent: Agent, body: string): Promise<string | undefined> {
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-api-key': 'any' };
      const request = send(url, { method: 'POST', agent, headers }, (response) => {
        text(response).then((received) => {
          const isGood = response.statusCode === 200 && JSON.parse(received).errors === undefined;
          resolve(isGood ? undefined : `${response.statusCode} ${received}`);
        }, reject);
      });
      request.once('error', reject);
      request.end(body);
    });
  } catch (error) {
    return String(error);
  }
}
