import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { mistakesOf, operationsOf } from './lint.ts';
import { at, edit, type Json, object, readDocument } from './support.ts';

const REFERENCE = [
  'Create a new custom model',
  'List all models',
  'Get model details by ID',
  'Update model display name',
  'Delete model (soft-delete)',
  'Upload data item for model',
  'List all data items for model',
  'Get data item details',
  'Update data item',
  'Delete data item',
  'Start model training',
  'List all training jobs for model',
  'Get training job status',
  'Cancel training job',
  'Delete training job record',
  'Create prediction',
  'List all predictions',
  'Get prediction status and results',
  'Delete prediction record',
];

describe('the contract with the upstream', () => {
  test('the document is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(readDocument());

    expect({ valid, errors: errors ?? [], version: validator.version }).toEqual({
      valid: true,
      errors: [],
      version: '3.1',
    });
  });

  test('the schemas are valid JSON Schema 2020-12 without unknown keywords', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false });
    ajv.addVocabulary(['x-source', 'x-also-read-as']);
    const { components } = readDocument();
    const schemas = object(object(components).schemas);
    ajv.addVocabulary(['components']);
    ajv.addSchema({ components: { schemas } }, 'contract');

    for (const name of Object.keys(schemas)) ajv.getSchema(`contract#/components/schemas/${name}`);
  });

  test('the document has exactly the operations of the vendor reference, by title', () => {
    const titles = operationsOf(readDocument()).map(({ operation }) => operation.summary);

    expect(titles.toSorted()).toEqual(REFERENCE.toSorted());
  });

  test('every part of the document has a description and a source', () => {
    expect(mistakesOf(readDocument())).toEqual([]);
  });

  test.each<[field: string, limits: Json]>([
    ['CreateModel', { required: ['displayName'], additionalProperties: false }],
    ['UpdateModel', { required: ['updatedDisplayName'], additionalProperties: false }],
    ['StartTraining', { required: ['trainingStrength'], additionalProperties: false }],
    ['StartTraining.trainingStrength', { type: 'integer', minimum: 0, maximum: 10 }],
    ['StartTraining.trainingSpeed', { type: 'string', enum: ['fast', 'high_quality'], default: 'high_quality' }],
    ['StartTraining.trainingStyle', { type: 'string', enum: ['content', 'style', 'balanced'] }],
    ['StartTraining.isStyle', { type: 'boolean' }],
    ['StartTraining.isInputFormatAlreadyPreprocessed', { type: 'boolean' }],
    ['CreatePrediction', { required: ['scaleConfigs', 'prompt'], additionalProperties: false }],
    ['CreatePrediction.seed', { type: 'integer' }],
    ['CreatePrediction.image_size.width', { type: 'integer', minimum: 512, maximum: 1536 }],
    ['CreatePrediction.image_size.height', { type: 'integer', minimum: 512, maximum: 1536 }],
    ['CreatePrediction.num_images', { type: 'integer', minimum: 1, maximum: 4 }],
    ['CreatePrediction.guidance_scale', { type: 'number', minimum: 0, maximum: 10 }],
    ['CreatePrediction.num_inference_steps', { type: 'integer', minimum: 1, maximum: 50 }],
    ['ImageBytes', { maxLength: 10 * 1024 * 1024 }],
  ])('%s has the limits of the vendor reference', (field, limits) => {
    const [schema = '', ...properties] = field.split('.');
    const keys = properties.flatMap((name) => ['properties', name]);

    expect(at(readDocument(), 'components', 'schemas', schema, ...keys)).toMatchObject(limits);
  });
});

describe('the rules of the document', () => {
  const listModels = ['paths', '/models', 'get'];
  const getModel = ['paths', '/models/{modelId}', 'get'];
  const withoutTheirKey =
    (key: string, ...keys: string[]) =>
    (document: Json) => {
      delete edit(document, ...keys)[key];
    };

  test.each<[mistake: string, break_: (document: Json) => void]>([
    ['GET /models needs an operationId.', withoutTheirKey('operationId', ...listModels)],
    ['GET /models needs a summary: its title in the reference.', withoutTheirKey('summary', ...listModels)],
    ['GET /models needs a description.', withoutTheirKey('description', ...listModels)],
    [
      'GET /models needs one tag, of those that the document describes: models, data, trainings, predictions.',
      (document) => {
        edit(document, ...listModels).tags = ['other'];
      },
    ],
    [
      'GET /models needs x-source: documented if it is in the reference, else inferred.',
      withoutTheirKey('x-source', ...listModels),
    ],
    [
      'GET /models needs x-route-source: documented if its method and path are in the reference, else inferred.',
      (document) => {
        edit(document, ...listModels)['x-route-source'] = 'guessed';
      },
    ],
    ['GET /models needs a response 200.', withoutTheirKey('200', ...listModels, 'responses')],
    ['GET /models needs a default response, for errors.', withoutTheirKey('default', ...listModels, 'responses')],
    [
      'GET /models/{modelId} has {modelId} in its path, but does not declare it among its parameters.',
      withoutTheirKey('parameters', 'paths', '/models/{modelId}'),
    ],
    [
      'GET /models/{modelId} declares the path parameter dataId, which its path does not have.',
      (document) => {
        edit(document, ...getModel).parameters = [{ $ref: '#/components/parameters/dataId' }];
      },
    ],
    [
      'The parameter lastDocId of GET /models needs a description: what it means, with its unit or range.',
      withoutTheirKey('description', 'components', 'parameters', 'lastDocId'),
    ],
    [
      'The property Error.error.message needs x-source: documented if it is in the reference, else inferred.',
      (document) => {
        edit(document, 'components', 'schemas', 'Error', 'properties').error = {
          description: 'What went wrong.',
          'x-source': 'inferred',
          oneOf: [{ type: 'object', properties: { message: { type: 'string', description: 'What went wrong.' } } }],
        };
      },
    ],
    [
      'The property DataItem.createdAt needs a description: what it means, with its unit or range.',
      withoutTheirKey('description', 'components', 'schemas', 'Timestamp'),
    ],
    [
      'Two operations have the operationId getModel.',
      (document) => {
        edit(document, ...listModels).operationId = 'getModel';
      },
    ],
    [
      'The reference #/components/schemas/Nothing does not resolve.',
      (document) => {
        edit(document, 'components', 'schemas', 'Model', 'properties', 'displayName').$ref =
          '#/components/schemas/Nothing';
      },
    ],
    [
      'Nothing refers to #/components/schemas/Left: use it or remove it.',
      (document) => {
        edit(document, 'components', 'schemas').Left = { type: 'string' };
      },
    ],
  ])('the lint reports: %s', (mistake, break_) => {
    const document = readDocument();
    break_(document);

    expect(mistakesOf(document)).toContain(mistake);
  });
});
