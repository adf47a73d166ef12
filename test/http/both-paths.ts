import pino from 'pino';
import { onTestFinished, vi } from 'vitest';
import { serve } from '../../src/http/server.ts';
import type { TestGateway } from '../support/gateway.ts';
import { know } from '../support/transports.ts';
import { type RawRequest, sendRaw } from './raw.ts';

/** One gateway, reached by both roads. */
export async function bothRoads(started: TestGateway) {
  const options = { host: '127.0.0.1', port: 0, trustProxy: false, log: pino({ level: 'silent' }) };
  const servers = {
    yoga: await serve(started.gateway, { ...options, fastPath: false }),
    short: await serve(started.gateway, options),
  };
  onTestFinished(async () => {
    await servers.yoga.close();
    await servers.short.close();
  });
  const answer = vi.spyOn(started.gateway.fastPath, 'respond');
  type RoadName = keyof typeof servers;
  const sendUnknown = (road: RoadName, request: RawRequest) => sendRaw(servers[road].url, request);
  const sendTo = async (road: RoadName, request: RawRequest) => {
    await know(started, { body: request.body });
    return await sendUnknown(road, request);
  };
  return {
    /** Sends a request whose document was judged before. */
    sendTo,
    /** Sends a request whose document may come for the first time. */
    sendUnknown,
    /** The answers of both. */
    send: async (request: RawRequest): Promise<Record<RoadName, string>> => ({
      yoga: await sendTo('yoga', request),
      short: await sendTo('short', request),
    }),
    /** How many requests were answered by the short road, of those that were sent. */
    async shortAnswers(): Promise<number> {
      const answered = await Promise.all(answer.mock.results.map(({ value }) => value));
      return answered.filter(Boolean).length;
    },
  };
}
