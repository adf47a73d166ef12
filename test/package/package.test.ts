import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { execute } from '../e2e/client.ts';
import { installPackage, packPackage, startCommand } from '../support/package.ts';

test('the tarball contains the build, the schema, the README and the licenses, and nothing else', async () => {
  const { stdout } = await promisify(execFile)('tar', ['-tzf', await packPackage()]);

  const files = stdout.trim().split('\n');
  const isHashed = (file: string) =>
    /^package\/dist\/(client\/)?(chunks\/)?[\w.-]+\.js(\.map)?$|^package\/dist\/studio\/studio\/[\w.-]+$/.test(file);
  const others = files.filter((file) => !isHashed(file));
  expect(others.toSorted()).toEqual([
    'package/LICENSE',
    'package/README.md',
    'package/dist/THIRD-PARTY-LICENSES.txt',
    'package/dist/client/apollo.d.ts',
    'package/dist/client/cache/facts.gen.d.ts',
    'package/dist/client/codegen.d.ts',
    'package/dist/client/create-client.d.ts',
    'package/dist/client/documents.gen.d.ts',
    'package/dist/client/errors.d.ts',
    'package/dist/client/index.d.ts',
    'package/dist/client/job-error.d.ts',
    'package/dist/client/react/index.d.ts',
    'package/dist/client/react/index.js',
    'package/dist/client/react/index.js.map',
    'package/dist/client/react/provider.d.ts',
    'package/dist/client/react/types.d.ts',
    'package/dist/client/react/use-jobs.d.ts',
    'package/dist/client/react/use-models.d.ts',
    'package/dist/client/react/use-upload.d.ts',
    'package/dist/client/relay.d.ts',
    'package/dist/client/runtime.d.ts',
    'package/dist/client/typed-document.d.ts',
    'package/dist/client/types.d.ts',
    'package/dist/client/urql.d.ts',
    'package/dist/embedded/embedded-gateway.d.ts',
    'package/dist/embedded/settings.gen.d.ts',
    'package/dist/embedded/types.d.ts',
    'package/dist/index.d.ts',
    'package/dist/sandbox/main.js',
    'package/dist/sandbox/main.js.map',
    'package/dist/studio/index.html',
    'package/package.json',
    'package/schema/flair.openapi.yaml',
    'package/schema/schema.graphql',
  ]);
});

test('npx starts the gateway and the sandbox in an empty folder, which then contains their data', async () => {
  const directory = await installPackage();
  const [gateway, sandbox] = await Promise.all([
    startCommand('flair-graphql-gateway', directory),
    startCommand('flair-sandbox', directory, { SANDBOX_STORAGE: 'separate.sqlite' }),
  ]);

  const { data, errors } = await execute<{ models: { nodes: { displayName: string }[] } }>(
    gateway.url,
    '{ models(first: 1) { nodes { displayName dataItems(first: 1) { nodes { image { placeholder } } } } } }',
  );
  const models = await fetch(`${sandbox.url}/models`, { headers: { 'x-api-key': 'demo' } });

  expect(errors).toBeUndefined();
  expect(data?.models.nodes).toHaveLength(1);
  expect(models.status).toBe(200);
  await access(join(directory, '.data', 'sandbox.sqlite'));
  await access(join(directory, 'separate.sqlite'));
});
