import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import { expect, test } from 'vitest';
import { scalars } from '../../src/client/codegen.ts';

const schema = fileURLToPath(new URL('../../schema/schema.graphql', import.meta.url));

test('every scalar of the graph has a type', async () => {
  const { ID: _, ...own } = scalars;
  const types = Object.values(buildSchema(await readFile(schema, 'utf8')).getTypeMap());

  const names = types.filter((type) => isScalarType(type) && !isSpecifiedScalarType(type)).map(({ name }) => name);
  expect(Object.keys(own).toSorted()).toEqual(names.toSorted());
});

test('with the scalars, generated types contain no `unknown` and no `any`', async () => {
  const documents = `
    query Everything($id: ID!) {
      prediction(id: $id) { id createdAt seed progress { estimatedCompletionAt } images { url } }
    }
    mutation Upload($input: UploadDataItemInput!) { uploadDataItem(input: $input) { __typename } }
  `;
  const typesWith = async (config: object) => {
    const plugins = ['typescript-operations'];
    const files = await generate(
      { schema, documents, generates: { 'types.ts': { plugins, config } }, silent: true },
      false,
    );
    // Without the types that the plugin declares for itself.
    return String(files[0]?.content).replace(/type (Exact|Incremental)[^\n]*/g, '');
  };

  const types = await typesWith({ scalars, strictScalars: true });
  expect(types).toMatch(/createdAt: string \| null/);
  expect(types).toMatch(/file: Blob \| string/);
  expect(types).not.toMatch(/\b(unknown|any)\b/);
  expect(await typesWith({})).toMatch(/\b(unknown|any)\b/);
});
