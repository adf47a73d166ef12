import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveCalls } from '../calls.ts';

/** Upstream with a configurable amount of data. */

interface Shape {
  models: number;
  /** Models per page. */
  pageSize: number;
  /** Length of the prompt of each of its 20 predictions, in bytes. */
  promptBytes: number;
}

let shape: Shape = { models: 20, pageSize: 20, promptBytes: 100 };
let predictions = '';

const modelOf = (index: number) => ({ id: `m${index}`, displayName: `Model ${index}`, customModelType: 'Custom' });

function modelsAfter(lastDocId: string | null): object {
  const from = lastDocId === null ? 0 : Number(lastDocId.slice(1)) + 1;
  const to = Math.min(from + shape.pageSize, shape.models);
  return {
    models: Array.from({ length: to - from }, (_, index) => modelOf(from + index)),
    nextPageCursor: to < shape.models ? `m${to - 1}` : null,
    hasMore: to < shape.models,
  };
}

const trainings = JSON.stringify({
  trainings: [{ id: 't0', status: 'completed', triggerWord: 'FJA90AB', progress: 1 }],
  nextPageCursor: null,
  hasMore: false,
});

function writePredictions(): string {
  const prompt = 'A dress. '.repeat(Math.ceil(shape.promptBytes / 9)).slice(0, shape.promptBytes);
  const all = Array.from({ length: 20 }, (_, index) => ({ id: `p${index}`, status: 'completed', progress: 1, prompt }));
  return JSON.stringify({ predictions: all, nextPageCursor: null, hasMore: false });
}

function answerTo(target: string): string {
  const { pathname, searchParams } = new URL(target, 'http://upstream');
  if (pathname === '/models') return JSON.stringify(modelsAfter(searchParams.get('lastDocId')));
  if (pathname === '/predictions') return predictions;
  return pathname.endsWith('/trainings') ? trainings : JSON.stringify({ displayName: 'Model' });
}

const calls = {
  /** Starts listening, and returns the URL. */
  async listen() {
    const server = createServer((request, response) => {
      const body = Buffer.from(answerTo(request.url ?? '/'));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    });
    server.keepAliveTimeout = 600_000;
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Changes the amount of data. */
  resize(changes: Partial<Shape>) {
    shape = { ...shape, ...changes };
    predictions = writePredictions();
  },
};

export type GrowingUpstreamCalls = typeof calls;

serveCalls(calls);
