import { describe, expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import type { OperationId, Wire } from '../../src/contract/contract.ts';
import { FaultSyntaxError, parseFaults } from '../../src/sandbox/fault-syntax.ts';
import { operationIds } from '../../src/sandbox/router.ts';
import { errorOf, ORIGIN, okJson, startSandbox } from './support.ts';

const parse = (text: string) => parseFaults(text, operationIds(contract.operations));

describe('the fault syntax', () => {
  test('a fault has an effect, an operation, a condition and options', () => {
    expect(
      parse(
        '429:listModels:0.1:retryAfter=2, delay:getTraining:always:ms=800,\nreset:startTraining:once:after, 503:*:3x',
      ),
    ).toEqual([
      {
        effect: { kind: 'status', status: 429, retryAfter: 2 },
        target: 'listModels',
        when: { share: 0.1 },
        after: false,
      },
      { effect: { kind: 'delay', duration: 800 }, target: 'getTraining', when: { share: 1 }, after: false },
      { effect: { kind: 'reset' }, target: 'startTraining', when: { first: 1 }, after: true },
      { effect: { kind: 'status', status: 503 }, target: '*', when: { first: 3 }, after: false },
    ]);
    expect(parse(' ,\n')).toEqual([]);
  });

  test.each([
    ['200:*:1', 'In the fault "200:*:1" the effect must be a status from 400 to 599, delay or reset, but is "200".'],
    ['503:listModel:1', 'the operation must be *, image, or one of listModels, createModel'],
    ['503:*', 'the time must be always, once, <count>x, or a share over 0 and up to 1, but is "".'],
    ['503:*:1.5', 'but is "1.5".'],
    ['503:*:0', 'but is "0".'],
    ['503:*:0x', 'but is "0x".'],
    ['503:*:1:ms=3', 'an option must be retryAfter=<whole number> or after, but is "ms=3".'],
    ['503:*:1:retryAfter=soon', 'but is "retryAfter=soon".'],
    ['503:*:1:after=1', 'but is "after=1".'],
    ['delay:*:1', 'the delay must be given as ms=<milliseconds>'],
  ])('the invalid fault %j is rejected with what was expected', (text, message) => {
    expect(() => parse(text)).toThrow(FaultSyntaxError);
    expect(() => parse(text)).toThrow(message);
    expect(() => startSandbox({ faults: text })).toThrow(message);
  });
});

describe('faults', () => {
  const statuses = async (send: (id: OperationId) => Promise<Response>, count: number) => {
    const seen = [];
    for (let index = 0; index < count; index++) seen.push((await send('listModels')).status);
    return seen;
  };

  test('a share affects evenly spread requests, always the same ones', async () => {
    const { send } = startSandbox({ faults: '503:listModels:0.25' });
    expect(await statuses(send, 8)).toEqual([200, 200, 200, 503, 200, 200, 200, 503]);
    const uneven = startSandbox({ faults: '500:*:0.29' });
    expect((await statuses(uneven.send, 100)).filter((status) => status === 500)).toHaveLength(29);
  });

  test('a count affects only the first requests', async () => {
    const { send } = startSandbox({ faults: '429:listModels:2x:retryAfter=3' });
    const first = await send('listModels');
    expect(first.headers.get('retry-after')).toBe('3');
    expect(await errorOf(Promise.resolve(first))).toEqual({
      status: 429,
      message: 'The sandbox simulates status 429 here.',
    });
    expect(await statuses(send, 2)).toEqual([429, 200]);
  });

  test('a fault does not affect other operations', async () => {
    const { send, createModel } = startSandbox({ faults: '503:listModels:always' });
    await createModel();
    expect((await send('listPredictions')).status).toBe(200);
    expect((await send('listModels')).status).toBe(503);
  });

  test('a fault before an operation prevents its effect; one after it only loses the response', async () => {
    const count = async (faults: string) => {
      const { send } = startSandbox({ faults });
      const { status } = await send('createModel', { json: { displayName: 'x' } });
      const { models } = await okJson<Wire['ModelPage']>(send('listModels'));
      return { status, models: models.length };
    };

    expect(await count('503:createModel:once')).toEqual({ status: 503, models: 0 });
    expect(await count('503:createModel:once:after')).toEqual({ status: 503, models: 1 });
  });

  test('a reset rejects with the error of fetch', async () => {
    const { send } = startSandbox({ faults: 'reset:createModel:once:after' });
    const error: unknown = await send('createModel', { json: { displayName: 'x' } }).catch((reason) => reason);

    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNRESET' } });
    expect(await okJson(send('listModels'))).toMatchObject({ models: [{ displayName: 'x' }] });
  });

  test('a delay waits before the operation or after it', async () => {
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => void waits.push(milliseconds);
    const { send } = startSandbox({ faults: 'delay:listModels:always:ms=800, delay:*:once:ms=5:after', sleep });
    await send('listModels');
    await send('listModels');

    expect(waits).toEqual([800, 5, 800]);
  });

  test('a delay ends when the request is aborted', async () => {
    const { sandbox } = startSandbox({ faults: 'delay:*:always:ms=3600000' });
    const abort = new AbortController();
    const request = new Request(`${ORIGIN}/models`, { headers: { 'x-api-key': 'demo' }, signal: abort.signal });
    const response = sandbox.fetch(request);
    abort.abort();

    await expect(response).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('the target image affects signed image URLs', async () => {
    const { open, clock, createModel, predict, prediction } = startSandbox({ faults: '503:image:once' });
    const id = await predict({
      scaleConfigs: { [await createModel()]: 1 },
      prompt: 'x',
      image_size: { width: 512, height: 512 },
    });
    clock.now += 60_000;
    const { images } = await prediction(id);

    expect((await open(images?.[0])).status).toBe(503);
    expect((await open(images?.[0])).status).toBe(200);
  });
});

describe('the fault configuration over HTTP', () => {
  const control = (method: string, body?: string, key = 'demo') =>
    new Request(`${ORIGIN}/_sandbox/faults`, {
      method,
      headers: { 'x-api-key': key },
      ...(body !== undefined && { body }),
    });

  test('faults can be read and replaced while the sandbox runs', async () => {
    const { sandbox, send } = startSandbox();
    expect(await (await sandbox.fetch(control('GET'))).text()).toBe('');

    expect(await (await sandbox.fetch(control('PUT', '503:listModels:once'))).text()).toBe('503:listModels:once');
    expect(sandbox.faults.text).toBe('503:listModels:once');
    expect((await send('listModels')).status).toBe(503);
    sandbox.faults.text = '';
    expect((await send('listModels')).status).toBe(200);
  });

  test('an invalid list of faults is rejected and the current one is kept', async () => {
    const { sandbox } = startSandbox({ faults: '503:listModels:once' });
    expect(await errorOf(sandbox.fetch(control('PUT', '503')))).toMatchObject({
      status: 400,
      message: expect.stringContaining('In the fault "503"'),
    });
    expect(sandbox.faults.text).toBe('503:listModels:once');
  });

  test('the fault configuration requires a key and supports only GET and PUT', async () => {
    const { sandbox } = startSandbox();
    expect(await errorOf(sandbox.fetch(control('GET', undefined, 'stranger')))).toMatchObject({ status: 401 });
    expect(await errorOf(sandbox.fetch(control('DELETE')))).toMatchObject({ status: 405 });
  });
});
