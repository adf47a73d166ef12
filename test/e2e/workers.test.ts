import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.ts';
import { respondersOf, until, workersOf } from '../support/workers.ts';
import { execute } from './client.ts';

const CREATE = `mutation ($input: CreateModelInput!) {
  createModel(input: $input) { __typename ... on CreateModelSuccess { model { id } } ... on Error { message } }
}`;
const MODELS = '{ models { nodes { displayName } } }';
const WORKERS = { WORKERS: '3', SANDBOX_SEED: 'false', SANDBOX_STORAGE: 'memory' };

/** Each test starts several processes. */
const SLOW = { timeout: 90_000 };

/** Sends a request over a connection of its own. */
const executeApart = <Data>(url: string, query: string, variables: object = {}) =>
  execute<Data>(url, query, variables, { connection: 'close' });

test('all workers serve one port, and the URL is printed once', SLOW, async () => {
  const program = await startProgram({ env: WORKERS });
  const workers = await workersOf(program);

  expect(workers).toHaveLength(3);
  await until(async () => {
    expect(await executeApart(program.url, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    return respondersOf(program).size === 3;
  });
  expect(respondersOf(program)).toEqual(new Set(workers));
  expect(program.output.stdout.match(/for GraphiQL/g)).toHaveLength(1);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test('WORKERS=1 starts no other process', SLOW, async () => {
  const program = await startProgram({ env: { WORKERS: '1' } });

  expect(await workersOf(program)).toEqual([]);
});

test('a model that one worker creates in the sandbox is visible through all of them', SLOW, async () => {
  const program = await startProgram({ env: WORKERS });

  await executeApart(program.url, CREATE, { input: { displayName: 'Shared' } });

  await until(async () => {
    expect(await executeApart(program.url, MODELS)).toEqual({
      data: { models: { nodes: [{ displayName: 'Shared' }] } },
    });
    return respondersOf(program).size === 3;
  });
});

test('faults of the embedded sandbox occur with several workers, broken connections too', SLOW, async () => {
  const env = { ...WORKERS, SANDBOX_FAULTS: 'reset:createModel:once, 404:listModels:once' };
  const { url } = await startProgram({ env });

  const reset = await executeApart(url, CREATE, { input: { displayName: 'Reset' } });
  const missing = await executeApart(url, MODELS);

  expect(reset).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_OUTCOME_UNKNOWN' } }] });
  expect(missing).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }] });
});

test('a write that is repeated over all workers with one idempotency key is sent once', SLOW, async () => {
  const program = await startProgram({ env: WORKERS });
  const input = { displayName: 'Once', idempotencyKey: 'the only one' };
  const create = () => executeApart(program.url, CREATE, { input });

  const responses = await Promise.all(Array.from({ length: 12 }, create));
  await until(() => respondersOf(program).size === 3);
  responses.push(await create());

  expect(responses[0]).toMatchObject({ data: { createModel: { __typename: 'CreateModelSuccess' } } });
  for (const response of responses) expect(response).toEqual(responses[0]);
  expect(await executeApart(program.url, MODELS)).toEqual({ data: { models: { nodes: [{ displayName: 'Once' }] } } });
});

test('a port that is in use is reported once, as with one process', SLOW, async () => {
  const { port } = new URL((await startProgram()).url);

  const { code, stdout, stderr } = await runProgram({ env: { PORT: port, WORKERS: '3' } });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.match(/`PORT` is/g)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
});
