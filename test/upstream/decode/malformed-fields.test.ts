import { describe, expect, test } from 'vitest';
import { startUpstream } from '../../support/upstream.ts';

/** Values of all types. Each field rejects some of them. */
const junk = {
  text: 'surely not',
  blank: ' ',
  number: 7.5,
  huge: 18_446_744_073_709_552_000,
  negative: -3e9,
  true: true,
  false: false,
  list: [7],
  nested: [[]],
  object: { surprise: 1 },
  empty: {},
} as const;

type Junk = keyof typeof junk;

const TEXT: Junk[] = ['number', 'huge', 'negative', 'true', 'false', 'list', 'nested', 'object', 'empty'];
const TIME: Junk[] = ['text', 'blank', 'huge', 'true', 'false', 'list', 'nested', 'object', 'empty'];
const NUMBER: Junk[] = ['text', 'blank', 'true', 'false', 'list', 'nested', 'object', 'empty'];
const INT: Junk[] = [...NUMBER, 'number', 'huge', 'negative'];
const SAFE: Junk[] = [...NUMBER, 'number', 'huge'];
const FLAG: Junk[] = ['text', 'blank', 'number', 'huge', 'list', 'nested', 'object', 'empty'];
const REASON: Junk[] = ['number', 'huge', 'negative', 'true', 'list', 'nested', 'object', 'empty'];
const IMAGES: Junk[] = ['text', 'blank', 'number', 'huge', 'negative', 'true', 'false', 'list', 'nested', 'object'];
const SCALES: Junk[] = ['text', 'blank', 'number', 'huge', 'negative', 'true', 'false', 'list', 'nested'];
const SIZE: Junk[] = [...SCALES, 'object', 'empty'];

const job = { createdAt: TIME, finishedAt: TIME, progress: NUMBER, error: REASON };
const fieldsOf = {
  training: {
    ...job,
    triggerWord: TEXT,
    trainingStrength: INT,
    trainingSpeed: TEXT,
    trainingStyle: TEXT,
    isStyle: FLAG,
    isInputFormatAlreadyPreprocessed: FLAG,
  },
  prediction: {
    ...job,
    images: IMAGES,
    scaleConfigs: SCALES,
    prompt: TEXT,
    seed: SAFE,
    image_size: SIZE,
    num_images: INT,
    guidance_scale: NUMBER,
    num_inference_steps: INT,
  },
  model: { displayName: TEXT, customModelType: TEXT },
  dataItem: { createdAt: TIME, contentType: TEXT },
};

const cases = Object.entries(fieldsOf).flatMap(([kind, fields]) =>
  Object.entries(fields).map(([field, values]) => [kind as keyof typeof fieldsOf, field, values] as const),
);

/** Reads an entity by id from an upstream that returns this body. */
async function read(kind: keyof typeof fieldsOf, body: object) {
  const { upstream } = await startUpstream('fetch', [Response.json({ status: 'completed', ...body })]);
  const key = { modelId: 'm', id: 'x' };
  const reads = {
    training: () => upstream.trainings.get(key),
    prediction: () => upstream.predictions.get('x'),
    model: () => upstream.models.get('x'),
    dataItem: () => upstream.dataItems.get(key),
  };
  return await reads[kind]();
}

/** Lists entities of an upstream that returns these items. */
async function list(kind: keyof typeof fieldsOf, items: unknown[]) {
  const page = { models: items, data: items, trainings: items, predictions: items };
  const { upstream } = await startUpstream('fetch', [Response.json(page)]);
  const lists = {
    training: () => upstream.trainings.list('m', undefined),
    prediction: () => upstream.predictions.list(undefined),
    model: () => upstream.models.list(undefined),
    dataItem: () => upstream.dataItems.list('m', undefined),
  };
  return (await lists[kind]()).rows;
}

describe.each(cases)('a %s with a malformed field %s', (kind, field, values) => {
  test.each(values)('a malformed value (%s) is recorded and does not affect other fields', async (name) => {
    const row = await read(kind, { [field]: junk[name] });

    expect(row).not.toHaveProperty(field);
    expect(row.malformed).toEqual({
      [field]: {
        operation: expect.stringMatching(/^get/),
        problem: expect.stringMatching(new RegExp(`^\\w+\\.${field}: expected .+, got `)),
      },
    });
    if ('status' in row) expect(row.status?.state).toBe('COMPLETED');
  });

  test('a malformed value does not affect its row or other rows of a list', async () => {
    const [first = 'empty'] = values;

    const rows = await list(kind, [{ id: 'a' }, { id: 'b', [field]: junk[first] }, { id: 'c' }]);

    expect(rows).toMatchObject([{ id: 'a' }, { id: 'b', malformed: { [field]: {} } }, { id: 'c' }]);
    expect(rows[0]).not.toHaveProperty('malformed');
  });
});

test('the errors of malformed fields do not contain the values', async () => {
  const row = await read('prediction', {
    progress: 'hunter2',
    images: ['ftp://hunter2'],
    scaleConfigs: { 'hunter/2': 1 },
  });

  expect(Object.keys(row.malformed ?? {})).toEqual(['images', 'progress', 'scaleConfigs']);
  expect(JSON.stringify(row.malformed)).not.toContain('hunter');
});

test.each([
  [{ images: [null, 'https://cdn.example/1.png'] }, 'images'],
  [{ images: ['', 'https://cdn.example/1.png'] }, 'images'],
  [{ images: 'https://cdn.example/1.png' }, 'images'],
  [{ image_size: { width: 512 } }, 'image_size'],
  [{ image_size: { width: 512.5, height: 512 } }, 'image_size'],
  [{ image_size: { width: 512, height: 3e9 } }, 'image_size'],
  [{ scaleConfigs: { a: null } }, 'scaleConfigs'],
  [{ scaleConfigs: { a: { weight: 1 } } }, 'scaleConfigs'],
  [{ scaleConfigs: { 'a/b': 1 } }, 'scaleConfigs'],
  [{ scaleConfigs: { '..': 1 } }, 'scaleConfigs'],
  [{ scaleConfigs: { 'a:b': 1 } }, 'scaleConfigs'],
  [{ scaleConfigs: [{ modelId: 'a', scale: 1 }] }, 'scaleConfigs'],
  [{ progress: '45%' }, 'progress'],
  [{ error: { code: 5 } }, 'error'],
  [{ seed: '9007199254740993' }, 'seed'],
  [{ seed: -9_007_199_254_740_992 }, 'seed'],
  [{ num_images: 2_147_483_648 }, 'num_images'],
])('%j of a prediction makes only %s malformed', async (body, field) => {
  expect(Object.keys((await read('prediction', body)).malformed ?? {})).toEqual([field]);
});

test.each([
  [{ progress: '42' }, { progress: 0.42 }],
  [{ guidance_scale: '7.5' }, { guidance_scale: 7.5 }],
  [{ guidance_scale: '1e1' }, { guidance_scale: 10 }],
  [{ num_images: '4' }, { num_images: 4 }],
  [{ seed: '9007199254740991' }, { seed: 9_007_199_254_740_991 }],
  [
    { scaleConfigs: { a: '0.5', b: { scale: '2' } } },
    {
      scaleConfigs: [
        { modelId: 'a', scale: 0.5 },
        { modelId: 'b', scale: 2 },
      ],
    },
  ],
  [{ image_size: { width: '512', height: 768 } }, { image_size: { width: 512, height: 768 } }],
  [{ images: null, outputs: ['https://cdn.example/1.png'] }, { images: [{ url: 'https://cdn.example/1.png' }] }],
  [{ images: ['  https://cdn.example/1.png\n'] }, { images: [{ url: 'https://cdn.example/1.png' }] }],
  [{ images: [{ url: '\u0000', image: 'iVBORw0KGgo=' }] }, { images: [{ base64: 'iVBORw0KGgo=' }] }],
  [{ error: false }, { error: null }],
  [{ error: { code: 5, detail: 'Out of memory.' } }, { error: 'Out of memory.' }],
  [{ error: ['Out of memory.'] }, { error: 'Out of memory.' }],
])('%j of a prediction is read as %j', async (body, expected) => {
  const row = await read('prediction', body);

  expect(row).toMatchObject(expected);
  expect(row).not.toHaveProperty('malformed');
});

test.each(['', ' ', '0x10', '45%', 'Infinity', 'NaN', '1,000', '+1', '.5', '1.', '007', '1e999', ' 7'])(
  'the text %j is not a number',
  async (text) => {
    expect((await read('prediction', { guidance_scale: text })).malformed).toHaveProperty('guidance_scale');
  },
);

test.each([
  [{ isStyle: 'true' }, { isStyle: true }],
  [{ isStyle: 'False' }, { isStyle: false }],
  [{ trainingSpeed: 'FAST' }, { trainingSpeed: 'fast' }],
  [{ trainingSpeed: 'High Quality' }, { trainingSpeed: 'high_quality' }],
  [{ trainingStrength: '5' }, { trainingStrength: 5 }],
])('%j of a training is read as %j', async (body, expected) => {
  expect(await read('training', body)).toMatchObject(expected);
});

test.each([[7], [true], [null], [['completed']], [{ state: 'completed' }]])(
  'a status of %j fails the read of a job, and only its own field in a list',
  async (status) => {
    await expect(read('prediction', { status })).rejects.toThrow(
      'getPrediction: PredictionDetails.status: expected a string',
    );
    expect(await list('prediction', [{ id: 'a', status }])).toMatchObject([{ id: 'a', malformed: { status: {} } }]);
  },
);
