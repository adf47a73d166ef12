import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { startGateway } from '../support/gateway.ts';

const MODEL = globalId({ kind: 'Model', id: 'abc' });
const hintsOf = async (started: ReturnType<typeof startGateway>, query: string) => {
  const response = await started.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return await response.json();
};

test.each<[query: string, hint: RegExp]>([
  ['{ model(id: "abc") { id } }', new RegExp(`global id of a Model.*"abc".*"${MODEL}"`)],
  ['{ model(id: "no id at all") { id } }', /global id of a Model.*"no id at all"/],
  [`{ training(id: "${MODEL}") { id } }`, /global id of a Training, but is the global id of a Model/],
  [`{ prediction(id: "${MODEL}") { id } }`, /global id of a Prediction, but is the global id of a Model/],
  ['{ node(id: "abc") { id } }', /global id of a node.*"abc"/],
  ['{ nodes(ids: ["abc"]) { id } }', /`ids` must be the global id of a node/],
])('%s is null, and a hint explains why', async (query, hint) => {
  const { data, extensions } = await hintsOf(startGateway(), query);

  expect(JSON.stringify(data)).toMatch(/null/);
  expect(extensions).toEqual({ hints: [expect.stringMatching(hint)] });
});

test('hints accompany the data, in every response that shares the result', async () => {
  const started = startGateway();
  const query = '{ models { nodes { id } } model(id: "abc") { id } }';

  const results = await Promise.all([hintsOf(started, query), hintsOf(started, query)]);

  for (const { data, extensions } of results)
    expect([data, extensions]).toEqual([{ models: { nodes: [] }, model: null }, { hints: [expect.any(String)] }]);
});

test('responses contain no hints in production', async () => {
  const started = startGateway({ config: { isProduction: true } });

  expect(await hintsOf(started, '{ model(id: "abc") { id } }')).toEqual({ data: { model: null } });
});

test('the number and length of hints are limited', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => `"${index}${'x'.repeat(2_000)}"`).join(',');

  const { extensions } = await hintsOf(startGateway(), `{ nodes(ids: [${ids}]) { id } }`);

  expect(extensions.hints).toHaveLength(10);
  expect(JSON.stringify(extensions).length).toBeLessThan(5_000);
});
