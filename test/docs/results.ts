import { getOperationAST, parse } from 'graphql';
import { expect } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import type { TestGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import type { DocumentBlock } from './pages.ts';

export interface Result {
  data?: Record<string, unknown> | null;
  errors?: unknown;
}

/** The results in the output of a command: JSON, or server-sent events with JSON. */
export const resultsIn = (printed: string): Result[] =>
  printed
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** Executes a document on a gateway. Fails for errors, result errors and values that are missing. */
export async function executeDocument(started: TestGateway, { query: text, variables }: DocumentBlock) {
  const { fetch, clock } = started;
  const query = await withExistingIds(started, text);
  started.takeRequests();
  const isWatched = getOperationAST(parse(query))?.operation === 'subscription';
  const pending = fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: isWatched ? 'text/event-stream' : 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  // Only operations that wait for a job depend on the test clock.
  if (JSON.stringify(variables).includes('waitSeconds')) await clock.advance(60_000);

  const results = resultsIn(await (await pending).text());
  expect(results).not.toEqual([]);
  for (const { data, errors } of results) {
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toMatch(/null\b|Error"|"message"/);
  }
  return results;
}

/** Replaces the id of the training to cancel, because that of the demo data has finished. */
async function withExistingIds({ upstream }: TestGateway, document: string): Promise<string> {
  if (!document.includes('cancelTraining')) return document;
  const { id: modelId } = await seedModel(upstream, 'Coats', { images: 1 });
  const running = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
  return document.replace(/(?<=id: ")[^"]+/, running);
}
