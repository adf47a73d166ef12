import { expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import type { Contract } from '../../src/contract/contract.ts';
import { createSandbox, type SeenRequest } from '../../src/sandbox/sandbox.ts';
import { errorOf, ORIGIN, okJson, startSandbox } from './support.ts';

const edited: Contract = {
  ...contract,
  operations: {
    ...contract.operations,
    listModels: { ...contract.operations.listModels, path: '/v2/custom-models' },
    createModel: { ...contract.operations.createModel, path: '/v2/custom-models', method: 'PUT' },
    cancelTraining: { ...contract.operations.cancelTraining, path: '/trainings/{trainingId}:cancel/{modelId}' },
  },
  schemas: {
    ...contract.schemas,
    CreateModel: {
      type: 'object',
      required: ['displayName'],
      properties: { displayName: { type: 'string', maxLength: 3 } },
    },
  },
};

test('a sandbox has the routes and limits of its contract', async () => {
  const { sandbox, send } = startSandbox({ contract: edited });

  const { id } = await okJson<{ id: string }>(send('createModel', { json: { displayName: 'abc' } }));
  expect(await okJson(send('listModels'))).toMatchObject({ models: [{ id }] });
  expect(await errorOf(send('createModel', { json: { displayName: 'abcd' } }))).toMatchObject({
    status: 400,
    message: '`displayName` must NOT have more than 3 characters, but is "abcd".',
  });
  const old = new Request(`${ORIGIN}/models`, { headers: { 'x-api-key': 'demo' } });
  expect((await sandbox.fetch(old)).status).toBe(404);
  expect(await errorOf(send('cancelTraining', { path: { modelId: id, trainingId: 'unknown' } }))).toMatchObject({
    message: 'There is no training "unknown".',
  });
});

test('onRequest is called with each request and its operation', async () => {
  const seen: SeenRequest[] = [];
  const sandbox = createSandbox({ onRequest: (request) => seen.push(request) });
  const get = (path: string, key: string) =>
    sandbox.fetch(new Request(ORIGIN + path, { headers: { 'x-api-key': key } }));
  await get('/models?lastDocId=', 'demo');
  await get('/models/x', 'stranger');
  await get('/nothing', 'demo');

  expect(seen).toEqual([
    { operation: 'listModels', method: 'GET', path: '/models', keyHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    { operation: 'getModel', method: 'GET', path: '/models/x', keyHash: undefined },
    { operation: undefined, method: 'GET', path: '/nothing', keyHash: seen[0]?.keyHash },
  ]);
});
