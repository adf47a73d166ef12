import { isScalarType, isSpecifiedScalarType, parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { startGateway } from '../support/gateway.ts';

const query = async (text: string) => {
  const response = await startGateway().fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: text }),
  });
  return { status: response.status, ...((await response.json()) as { errors: { message: string }[] }) };
};

describe('an invalid literal of a scalar', () => {
  test.each([
    ['{ predictions(createdAfter: "2026") { nodes { id } } }', 'DateTime must be a string in ISO 8601'],
    ['{ predictions(createdAfter: 5) { nodes { id } } }', 'DateTime must be a string in ISO 8601'],
    ['query ($from: DateTime = "x") { predictions(createdAfter: $from) { nodes { id } } }', 'DateTime must be'],
    [
      'mutation { createPrediction(input: { prompt: "a", models: [], seed: 9007199254740993 }) { __typename } }',
      'SafeInt must be an integer',
    ],
    [
      'mutation { createPrediction(input: { prompt: "a", models: [], seed: "5" }) { __typename } }',
      'SafeInt must be an integer',
    ],
  ])('is reported with what is expected, and where: %s', async (text, message) => {
    const { status, errors } = await query(text);

    expect(status).toBe(200);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining(message),
      locations: [{ line: 1 }],
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });

  const scalars = Object.values(schema.getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );

  test.each(scalars.map((scalar) => [scalar.name, scalar] as const))('has a location: %s', (_, scalar) => {
    const literal = parseValue('{ no: "such value" }');

    expect(() => isScalarType(scalar) && scalar.parseLiteral(literal)).toThrow(
      expect.objectContaining({ locations: [{ line: 1, column: 1 }] }),
    );
  });
});
