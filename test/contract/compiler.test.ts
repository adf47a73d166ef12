import { describe, expect, test } from 'vitest';
import { Compiler } from './compiler.ts';
import { edit, type Json, readDocument, rename } from './support.ts';

const schema = (document: Json, name: string) => edit(document, 'components', 'schemas', name);

/** Caches parsed files for all tests; each test compiles an edited copy of the document. */
const compiler = new Compiler();

async function filesWithErrors(change: (document: Json) => void): Promise<string[]> {
  const document = readDocument();
  change(document);
  return Object.keys(await compiler.errorsWith(document));
}

describe('type checking against the contract', () => {
  test('client and sandbox compile against the current document', async () => {
    expect(await compiler.errorsWith(readDocument())).toEqual({});
  });

  test.each<[edit: string, change: (document: Json) => void, client: string, sandbox: string]>([
    [
      'a field of a response is renamed',
      (document) => rename(edit(schema(document, 'Model'), 'properties'), 'displayName', 'title'),
      'src/upstream/models.ts',
      'src/sandbox/models.ts',
    ],
    [
      'a field of a request is renamed',
      (document) => {
        rename(edit(schema(document, 'UpdateModel'), 'properties'), 'updatedDisplayName', 'title');
        schema(document, 'UpdateModel').required = ['title'];
      },
      'src/upstream/models.ts',
      'src/sandbox/models.ts',
    ],
    [
      'a path parameter is renamed',
      (document) => {
        edit(document, 'components', 'parameters', 'trainingId').name = 'jobId';
        for (const path of Object.keys(edit(document, 'paths'))) {
          rename(edit(document, 'paths'), path, path.replace('{trainingId}', '{jobId}'));
        }
      },
      'src/upstream/trainings.ts',
      'src/sandbox/trainings.ts',
    ],
    [
      'a query parameter is renamed',
      (document) => {
        edit(document, 'components', 'parameters', 'lastDocId').name = 'after';
      },
      'src/upstream/models.ts',
      'src/sandbox/models.ts',
    ],
    [
      'an operation is renamed',
      (document) => {
        edit(document, 'paths', '/predictions', 'post').operationId = 'startPrediction';
      },
      'src/upstream/predictions.ts',
      'src/sandbox/predictions.ts',
    ],
    [
      'an operation loses its body',
      (document) => {
        delete edit(document, 'paths', '/predictions', 'post').requestBody;
      },
      'src/upstream/predictions.ts',
      'src/sandbox/predictions.ts',
    ],
  ])('the compiler reports errors in client and sandbox when %s', async (_, change, client, sandbox) => {
    expect(await filesWithErrors(change)).toEqual(expect.arrayContaining([client, sandbox]));
  });

  test('the compiler reports a new operation without a sandbox handler', async () => {
    const errors = await filesWithErrors((document) => {
      edit(document, 'paths')['/account'] = { get: { operationId: 'getAccount', responses: { 200: {} } } };
    });

    expect(errors).toEqual(['src/sandbox/sandbox.ts']);
  });
});
