import { buildSchema, type ExecutionArgs, type GraphQLResolveInfo, parse, execute as referenceExecute } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Arguments, execute } from '../../src/executor/execute.ts';

const schema = buildSchema(`
  interface Named { name: String }
  type Person implements Named { name: String }
  type Query { named: Named leaf(a: Int, b: Int): String }
`);

/** Results of both executors for the same arguments. */
const both = (args: ExecutionArgs) => ({ expected: referenceExecute(args), actual: execute(args) });

describe('differences from graphql-js', () => {
  test('the executor ignores `fieldResolver`', () => {
    const { expected, actual } = both({ schema, document: parse('{ leaf }'), fieldResolver: () => 'custom' });

    expect(expected).toEqual({ data: { leaf: 'custom' } });
    expect(actual).toEqual({ data: { leaf: null } });
  });

  test('the executor ignores `typeResolver`', () => {
    const args = { schema, document: parse('{ named { name } }'), rootValue: { named: { name: 'A' } } };
    const { expected, actual } = both({ ...args, typeResolver: () => 'Person' });

    expect(expected).toEqual({ data: { named: { name: 'A' } } });
    expect(actual).toMatchObject({ data: { named: null }, errors: [{}] });
  });

  test('the executor ignores `options.maxCoercionErrors`', () => {
    const document = parse('query ($a: Int, $b: Int) { leaf(a: $a, b: $b) }');
    const variableValues = { a: 'x', b: 'y' };
    const { expected, actual } = both({ schema, document, variableValues, options: { maxCoercionErrors: 1 } });

    expect(expected).toMatchObject({ errors: [{}, { message: expect.stringContaining('Too many') }] });
    expect(actual).toMatchObject({
      errors: [{ message: expect.stringContaining('$a') }, { message: expect.stringContaining('$b') }],
    });
  });

  test('the executor does not check that variables are an object', () => {
    const document = parse('query ($a: Int) { leaf(a: $a) }');
    const args: Arguments = { schema, document };
    Object.assign(args, { variableValues: '{ "a": 1 }' });

    expect(() => referenceExecute(args)).toThrow('Variables must be provided as an Object');
    expect(execute(args)).toEqual({ data: { leaf: null } });
  });

  test('the properties of `info` are getters, so a copy of it lacks them', () => {
    const seen: GraphQLResolveInfo[] = [];
    const note = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
      seen.push(info);
      return info.fieldName;
    };
    both({ schema, document: parse('{ leaf }'), rootValue: { leaf: note } });
    const [expected, actual] = seen;

    expect({ ...expected }).toHaveProperty('fieldName', 'leaf');
    expect({ ...actual }).not.toHaveProperty('fieldName');
    expect(actual?.fieldName).toBe('leaf');
  });
});
