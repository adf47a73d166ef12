import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startGateway } from '../support/gateway.ts';
import { blocksOf, readText } from '../support/readme.ts';
import { executeDocument } from './results.ts';

/** Operations of the upstream, in the order of the contract. */
const operations = Object.values(
  (parse(readText('schema/flair.openapi.yaml')) as { paths: Record<string, Record<string, { operationId?: string }>> })
    .paths,
).flatMap((methods) => Object.values(methods).flatMap(({ operationId }) => operationId ?? []));

const sections = readText('docs/rest-to-graphql.md')
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ operation: section.split('\n')[0] ?? '', query: blocksOf(section)[0]?.text ?? '' }));

test('the page has one section for each call of the contract', () => {
  expect(operations).toHaveLength(19);
  expect(sections.map(({ operation }) => operation).toSorted()).toEqual(operations.toSorted());
});

test.each(sections)('the operation beside $operation causes this call, and succeeds', async ({ operation, query }) => {
  const started = startGateway({ sandbox: { seed: true } });

  await executeDocument(started, { query, variables: {} });

  expect(started.takeRequests()).toContain(operation);
});
