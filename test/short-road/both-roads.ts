import pino from 'pino';
import { onTestFinished, vi } from 'vitest';
import { serve } from '../../src/server.ts';
import type { TestGateway } from '../support/gateway.ts';
import { know } from '../support/roads.ts';
import { type RawRequest, sendRaw } from './raw.ts';

/** One gateway, reached by both roads. */
export async function bothRoads(started: TestGateway) {
  const options = { host: '127.0.0.1', port: 0, trustProxy: false, log: pino({ level: 'silent' }) };
  const servers = {
    yoga: await serve(started.gateway, { ...options, shortRoad: false }),
    short: await serve(started.gateway, options),
  };
  onTestFinished(async () => {
    await servers.yoga.close();
    await servers.short.close();
  });
  const answer = vi.spyOn(started.gateway.shortRoad, 'answer');
  return {
    /** The answers of both. */
    async send(request: RawRequest): Promise<{ yoga: string; short: string }> {
      await know(started, { body: request.body });
      return { yoga: await sendRaw(servers.yoga.url, request), short: await sendRaw(servers.short.url, request) };
    },
    /** How many requests were answered by the short road, of those that were sent. */
    async shortAnswers(): Promise<number> {
      const answered = await Promise.all(answer.mock.results.map(({ value }) => value));
      return answered.filter(Boolean).length;
    },
  };
}
