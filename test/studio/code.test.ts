import { describe, expect, test } from 'vitest';
import { type Action, clientCode, fetchCode, graphqlCode } from '../../src/studio/copy/code.ts';

const input = { modelId: 'TW9kZWw6MQ', strength: 7, idempotencyKey: 'one of this page' };
const action: Action = {
  document: 'mutation startTraining($input:StartTrainingInput!){startTraining(input:$input){__typename}}',
  variables: { input },
  client: ({ value }) => `const training = await flair.train(${value(input)});`,
};
const target = { url: 'https://flair.example.com/graphql', apiKeyHeader: 'x-api-key', isSandbox: false };

describe('code to copy', () => {
  test('the operation is formatted, and its variables follow as a comment', () => {
    expect(graphqlCode(action)).toMatch(
      /^mutation startTraining\(\$input: StartTrainingInput!\) \{\n {2}startTraining/,
    );
    expect(graphqlCode(action)).toContain('#     "strength": 7');
  });

  test.each([
    ['GraphQL', graphqlCode(action)],
    ['fetch', fetchCode(action, target)],
    ['the client library', clientCode(action, target)],
  ])('for %s, it does not repeat the idempotency key of the page', (_, code) => {
    expect(code).not.toMatch(/idempotencyKey|one of this page/);
  });

  test('it takes the key from the environment, in the header of the gateway', () => {
    expect(fetchCode(action, { ...target, apiKeyHeader: 'x-flair' })).toContain(
      "'x-flair': process.env.FLAIR_API_KEY,",
    );
    expect(clientCode(action, target)).toContain('apiKey: process.env.FLAIR_API_KEY }');
    expect(clientCode(action, { ...target, apiKeyHeader: 'x-flair' })).toContain("headers: { 'x-flair': process.env");
  });

  test('for the sandbox, it contains no key', () => {
    const sandbox = { ...target, isSandbox: true };

    expect(fetchCode(action, sandbox) + clientCode(action, sandbox)).not.toContain('FLAIR_API_KEY');
  });

  test('documents of the client library are imported', () => {
    const client: Action['client'] = ({ call }) => call('createModel', { input: { displayName: "Coats' “best”" } });

    expect(clientCode({ ...action, client }, target)).toContain('import { createFlairClient, createModel } from');
    expect(clientCode({ ...action, client }, target)).toContain('displayName: "Coats\' “best”"');
  });
});
