import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deriveContract } from '../../src/contract/derive.ts';
import { generate } from '../../src/contract/generate.ts';
import { type Json, yaml } from './support.ts';

/** A document of a few lines: what it holds is what the test is about. */
const derive = ({ paths = {}, ...components }: Json) => deriveContract({ openapi: '3.1.0', paths, components });

const ok = { 200: { description: 'Done.' } };

describe('an operation', () => {
  test('has the method and path under which it stands', () => {
    const { operations } = derive({
      paths: {
        '/things/{thingId}': {
          get: { operationId: 'getThing', responses: ok },
          put: { operationId: 'putThing', responses: ok },
        },
      },
    });

    expect(operations).toEqual({
      getThing: { method: 'GET', path: '/things/{thingId}', query: [], body: { kind: 'none' } },
      putThing: { method: 'PUT', path: '/things/{thingId}', query: [], body: { kind: 'none' } },
    });
  });

  test('takes the query parameters of its path and its own, behind references too', () => {
    const { operations } = derive({
      parameters: { after: { name: 'lastDocId', in: 'query' } },
      paths: {
        '/things': {
          parameters: [
            { name: 'kind', in: 'query' },
            { name: 'x-trace', in: 'header' },
          ],
          get: { operationId: 'listThings', parameters: [{ $ref: '#/components/parameters/after' }], responses: ok },
        },
      },
    });

    expect(operations).toMatchObject({ listThings: { query: ['kind', 'lastDocId'] } });
  });

  test.each([
    [
      'a JSON schema by its name',
      { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
      { kind: 'json', schema: 'Thing' },
    ],
    ['raw bytes', { content: { 'application/octet-stream': {} } }, { kind: 'bytes' }],
    ['raw bytes behind a reference', { $ref: '#/components/requestBodies/Image' }, { kind: 'bytes' }],
    ['nothing', undefined, { kind: 'none' }],
  ])('is sent %s', (_, requestBody, body) => {
    const { operations } = derive({
      requestBodies: { Image: { content: { 'application/octet-stream': {} } } },
      schemas: { Thing: { type: 'object' } },
      paths: { '/things': { post: { operationId: 'createThing', requestBody, responses: ok } } },
    });

    expect(operations).toMatchObject({ createThing: { body } });
  });

  test('names the schema of its successful JSON answer', () => {
    const { operations } = derive({
      responses: { Found: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } },
      schemas: { Thing: { type: 'object' } },
      paths: {
        '/things': { get: { operationId: 'getThing', responses: { 200: { $ref: '#/components/responses/Found' } } } },
      },
    });

    expect(operations).toMatchObject({ getThing: { answer: 'Thing' } });
  });

  test('needs an operationId', () => {
    expect(() => derive({ paths: { '/things': { get: { responses: ok } } } })).toThrow(
      'get /things has no operationId.',
    );
  });

  test('needs a name for the schema of its JSON body', () => {
    const requestBody = { content: { 'application/json': { schema: { type: 'object' } } } };

    expect(() =>
      derive({ paths: { '/things': { post: { operationId: 'createThing', requestBody, responses: ok } } } }),
    ).toThrow('The JSON body of createThing must be a reference to a schema with a name.');
  });

  test('needs references that lead somewhere', () => {
    const paths = {
      '/things': { get: { operationId: 'getThing', responses: { 200: { $ref: '#/components/responses/Lost' } } } },
    };

    expect(() => derive({ paths })).toThrow('The reference #/components/responses/Lost leads nowhere.');
  });
});

describe('the fields of a schema', () => {
  test('are read under their own name first, then under the others that it accepts', () => {
    const schemas = { Thing: { properties: { id: { 'x-also-read-as': ['thingId', 'key'] }, name: {} } } };

    expect(derive({ schemas }).fields).toEqual({ Thing: { id: ['id', 'thingId', 'key'], name: ['name'] } });
  });

  test('are those of all its parts, whether they hold together or exclude each other', () => {
    const schemas = {
      Named: { properties: { name: {} } },
      Thing: {
        allOf: [{ $ref: '#/components/schemas/Named' }, { properties: { id: {} } }],
        properties: { size: {} },
      },
      Shape: { oneOf: [{ type: 'string' }, { properties: { url: { 'x-also-read-as': ['href'] } } }] },
    };

    expect(derive({ schemas }).fields).toEqual({
      Named: { name: ['name'] },
      Thing: { name: ['name'], id: ['id'], size: ['size'] },
      Shape: { url: ['url', 'href'] },
    });
  });

  test('are left out where it has none', () => {
    expect(derive({ schemas: { Id: { type: 'string' } } }).fields).toEqual({});
  });

  test('need references that lead somewhere', () => {
    const schemas = { Thing: { allOf: [{ $ref: '#/components/schemas/Lost' }] } };

    expect(() => derive({ schemas })).toThrow('The reference #/components/schemas/Lost leads nowhere.');
  });
});

describe('the generated files', () => {
  test.each(['wire.gen.ts', 'contract.gen.ts'] as const)('%s is what the document generates', async (name) => {
    const file = readFileSync(new URL(`../../src/contract/${name}`, import.meta.url), 'utf8');

    expect(file, 'Run: npm run contract').toBe((await generate(yaml))[name]);
  });
});
