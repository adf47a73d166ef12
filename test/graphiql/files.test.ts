import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { filePathsOf, requestBody } from '../../src/graphiql/browser/files.ts';
import { filePathsIn } from '../../src/graphiql/file-paths.ts';

test('every input type with files is found in the schema', () => {
  expect(filePathsIn(schema)).toEqual({
    File: [[]],
    UploadDataItemInput: [['file']],
    UploadDataItemsInput: [['files', '*']],
    ReplaceDataItemInput: [['file']],
  });
});

test('files in nested and recursive input types are found', () => {
  const nested = buildSchema(`
    scalar File
    input Leaf { file: File, name: String }
    input Tree { leaves: [Leaf!]!, left: Tree, rows: [[File]] }
    input Plain { name: String }
    type Query { a(tree: Tree, plain: Plain): Int }
  `);

  expect(filePathsIn(nested)).toEqual({
    File: [[]],
    Leaf: [['file']],
    Tree: [
      ['leaves', '*', 'file'],
      ['rows', '*', '*'],
    ],
  });
});

test.each([
  ['mutation A($input: UploadDataItemInput!) { a }', [['input', 'file']]],
  ['mutation A($x:ID, $files : [File!]!) { a }', [['files', '*']]],
  ['mutation A($one: File, $input: UploadDataItemsInput!) { a }', [['one'], ['input', 'files', '*']]],
  ['# $other: File\nmutation A($input: ReplaceDataItemInput!) { a }', [['input', 'file']]],
  ['{ a }', []],
])('the files of %s are %j', (query, expected) => {
  expect(filePathsOf(query, filePathsIn(schema))).toEqual(expected);
});

test('variables with the names of chosen files become a multipart request', async () => {
  const files = new Map([['<file 1: a.png>', new File(['a'], 'a.png')]]);
  files.set('<file 2: b.png>', new File(['b'], 'b.png'));
  const variables = { input: { id: 'x', files: ['<file 1: a.png>', 'data:,c', '<file 2: b.png>'] } };

  const form = requestBody({ query: 'q', variables } as object, (text) => files.get(text));

  if (typeof form === 'string') throw new Error('Expected a form.');
  expect([...form.keys()]).toEqual(['operations', 'map', '0', '1']);
  expect(JSON.parse(String(form.get('operations')))).toEqual({
    query: 'q',
    variables: { input: { id: 'x', files: [null, 'data:,c', null] } },
  });
  expect(JSON.parse(String(form.get('map')))).toEqual({
    0: ['variables.input.files.0'],
    1: ['variables.input.files.2'],
  });
  expect(await (form.get('1') as File).text()).toBe('b');
});

test('variables without chosen files are sent as JSON', () => {
  const params = { query: 'q', variables: { file: '<file 1: a.png>', list: [null, 1, {}] } };

  expect(requestBody(params, () => undefined)).toBe(JSON.stringify(params));
});
