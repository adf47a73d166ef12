import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { jsonSize } from '../../src/limits/json-size.ts';
import { startGateway } from '../support/gateway.ts';
import { TypedDocumentString } from '../support/gql/graphql.ts';
import { transports } from '../support/subscribe.ts';
import { ways } from './send.ts';

/** Starts a gateway with models of this name, and a finished training. */
const startWith = (displayName: string, responseBytes: number) =>
  startGateway({
    limits: { responseBytes },
    transport: async ({ url }) => {
      const models = Array.from({ length: 20 }, (_, index) => ({ id: `m${index}`, displayName }));
      const isList = url.endsWith('/models');
      return Response.json(isList ? { models, hasMore: false } : { status: 'completed', displayName });
    },
  });

const query = `{ models { nodes { a: displayName b: displayName c: displayName } } }`;
const tooLarge = {
  message: expect.stringContaining('(MAX_RESPONSE_BYTES)'),
  extensions: { code: 'RESPONSE_TOO_LARGE', retryable: false },
};

describe.each(ways)('over $way', ({ send }) => {
  test.each([
    ['of ASCII characters', 'x'.repeat(1_000)],
    ['of non-ASCII characters', 'ü€😀'.repeat(300)],
    ['of escaped characters', '\u0001"\\'.repeat(300)],
  ])('a response with strings %s is sent up to the limit, and an error above it', async (_, displayName) => {
    const { data } = await send(startWith(displayName, 50_000_000), { query });
    const bytes = Buffer.byteLength(JSON.stringify(data));

    expect(await send(startWith(displayName, bytes), { query })).toEqual({ data });
    expect(await send(startWith(displayName, bytes - 1), { query })).toMatchObject({ data: null, errors: [tooLarge] });
  });

  test('a response with many short values is sent up to the limit, and an error above it', async () => {
    const many = '{ __schema { types { fields { isDeprecated args { defaultValue } } } } }';
    const { data } = await send(startWith('', 50_000_000), { query: many });
    const bytes = Buffer.byteLength(JSON.stringify(data));

    expect(await send(startWith('', bytes), { query: many })).toEqual({ data });
    expect(await send(startWith('', bytes - 1), { query: many })).toMatchObject({ data: null, errors: [tooLarge] });
  });
});

test.each(transports)('a too large event over $transport is replaced by an error', async ({ subscribe }) => {
  const document = new TypedDocumentString<object, { id: string }>(
    'subscription ($id: ID!) { trainingUpdated(id: $id) { model { displayName } } }',
  );
  const started = startWith('x'.repeat(10_000), 5_000);

  const stream = await subscribe(started, document, { id: globalId({ kind: 'Training', modelId: 'm', id: 't' }) });

  expect(await stream.rest()).toMatchObject([{ data: null, errors: [tooLarge] }]);
});

describe('jsonSize', () => {
  test('returns the length of the JSON text in bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(jsonSize(value, Number.POSITIVE_INFINITY)).toBe(Buffer.byteLength(JSON.stringify(value)));
      }),
    );
  });

  test('omits values without a JSON form', () => {
    const value = { a: undefined, b: [undefined, Number.NaN], c: new Date(0), d: Object.create(null) };

    expect(jsonSize(value, Number.POSITIVE_INFINITY)).toBe(Buffer.byteLength(JSON.stringify(value)));
  });

  test('stops measuring at the limit', () => {
    let measured = 0;
    const list = Array.from({ length: 1_000 }, () => ({
      get text() {
        measured++;
        return 'x'.repeat(100);
      },
    }));

    expect(jsonSize(list, 1_000)).toBeGreaterThan(1_000);
    expect(measured).toBeLessThan(20);
  });
});
