import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startProgram, temporaryDirectory } from '../support/program.ts';
import { root } from '../support/readme.ts';
import { linkPackages, programs } from './support.ts';

const run = promisify(execFile);

/** Uses each custom scalar, in a way that does not compile if its type is `unknown` or `any`. */
const APP = `
import { graphql } from './gql/index.ts';

type IsExactly<Found, Expected> = (<T>() => T extends Found ? 1 : 2) extends <T>() => T extends Expected ? 1 : 2 ? true : false;

const query = graphql(\`
  query App { predictions { nodes { createdAt seed images { url } } } }
\`);
const mutation = graphql(\`
  mutation Send($input: UploadDataItemInput!) { uploadDataItem(input: $input) { __typename } }
\`);

type DataOf<Document> = Document extends { __apiType?: (variables: never) => infer Data } ? Data : never;
type VariablesOf<Document> = Document extends { __apiType?: (variables: infer Variables) => unknown } ? Variables : never;
type Prediction = NonNullable<DataOf<typeof query>['predictions']['nodes'][number]>;

export const dateTime: IsExactly<Prediction['createdAt'], string | null> = true;
export const seed: IsExactly<Prediction['seed'], number | null> = true;
export const url: IsExactly<NonNullable<Prediction['images']>[number]['url'], string> = true;
export const file: IsExactly<VariablesOf<typeof mutation>['input']['file'], Blob | string> = true;
`;

test('the recipe for code generation gives every scalar a type, from the schema that a gateway serves', {
  timeout: 90_000,
}, async () => {
  const { url } = await startProgram();
  const directory = await temporaryDirectory();
  await linkPackages(directory);
  await mkdir(join(directory, 'src'));
  await cp(`${programs}codegen.ts`, join(directory, 'codegen.ts'));
  await writeFile(join(directory, 'src/app.ts'), APP.replaceAll('\\`', '`'));
  await writeFile(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'esnext',
        moduleResolution: 'bundler',
        target: 'es2022',
        lib: ['es2022', 'dom'],
        types: [],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
      },
      include: ['src'],
    }),
  );

  await run(process.execPath, [`${root}node_modules/@graphql-codegen/cli/esm/bin.js`, '--config', 'codegen.ts'], {
    cwd: directory,
    env: { ...process.env, SCHEMA: `${url}/schema.graphql` },
  });
  const { stdout } = await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', '.'], {
    cwd: directory,
  }).catch((error: { stdout: string }) => error);

  expect(stdout).toBe('');
  const types = await readFile(join(directory, 'src/gql/graphql.ts'), 'utf8');
  expect(types).not.toMatch(/\b(?:unknown|any)\b(?=[;,} ]*$)/m);
});
