import { buildSchema, type ExecutionArgs, type GraphQLResolveInfo, execute as interpret, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Arguments, execute } from '../../src/executor/execute.ts';

const schema = buildSchema(`
  interface Named { name: String }
  type Person implements Named { name: String }
  type Query { named: Named leaf(a: Int, b: Int): String }
`);

/** What both executors make of the same arguments. */
const both = (args: ExecutionArgs) => ({ expected: interpret(args), actual: execute(args) });

describe('what graphql-js has and this executor does not', () => {
  test('a resolver for all fields, `fieldResolver`', () => {
    const { expected, actual } = both({ schema, document: parse('{ leaf }'), fieldResolver: () => 'custom' });

    expect(expected).toEqual({ data: { leaf: 'custom' } });
    expect(actual).toEqual({ data: { leaf: null } });
  });

  test('a resolver for all abstract types, `typeResolver`', () => {
    const args = { schema, document: parse('{ named { name } }'), rootValue: { named: { name: 'A' } } };
    const { expected, actual } = both({ ...args, typeResolver: () => 'Person' });

    expect(expected).toEqual({ data: { named: { name: 'A' } } });
    expect(actual).toMatchObject({ data: { named: null }, errors: [{}] });
  });

  test('another number of reported mistakes in variables, `options.maxCoercionErrors`', () => {
    const document = parse('query ($a: Int, $b: Int) { leaf(a: $a, b: $b) }');
    const variableValues = { a: 'x', b: 'y' };
    const { expected, actual } = both({ schema, document, variableValues, options: { maxCoercionErrors: 1 } });

    expect(expected).toMatchObject({ errors: [{}, { message: expect.stringContaining('Too many') }] });
    expect(actual).toMatchObject({
      errors: [{ message: expect.stringContaining('$a') }, { message: expect.stringContaining('$b') }],
    });
  });

  test('checks of its own arguments: of the schema, and of variables that are no object', () => {
    const document = parse('query ($a: Int) { leaf(a: $a) }');
    const args: Arguments = { schema, document };
    Object.assign(args, { variableValues: '{ "a": 1 }' });

    expect(() => interpret(args)).toThrow('Variables must be provided as an Object');
    expect(execute(args)).toEqual({ data: { leaf: null } });
  });

  test('`info` whose properties are its own', () => {
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
