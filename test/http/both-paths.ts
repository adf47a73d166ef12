import pino from 'pino';
import { onTestFinished, vi } from 'vitest';
import { serve } from '../../src/http/server.ts';
import type { TestGateway } from '../support/gateway.ts';
import { prepareDocument } from '../support/transports.ts';
import { type RawRequest, sendRaw } from './raw.ts';

/** Serves one gateway with and without the fast path. */
export async function bothPaths(started: TestGateway) {
  const options = { host: '127.0.0.1', port: 0, trustProxy: 0, log: pino({ level: 'silent' }) };
  const servers = {
    yoga: await serve(started.gateway, { ...options, fastPath: false }),
    fast: await serve(started.gateway, options),
  };
  onTestFinished(async () => {
    await servers.yoga.close();
    await servers.fast.close();
  });
  const respond = vi.spyOn(started.gateway.fastPath, 'respond');
  type PathName = keyof typeof servers;
  const sendUnknown = (path: PathName, request: RawRequest) => sendRaw(servers[path].url, request);
  const sendTo = async (path: PathName, request: RawRequest) => {
    await prepareDocument(started, { body: request.body });
    return await sendUnknown(path, request);
  };
  return {
    /** Sends a request whose document has been validated before. */
    sendTo,
    /** Sends a request whose document may not have been validated yet. */
    sendUnknown,
    /** Sends a request on both paths, and returns both responses. */
    send: async (request: RawRequest): Promise<Record<PathName, string>> => ({
      yoga: await sendTo('yoga', request),
      fast: await sendTo('fast', request),
    }),
    /** Number of requests that the fast path has responded to. */
    async fastResponses(): Promise<number> {
      const responses = await Promise.all(respond.mock.results.map(({ value }) => value));
      return responses.filter((declined) => declined === undefined).length;
    },
  };
}
