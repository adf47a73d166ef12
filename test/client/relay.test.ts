import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOperationDescriptor, fetchQuery, getRequest, type MissingFieldHandler } from 'relay-runtime';
import { expect, test } from 'vitest';
import { getDataID, missingFieldHandlers, relayConfig } from '../../src/client/relay.ts';
import { compile, environmentOf, runCompiler } from '../clients/relay.ts';
import { seedModels, startForClients } from '../clients/support.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const OPERATIONS = `
  import { graphql } from 'relay-runtime';
  graphql\`query relayListQuery { models { edges { node { id displayName } } } }\`;
  graphql\`query relayNameQuery($id: ID!) { model(id: $id) { displayName } }\`;
  graphql\`query relayWordQuery($id: ID!) { model(id: $id) { triggerWord } }\`;
`;

test('Relay finds an object that a list has brought by its id', async () => {
  const started = await startForClients();
  // The types of Relay describe its own store; the library has none.
  const environment = environmentOf(started, missingFieldHandlers as unknown as MissingFieldHandler[]);
  const compiled = await compile(OPERATIONS);
  const [id = ''] = await seedModels(started, ['Coats']);
  const check = (name: string) =>
    environment.check(createOperationDescriptor(getRequest(compiled(name)), { id })).status;
  expect(check('relayNameQuery')).toBe('missing');

  const list = createOperationDescriptor(getRequest(compiled('relayListQuery')), {});
  environment.retain(list);
  await fetchQuery(environment, compiled('relayListQuery'), {}).toPromise();

  expect(check('relayNameQuery')).toBe('available');
  expect(check('relayWordQuery')).toBe('missing');
});

test('with the options for the compiler, every scalar has a type', async () => {
  const source = `
    import { graphql } from 'relay-runtime';
    graphql\`query relayScalarsQuery($id: ID!) {
      prediction(id: $id) { id createdAt seed progress { estimatedCompletionAt } images { url } }
    }\`;
    graphql\`mutation relayUploadMutation($file: File!, $id: ID!) {
      uploadDataItem(input: { modelId: $id, file: $file }) { __typename }
    }\`;
  `;
  const folder = await runCompiler(source, { language: 'typescript', ...relayConfig });

  const query = await readFile(join(folder, 'relayScalarsQuery.graphql.ts'), 'utf8');
  const mutation = await readFile(join(folder, 'relayUploadMutation.graphql.ts'), 'utf8');
  expect(query).toMatch(/createdAt: string \| null/);
  expect(query).toMatch(/seed: number \| null/);
  expect(query).toMatch(/url: string;/);
  expect(mutation).toMatch(/file: Blob \| string;/);
  expect(query + mutation).not.toMatch(/: any\b|: unknown\b/);
});

test('Relay keeps the id of another object out of the store', async () => {
  const started = await startForClients();
  const environment = environmentOf(started, [], getDataID);
  const compiled = await compile(`
    import { graphql } from 'relay-runtime';
    graphql\`query relaySettingsQuery { predictions { nodes { settings { models { id scale } } } } }\`;
  `);
  const { id: modelId, globalId: model } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  await seedPrediction(started.upstream, [modelId]);

  await fetchQuery(environment, compiled('relaySettingsQuery'), {}).toPromise();

  expect(environment.getStore().getSource().get(model)).toBeUndefined();
});
