import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { adaptContract } from '../../../src/config/contract/adapt.ts';
import { printContract } from '../../../src/config/contract/print.ts';
import { contract } from '../../../src/contract/contract.gen.ts';
import { isIdempotent } from '../../../src/upstream/policy/retry.ts';
import { NAMES, ROUTES, vendorDocument } from '../../support/other-vendor.ts';

type Json = Record<string, unknown>;

const printed = (): Json => parse(printContract(contract));

/** The part of a document at a path. */
function at(document: Json, ...path: string[]): Json {
  return path.reduce((node, key) => node[key] as Json, document);
}

function adapt(change: (document: Json) => void) {
  const document = printed();
  change(document);
  return adaptContract(contract, document);
}

const rename = (node: Json, from: string, to: string) => {
  node[to] = node[from];
  delete node[from];
};

const properties = (document: Json, schema: string) => at(document, 'components', 'schemas', schema, 'properties');

test('the printed contract is the built-in one', () => {
  const { contract: adapted, mistakes } = adaptContract(contract, printed());

  expect(mistakes).toEqual([]);
  expect(adapted).toEqual(contract);
});

test('a vendor with other paths, methods and names is adapted', () => {
  const { contract: adapted, mistakes } = adaptContract(contract, JSON.parse(JSON.stringify(vendorDocument())));

  expect(mistakes).toEqual([]);
  expect(Object.entries(adapted.operations).map(([id, { method, path }]) => [id, `${method} ${path}`])).toEqual(
    Object.keys(contract.operations).map((id) => [
      id,
      ROUTES[id as keyof typeof ROUTES].replace(
        /\{(\w+)\}/g,
        (_, name) => `{${Object.keys(NAMES).find((own) => NAMES[own] === name)}}`,
      ),
    ]),
  );
  expect(adapted.fields.Training).toMatchObject({ id: ['identifier'], status: ['state'], error: ['failure'] });
  expect(adapted.fields.ImageReference).toMatchObject({ url: ['href'], image: ['pixels'] });
  expect(adapted.operations.createPrediction.bodyNames).toMatchObject({
    prompt: { name: 'text' },
    image_size: { name: 'dimensions', fields: { width: { name: 'w' }, height: { name: 'h' } } },
  });
});

test('an operation that must not be repeated is not, whatever its method', () => {
  const { contract: adapted } = adaptContract(contract, vendorDocument());

  const { createModel, cancelTraining, replaceDataItem, deleteDataItem, listModels } = adapted.operations;
  expect([createModel, cancelTraining].map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
  expect([createModel, cancelTraining, replaceDataItem].map(isIdempotent)).toEqual([false, false, false]);
  expect([deleteDataItem, listModels].map(isIdempotent)).toEqual([true, true]);
});

test('schemas may have any name, be written in place and be composed, and a response may have status 201', () => {
  const { contract: adapted, mistakes } = adapt((document) => {
    const operation = at(document, 'paths', '/models', 'post');
    operation.responses = {
      '201': {
        content: {
          'application/json': {
            schema: {
              allOf: [
                { properties: { model_uid: { type: 'string', 'x-flair-name': 'id' } } },
                { $ref: '#/components/schemas/Extra' },
              ],
            },
          },
        },
      },
    };
    at(document, 'components', 'schemas').Extra = {
      properties: { title: { type: 'string', 'x-flair-name': 'displayName' } },
    };
  });

  expect(mistakes).toEqual([]);
  expect(adapted.fields.CreatedModel).toEqual({ id: ['model_uid'], displayName: ['title'] });
});

test('two properties for one field of a response are both accepted, and others are ignored', () => {
  const { contract: adapted, mistakes } = adapt((document) => {
    Object.assign(properties(document, 'ModelDetails'), {
      label: { 'x-flair-name': 'displayName' },
      owner: {},
      region: {},
    });
  });

  expect(mistakes).toEqual([]);
  expect(adapted.fields.ModelDetails).toEqual({ displayName: ['displayName', 'label'] });
});

describe('mistakes', () => {
  test.each<[name: string, change: (document: Json) => void, mistakes: RegExp[]]>([
    [
      'another version',
      (document) => Object.assign(document, { openapi: undefined, swagger: '2.0' }),
      [/must be an OpenAPI 3 document.*has no version/],
    ],
    [
      'an unknown and a missing operation',
      (document) => Object.assign(at(document, 'paths', '/models', 'get'), { operationId: 'getModels' }),
      [/`getModels` is no operation of the gateway\. Did you mean `listModels`\?/, /`listModels` is missing/],
    ],
    [
      'an operation without an id',
      (document) => Object.assign(at(document, 'paths'), { '/x': { get: {} } }),
      [/GET \/x must have an `operationId`/],
    ],
    [
      'an operation that occurs twice',
      (document) =>
        Object.assign(at(document, 'paths'), {
          '/x/{modelId}': { get: at(document, 'paths', '/models/{modelId}', 'get') },
        }),
      [/`getModel` must occur once, but is GET \/models\/\{modelId\} and GET \/x/],
    ],
    [
      'a path without its parameter',
      (document) => rename(at(document, 'paths'), '/predictions/{predictionId}', '/predictions/one'),
      [/`getPrediction` must contain the parameter \{predictionId\}/, /`deletePrediction` must contain/],
    ],
    [
      'a path with an unknown parameter',
      (document) => rename(at(document, 'paths'), '/predictions', '/{team}/predictions'),
      [/`createPrediction` may have no parameters, but has \{team\}/, /`listPredictions` may have/].toSorted(),
    ],
    [
      'a path with a query',
      (document) => rename(at(document, 'paths'), '/predictions', '/predictions?v=2'),
      [/must begin with "\/" and have no query/, /must begin with/],
    ],
    [
      'a read that is no GET',
      (document) => rename(at(document, 'paths', '/models/{modelId}'), 'get', 'post'),
      [/`getModel` reads, so its method must be GET, but is POST/],
    ],
    [
      'a write by GET',
      (document) => rename(at(document, 'paths', '/models/{modelId}/trainings/{trainingId}/cancel'), 'post', 'get'),
      [/`cancelTraining` writes, so its method must be POST/],
    ],
    [
      'a list without a cursor',
      (document) => delete at(document, 'paths', '/models', 'get').parameters,
      [/`listModels` must have a query parameter for `lastDocId`/],
    ],
    [
      'a required query parameter',
      (document) =>
        Object.assign(at(document, 'paths', '/models', 'post'), {
          parameters: [{ name: 'team', in: 'query', required: true }],
        }),
      [/`createModel` requires the query parameter `team`/],
    ],
    [
      'a request field under another name',
      (document) => rename(properties(document, 'StartTraining'), 'trainingStrength', 'training_strength'),
      [
        /`training_strength` resembles the field `trainingStrength`/,
        /must have one property for `trainingStrength`, but has no such property/,
        /requires `trainingStrength`, which the gateway does not send/,
      ],
    ],
    [
      'a nested request field',
      (document) => delete properties(document, 'ImageSize').width,
      [/Request of `createPrediction`, image_size must have one property for `width`/, /requires `width`/],
    ],
    [
      'an unknown field',
      (document) => Object.assign(at(properties(document, 'Model'), 'displayName'), { 'x-flair-name': 'displayNam' }),
      [
        /Response of `listModels`, models, displayName: `x-flair-name` must be one of id, displayName, customModelType, but is "displayNam"\. Did you mean displayName\?/,
      ],
    ],
    [
      'a response without an id',
      (document) => rename(properties(document, 'CreatedPrediction'), 'predictionId', 'generation'),
      [/Response of `createPrediction` must contain `predictionId`.*add `x-flair-name: predictionId`/],
    ],
    [
      'a field in snake case',
      (document) => rename(properties(document, 'ModelDetails'), 'displayName', 'display_name'),
      [/Response of `getModel`: `display_name` resembles the field `displayName`/],
    ],
    [
      'an upload as a form',
      (document) =>
        rename(
          at(document, 'paths', '/models/{modelId}/data', 'post', 'requestBody', 'content'),
          'application/octet-stream',
          'multipart/form-data',
        ),
      [/`uploadDataItem` must have a request body of application\/octet-stream.*but has multipart\/form-data/],
    ],
    [
      'a response that is not JSON',
      (document) =>
        rename(at(document, 'paths', '/models', 'get', 'responses', '200', 'content'), 'application/json', 'text/csv'),
      [/`listModels` must have a successful response of application\/json, but has text\/csv/],
    ],
    [
      'a reference to nothing',
      (document) => delete at(document, 'components', 'schemas').CreatedModel,
      [/reference #\/components\/schemas\/CreatedModel must lead to a part of this file/, /must contain `id`/],
    ],
    [
      'a reference to itself',
      (document) =>
        Object.assign(at(document, 'components', 'schemas'), {
          CreatedModel: { $ref: '#/components/schemas/CreatedModel' },
        }),
      [/CreatedModel must lead to/, /must contain `id`/],
    ],
  ])('%s', (_, change, expected) => {
    const { mistakes } = adapt(change);

    for (const pattern of expected) expect(mistakes).toContainEqual(expect.stringMatching(pattern));
    expect(mistakes).toHaveLength(expected.length);
  });

  test.each([null, 'text', [], { openapi: '3.1.0' }, { openapi: '3.1.0', paths: { '/a': null, '/b': { get: 3 } } }])(
    'a document such as %j is rejected',
    (document) => {
      expect(adaptContract(contract, document).mistakes.length).toBeGreaterThan(0);
    },
  );

  test('schemas that contain themselves end', () => {
    const { mistakes } = adapt((document) => {
      const { schemas } = at(document, 'components') as { schemas: Record<string, Json> };
      schemas.Model = { allOf: [{ $ref: '#/components/schemas/Model' }], ...schemas.Model };
    });

    expect(mistakes).toEqual([]);
  });
});

test('the printed contract explains itself, and is YAML', () => {
  const text = printContract(contract);

  expect(text).toMatch(/^# The contract of the upstream[\s\S]*x-flair-name: displayName/);
  expect(stringify(parse(text))).toContain('operationId: listModels');
});
