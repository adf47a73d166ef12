import { describe, expect, test } from 'vitest';
import { Compiler } from './compiler.ts';
import { edit, type Json, readDocument, rename } from './support.ts';

const schema = (document: Json, name: string) => edit(document, 'components', 'schemas', name);

/** Everything is parsed once for all the tests below; each compiles an edited copy of its own. */
const compiler = new Compiler();

async function filesWithErrors(change: (document: Json) => void): Promise<string[]> {
  const document = readDocument();
  change(document);
  return Object.keys(await compiler.errorsWith(document));
}

describe('the compiler', () => {
  test('has nothing against the document as it is', async () => {
    expect(await compiler.errorsWith(readDocument())).toEqual({});
  });

  test.each<[edit: string, change: (document: Json) => void, client: string, sandbox: string]>([
    [
      'a field of an answer is renamed',
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
      'an operation is no longer sent a body',
      (document) => {
        delete edit(document, 'paths', '/predictions', 'post').requestBody;
      },
      'src/upstream/predictions.ts',
      'src/sandbox/predictions.ts',
    ],
  ])('says where client and sandbox must follow when %s', async (_, change, client, sandbox) => {
    expect(await filesWithErrors(change)).toEqual(expect.arrayContaining([client, sandbox]));
  });

  test('wants every new operation from the sandbox', async () => {
    const errors = await filesWithErrors((document) => {
      edit(document, 'paths')['/account'] = { get: { operationId: 'getAccount', responses: { 200: {} } } };
    });

    expect(errors).toEqual(['src/sandbox/sandbox.ts']);
  });
});
