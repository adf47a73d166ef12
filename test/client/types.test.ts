import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const CONSUMER = `
import { ApolloClient, InMemoryCache, HttpLink } from '@apollo/client';
import { useQuery } from '@tanstack/react-query';
import { Client } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { WebSocket as NodeWebSocket } from 'ws';
import { createFlairClient, getModel, listModels, FlairError, JobError, type Job } from 'flair-graphql-gateway/client';
import { parseDocument, possibleTypes, typePolicies } from 'flair-graphql-gateway/apollo';
import { graphcache } from 'flair-graphql-gateway/urql';
import { relayConfig } from 'flair-graphql-gateway/relay';
import { scalars } from 'flair-graphql-gateway/codegen';
import { FlairProvider, useJob, useJobs, useModels, useUpload } from 'flair-graphql-gateway/react';

const client = createFlairClient({ url: '/graphql', webSocket: NodeWebSocket, apiKey: async () => 'key' });
createFlairClient({ url: new URL('http://localhost:4000/graphql'), webSocket: WebSocket, headers: { authorization: '' } });

const { model } = await client.request(getModel, { id: 'a' });
const word: string | null | undefined = model?.triggerWord;
// @ts-expect-error The id is missing.
await client.request(getModel, {});
// @ts-expect-error There is no such field.
model?.word;
const plain = await client.request<{ models: { nodes: { id: string }[] } }, Record<string, never>>('{ models { nodes { id } } }');
const id: string | undefined = plain.models.nodes[0]?.id;

for await (const job of client.watchJob('a')) if (job.__typename === 'Training') job.strength satisfies number | null;
const finished: Job = await client.watchJob('a');
const all: Map<string, Job> = await client.watchJobs(new Set(['a']));
const training = await client.train({ modelId: 'a', strength: 5 }, { onUpdate: ({ progress }) => progress.fraction });
try {
  await client.predict({ models: [{ id: 'a', scale: 1 }], prompt: training.triggerWord ?? '' });
} catch (error) {
  if (error instanceof JobError) error.job.failureReason satisfies string | null;
  if (error instanceof FlairError) error.retryAfter satisfies number | undefined;
}
for (const { dataItem, error } of await client.uploadImages([new Blob()], { modelId: 'a' })) {
  const url: string = dataItem ? dataItem.image.url : error.code;
}

const urql = new Client({ url: '', preferGetMethod: false, exchanges: [cacheExchange(graphcache)] });
const viaUrql: string | undefined = (await urql.query(listModels, { first: 2 })).data?.models.nodes[0]?.displayName;
const apollo = new ApolloClient({ cache: new InMemoryCache({ possibleTypes, typePolicies }), link: new HttpLink() });
const viaApollo = await apollo.query({ query: parseDocument(getModel), variables: { id: 'a' } });
const name: string | undefined = viaApollo.data?.model?.displayName;

export function Component() {
  const models = useQuery({ queryKey: ['models'], queryFn: ({ signal }) => client.request(listModels, {}, { signal }) });
  const first: string | undefined = models.data?.models.nodes[0]?.displayName;
  const { job, error, state } = useJob('a');
  const { jobs } = useJobs(['a']);
  const { files, upload } = useUpload();
  const { loadMore } = useModels({ first: 5 });
  return FlairProvider({ client, children: [first, job?.status, jobs.size, files.length] });
}
export { relayConfig, scalars, word, id, finished, all, viaUrql, name };
`;

const PACKAGES = [
  '@apollo',
  '@tanstack',
  '@urql',
  '@types',
  'graphql',
  'react',
  'rxjs',
  'wonka',
  'ws',
  'undici-types',
  'csstype',
  'graphql-ws',
  '@graphql-typed-document-node',
  '@0no-co',
  '@wry',
  'optimism',
];

test('a strict TypeScript project uses the types of the library, also with other clients', {
  timeout: 120_000,
}, async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'node_modules'));
  await symlink(root, join(directory, 'node_modules', 'flair-graphql-gateway'));
  for (const name of PACKAGES) await symlink(join(root, 'node_modules', name), join(directory, 'node_modules', name));
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await writeFile(join(directory, 'app.ts'), CONSUMER);

  const program = ts.createProgram([join(directory, 'app.ts')], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    // The types of other packages are not checked here; those of this one are.
    skipLibCheck: true,
    preserveSymlinks: true,
    types: ['node'],
  });
  const diagnostics = ts.getPreEmitDiagnostics(program);
  const problems = diagnostics.map(({ file, start = 0, messageText }) => {
    const { line } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0 };
    return `${file?.fileName}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });

  expect(problems).toEqual([]);
});
