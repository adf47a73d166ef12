import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deriveContract } from '../../src/contract/derive.ts';
import { generate } from '../../src/contract/generate.ts';
import { type Json, yaml } from './support.ts';

/** Derives the contract of a minimal document with the given paths and components. */
const derive = ({ paths = {}, ...components }: Json) => deriveContract({ openapi: '3.1.0', paths, components });

const ok = { 200: { description: 'Done.' } };

describe('derived operations', () => {
  test('an operation has its method and path', () => {
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

  test('an operation has the query parameters of its path and its own, including references', () => {
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
    ['referenced raw bytes', { $ref: '#/components/requestBodies/Image' }, { kind: 'bytes' }],
    ['nothing', undefined, { kind: 'none' }],
  ])('the body of an operation can be %s', (_, requestBody, body) => {
    const { operations } = derive({
      requestBodies: { Image: { content: { 'application/octet-stream': {} } } },
      schemas: { Thing: { type: 'object' } },
      paths: { '/things': { post: { operationId: 'createThing', requestBody, responses: ok } } },
    });

    expect(operations).toMatchObject({ createThing: { body } });
  });

  test('an operation has the schema of its successful JSON response', () => {
    const { operations } = derive({
      responses: { Found: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } },
      schemas: { Thing: { type: 'object' } },
      paths: {
        '/things': { get: { operationId: 'getThing', responses: { 200: { $ref: '#/components/responses/Found' } } } },
      },
    });

    expect(operations).toMatchObject({ getThing: { response: 'Thing' } });
  });

  test('an operation without an operationId is an error', () => {
    expect(() => derive({ paths: { '/things': { get: { responses: ok } } } })).toThrow(
      'get /things has no operationId.',
    );
  });

  test('a JSON body whose schema has no name is an error', () => {
    const requestBody = { content: { 'application/json': { schema: { type: 'object' } } } };

    expect(() =>
      derive({ paths: { '/things': { post: { operationId: 'createThing', requestBody, responses: ok } } } }),
    ).toThrow('The JSON body of createThing must be a reference to a named schema.');
  });

  test('an unresolvable reference in an operation is an error', () => {
    const paths = {
      '/things': { get: { operationId: 'getThing', responses: { 200: { $ref: '#/components/responses/Lost' } } } },
    };

    expect(() => derive({ paths })).toThrow('The reference #/components/responses/Lost does not resolve.');
  });
});

describe('derived fields', () => {
  test('a field is read under its own name first, then under its alternative names', () => {
    const schemas = { Thing: { properties: { id: { 'x-also-read-as': ['thingId', 'key'] }, name: {} } } };

    expect(derive({ schemas }).fields).toEqual({ Thing: { id: ['id', 'thingId', 'key'], name: ['name'] } });
  });

  test('a schema has the fields of all parts of allOf and oneOf', () => {
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

  test('a schema without fields is omitted', () => {
    expect(derive({ schemas: { Id: { type: 'string' } } }).fields).toEqual({});
  });

  test('an unresolvable reference in a schema is an error', () => {
    const schemas = { Thing: { allOf: [{ $ref: '#/components/schemas/Lost' }] } };

    expect(() => derive({ schemas })).toThrow('The reference #/components/schemas/Lost does not resolve.');
  });
});

describe('the generated files', () => {
  test.each(['wire.gen.ts', 'contract.gen.ts'] as const)('%s is up to date with the document', async (name) => {
    const file = readFileSync(new URL(`../../src/contract/${name}`, import.meta.url), 'utf8');

    expect(file, 'Run: npm run contract').toBe((await generate(yaml))[name]);
  });
});
