import { expect, test } from 'vitest';
import { requestTimeout } from '../../src/uploads/request-errors.ts';
import { type StartOptions, startGateway, type TestGateway } from '../support/gateway.ts';

/** Exceeds a limit, and returns the response. */
type Exceed = (started: TestGateway) => Promise<unknown>;

const post = async ({ fetch }: TestGateway, body: string) =>
  await (await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();

test.each<[setting: string, options: StartOptions, exceed: Exceed]>([
  [
    'MAX_OPERATIONS_PER_SECOND_PER_KEY',
    { rates: { perKey: 1 } },
    async (started) => {
      for (const _ of [1, 2]) await started.query('{ models { nodes { id } } }');
      return await started.query('{ models { nodes { id } } }');
    },
  ],
  ['MAX_BODY_BYTES', { uploads: { operationBytes: 1_024 } }, (started) => post(started, ' '.repeat(2_000))],
  [
    'MAX_UPLOAD_FILES',
    { uploads: { files: 1 } },
    async ({ fetch }) => {
      const query =
        'mutation ($files: [File!]!) { uploadDataItems(input: { modelId: "", files: $files }) { __typename } }';
      const form = new FormData();
      form.set('operations', JSON.stringify({ query, variables: { files: [null, null] } }));
      form.set('map', '{ "0": ["variables.files.0"], "1": ["variables.files.1"] }');
      for (const name of ['0', '1']) form.set(name, new Blob(['x']), name);
      return await (await fetch('/graphql', { method: 'POST', body: form })).json();
    },
  ],
])('the error for an exceeded limit names the setting %s', async (setting, options, exceed) => {
  expect(JSON.stringify(await exceed(startGateway(options)))).toContain(`(${setting})`);
});

test('the error for a slow upload names its setting', () => {
  expect(requestTimeout(120_000, 'UPLOAD_SECONDS').message).toContain('within 120 seconds (UPLOAD_SECONDS)');
});
