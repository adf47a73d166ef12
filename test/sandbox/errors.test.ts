import { describe, expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import { operationIds } from '../../src/sandbox/router.ts';
import { errorOf, ORIGIN, okJson, PNG_START, startSandbox } from './support.ts';

const path = { modelId: 'unknown', dataId: 'unknown', trainingId: 'unknown', predictionId: 'unknown' };
const bodyFor = {
  createModel: { displayName: 'x' },
  updateModel: { updatedDisplayName: 'x' },
  startTraining: { trainingStrength: 1 },
  createPrediction: { scaleConfigs: { unknown: 1 }, prompt: 'x' },
};

describe('every operation', () => {
  test.each(operationIds(contract.operations))('%s rejects a missing and an unknown key', async (operation) => {
    const { send } = startSandbox();
    for (const key of [null, '', 'stranger']) {
      expect(await errorOf(send(operation, { path, key }))).toEqual({
        status: 401,
        message: 'The API key is missing or unknown. Send a valid key in the header x-api-key.',
      });
    }
  });

  test.each(
    operationIds(contract.operations).filter((id) => !['listModels', 'createModel', 'listPredictions'].includes(id)),
  )('%s returns 404 for an unknown id', async (operation) => {
    const { send } = startSandbox();
    const json = Object.entries(bodyFor).find(([id]) => id === operation)?.[1];
    const bytes = contract.operations[operation].body.kind === 'bytes' ? PNG_START : undefined;
    expect(await errorOf(send(operation, { path, ...(json && { json }), ...(bytes && { bytes }) }))).toMatchObject({
      status: 404,
      message: expect.stringContaining('"unknown"'),
    });
  });

  test.each(operationIds(contract.operations))('%s has no access to documents of other keys', async (operation) => {
    const { send, trainedModel, predict, upload } = startSandbox({ keys: ['other'] });
    const { modelId, trainingId } = await trainedModel();
    const dataId = await upload(modelId);
    const predictionId = await predict({ scaleConfigs: { [modelId]: 1 }, prompt: 'x' });
    const bodies = { ...bodyFor, createPrediction: { scaleConfigs: { [modelId]: 1 }, prompt: 'x' } };
    const json = Object.entries(bodies).find(([id]) => id === operation)?.[1];
    const bytes = contract.operations[operation].body.kind === 'bytes' ? PNG_START : undefined;
    const response = await send(operation, {
      path: { modelId, dataId, trainingId, predictionId },
      key: 'other',
      ...(json && { json }),
      ...(bytes && { bytes }),
    });

    if (operation === 'createModel') return expect(response.status).toBe(200);
    if (operation === 'listModels') return expect(await response.json()).toMatchObject({ models: [] });
    if (operation === 'listPredictions') return expect(await response.json()).toMatchObject({ predictions: [] });
    return expect(response.status).toBe(404);
  });
});

describe('the API key', () => {
  test('the API key is read from the configured header', async () => {
    const { send } = startSandbox({ apiKeyHeader: 'authorization', keys: ['secret'] });
    expect((await send('listModels', { key: null, headers: { authorization: 'secret' } })).status).toBe(200);
    expect(await errorOf(send('listModels', { key: 'secret' }))).toMatchObject({ status: 401 });
  });
});

describe('request bodies', () => {
  const badBodies = [
    ['createModel', {}, '`displayName` is missing.'],
    ['createModel', { displayName: '' }, '`displayName` must NOT have fewer than 1 characters, but is "".'],
    ['createModel', { displayName: 7 }, '`displayName` must be string, but is 7.'],
    ['createModel', [], 'The body must be object, but is [].'],
    [
      'createModel',
      { displayName: 'x', name: 'x' },
      '`name` is not a known field; known fields are displayName, customModelType.',
    ],
    ['updateModel', { displayName: 'x' }, '`updatedDisplayName` is missing.'],
    ['startTraining', {}, '`trainingStrength` is missing.'],
    ['startTraining', { trainingStrength: 11 }, '`trainingStrength` must be <= 10, but is 11.'],
    ['startTraining', { trainingStrength: -1 }, '`trainingStrength` must be >= 0, but is -1.'],
    ['startTraining', { trainingStrength: 1.5 }, '`trainingStrength` must be integer, but is 1.5.'],
    [
      'startTraining',
      { trainingStrength: 1, trainingSpeed: 'slow' },
      '`trainingSpeed` must be one of "fast", "high_quality", but is "slow".',
    ],
    [
      'startTraining',
      { trainingStrength: 1, trainingStyle: 'x' },
      '`trainingStyle` must be one of "content", "style", "balanced"',
    ],
    ['startTraining', { trainingStrength: 1, isStyle: 'yes' }, '`isStyle` must be boolean, but is "yes".'],
    ['createPrediction', { prompt: 'x' }, '`scaleConfigs` is missing.'],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: {} },
      '`scaleConfigs` must NOT have fewer than 1 properties, but is {}.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 'much' } },
      '`scaleConfigs.unknown` must be number, but is "much".',
    ],
    ['createPrediction', { scaleConfigs: { unknown: 1 } }, '`prompt` is missing.'],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, num_images: 5 },
      '`num_images` must be <= 4, but is 5.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, num_images: 0 },
      '`num_images` must be >= 1, but is 0.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, guidance_scale: 10.1 },
      '`guidance_scale` must be <= 10, but is 10.1.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, num_inference_steps: 51 },
      '`num_inference_steps` must be <= 50, but is 51.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, image_size: { width: 511, height: 1537 } },
      '`image_size.width` must be >= 512, but is 511. `image_size.height` must be <= 1536, but is 1537.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, image_size: { width: 512 } },
      '`image_size.height` is missing.',
    ],
    [
      'createPrediction',
      { prompt: 'x', scaleConfigs: { unknown: 1 }, seed: 0.5 },
      '`seed` must be integer, but is 0.5.',
    ],
  ] as const;

  test.each(badBodies)(
    'a body of %s that is %j is rejected with a sentence for each field',
    async (operation, json, message) => {
      const { send } = startSandbox();
      const { status, message: got } = await errorOf(send(operation, { path, json }));
      expect(got).toContain(message);
      expect(status).toBe(400);
    },
  );

  test('a body that is not JSON is rejected', async () => {
    const { sandbox } = startSandbox();
    const post = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
      errorOf(
        sandbox.fetch(
          new Request(`${ORIGIN}/models`, {
            method: 'POST',
            body,
            headers: { 'x-api-key': 'demo', 'content-type': type },
          }),
        ),
      );

    expect(await post('{"displayName":', 'application/json')).toMatchObject({
      status: 400,
      message: expect.stringContaining('must be JSON'),
    });
    expect(await post(Uint8Array.of(0x22, 0xff, 0x22), 'application/json')).toMatchObject({ status: 400 });
    expect(await post('{"displayName":"x"}', 'text/plain')).toEqual({
      status: 415,
      message: 'The header content-type must be application/json, but is "text/plain".',
    });
  });

  test('a JSON body may declare a charset', async () => {
    const { send } = startSandbox();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await send('createModel', { json: { displayName: 'é' }, headers })).status).toBe(200);
  });
});

describe('uploaded images', () => {
  const LIMIT = 10_485_760;
  const image = (size: number) => {
    const bytes = new Uint8Array(size);
    bytes.set(PNG_START);
    return bytes;
  };

  test('an uploaded image has at most 10,485,760 bytes', async () => {
    const { send, createModel } = startSandbox();
    const modelId = await createModel();
    expect((await send('uploadDataItem', { path: { modelId }, bytes: image(LIMIT) })).status).toBe(200);
    expect(await errorOf(send('uploadDataItem', { path: { modelId }, bytes: image(LIMIT + 1) }))).toEqual({
      status: 413,
      message: 'The body is too large: at most 10485760 bytes are accepted. Send a smaller one.',
    });
    expect(await okJson(send('listDataItems', { path: { modelId } }))).toMatchObject({ data: [{}] });
  });

  test('an endless upload is stopped at the limit, regardless of its content-length', async () => {
    const { sandbox, createModel } = startSandbox({ maxImageBytes: 1_000 });
    const modelId = await createModel();
    let pulled = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 500;
        controller.enqueue(image(500));
      },
    });
    const headers = { 'x-api-key': 'demo', 'content-type': 'application/octet-stream', 'content-length': '10' };
    const init = { method: 'POST', headers, body, duplex: 'half' as const };

    expect(await errorOf(sandbox.fetch(new Request(`${ORIGIN}/models/${modelId}/data`, init)))).toMatchObject({
      status: 413,
    });
    expect(pulled).toBeLessThan(10_000);
  });

  test('an upload whose first bytes are not those of webp, png or jpeg is rejected', async () => {
    const { send, createModel, upload } = startSandbox();
    const modelId = await createModel();
    const dataId = await upload(modelId);
    for (const bytes of [
      new Uint8Array(Buffer.from('GIF89a')),
      new Uint8Array(Buffer.from('RIFF\0\0\0\0WAVE')),
      new Uint8Array(),
    ]) {
      expect(await errorOf(send('uploadDataItem', { path: { modelId }, bytes }))).toMatchObject({ status: 415 });
      expect(await errorOf(send('replaceDataItem', { path: { modelId, dataId }, bytes }))).toMatchObject({
        status: 415,
      });
    }
  });

  test('an upload with another media type than application/octet-stream is rejected', async () => {
    const { send, createModel } = startSandbox();
    const sent = { path: { modelId: await createModel() }, bytes: PNG_START, headers: { 'content-type': 'image/png' } };
    expect(await errorOf(send('uploadDataItem', sent))).toEqual({
      status: 415,
      message: 'The header content-type must be application/octet-stream, but is "image/png".',
    });
  });
});

describe('routes', () => {
  const send = (url: string, method = 'GET') => {
    const { sandbox } = startSandbox();
    return sandbox.fetch(new Request(`${ORIGIN}${url}`, { method, headers: { 'x-api-key': 'demo' } }));
  };

  test.each(['/', '/nothing', '/models/', '/models/a/b/c/d', '/models/%ff', '/_sandbox', '/_sandbox/images/data/x/1'])(
    'the unknown path %s returns 404 with a JSON body',
    async (url) => {
      expect(await errorOf(send(url))).toMatchObject({
        status: 404,
        message: expect.stringContaining('There is nothing at'),
      });
    },
  );

  test('an unsupported method returns 405 with the supported methods', async () => {
    const response = await send('/models/x', 'PUT');
    expect(response.headers.get('allow')).toBe('GET, PATCH, DELETE');
    expect(await errorOf(Promise.resolve(response))).toEqual({
      status: 405,
      message: 'The method must be GET, PATCH, DELETE here, but is PUT.',
    });
  });
});
