import {
  buildSchema,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  Kind,
  parse,
  execute as referenceExecute,
} from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { argumentsOf, describeCase, drawCases, executeSync, possibleResults, schemas } from './cases.ts';
import { expectPossibleResult } from './compare.ts';
import { TestContext } from './context.ts';
import { forEachCase, LONG } from './properties.ts';

/** More cases than the number of selections that a plan caches. */
const MANY = 40;

test(
  'a document is executed with its current variables, whatever variables it was executed with before',
  async () => {
    await forEachCase(20, (draws, report) => {
      const { text, next } = drawCases(draws, { failureRate: [0] });
      const cases = Array.from({ length: MANY }, next);
      for (const testCase of [...cases, ...cases.toReversed()]) {
        report({ text, ...describeCase(testCase) });

        expect(executeSync(execute, testCase)).toEqual(executeSync(referenceExecute, testCase));
      }
    });
  },
  LONG,
);

test(
  'concurrent executions of a document do not share variables or errors',
  async () => {
    await forEachCase(60, async (draws, report) => {
      const { text, next } = drawCases(draws);
      const cases = Array.from({ length: 6 }, next);
      const contexts = cases.map(({ options }, timing) => new TestContext({ ...options, timing }));

      const results = await Promise.all(
        contexts.map((context, index) => execute(argumentsOf(cases[index] ?? next(), context))),
      );

      for (const [index, testCase] of cases.entries()) {
        report({ text, ...describeCase(testCase), index });
        expectPossibleResult(results[index] ?? {}, possibleResults(testCase));
      }
    });
  },
  LONG,
);

test(
  'the operation with the given name is executed if a document has several',
  async () => {
    await forEachCase(60, (draws, report) => {
      const { text, next } = drawCases(draws, { operations: 3 });
      for (const operationName of ['Read', 'toString', 'Read2', 'Nowhere', '', undefined, 'Read']) {
        const testCase = { ...next(), operationName };
        report({ text, ...describeCase(testCase) });

        expect(executeSync(execute, testCase)).toEqual(executeSync(referenceExecute, testCase));
      }
    });
  },
  LONG,
);

test(
  'a document is executed with its current schema, whatever schemas it was executed with before',
  async () => {
    await forEachCase(60, (draws, report) => {
      const { text, next } = drawCases(draws);
      const testCase = next();
      for (const drawn of [...schemas, ...schemas]) {
        const { hasTypenames } = drawn;
        const other = { ...testCase, drawn, options: { ...testCase.options, hasTypenames } };
        report({ text, ...describeCase(other) });

        expect(executeSync(execute, other)).toEqual(executeSync(referenceExecute, other));
      }
    });
  },
  LONG,
);

test(
  'a resolver that mutates its arguments does not affect later executions',
  async () => {
    await forEachCase(100, (draws, report) => {
      const { text, next } = drawCases(draws, { kind: draws.pick(['query', 'mutation']), failureRate: [0] });
      const testCase = next();
      report({ text, ...describeCase(testCase) });

      executeSync(execute, { ...testCase, options: { ...testCase.options, mutatesArguments: true } });

      expect(executeSync(execute, testCase)).toEqual(executeSync(referenceExecute, testCase));
    });
  },
  LONG,
);

const RESOLVERS: Readonly<Record<string, GraphQLFieldResolver<unknown, unknown>>> = {
  named: (_source, _args, _context, info) => info.fieldName,
  destructured: (_source, _args, _context, { fieldName }) => fieldName,
  rest: (...all) => all[3].fieldName,
  'rest after one': (_source, ...others) => others[2].fieldName,
  'rest after three': (_source, _args, _context, ...others) => others[0].fieldName,
  'after a default': (_source, _args = {}, _context = {}, info = undefined as never) => info.fieldName,
  'default within a pattern': (_source, { x = 1 }, _context, info) => (x === 1 ? info.fieldName : 'none'),
  'default for `info`': (_source, _args, _context, { fieldName } = { fieldName: 'none' } as never) => fieldName,
  arguments: function () {
    // biome-ignore lint/complexity/noArguments: a resolver of plain JavaScript.
    return arguments[3].fieldName;
  },
  'arguments beside named parameters': function (_source, _args, _context) {
    // biome-ignore lint/complexity/noArguments: a resolver of plain JavaScript.
    return arguments[3].fieldName;
  },
  method: {
    resolve(_source: unknown, ...others: unknown[]) {
      return (others[2] as GraphQLResolveInfo).fieldName;
    },
  }.resolve,
  bound: function (this: unknown, _source: unknown, ...others: unknown[]) {
    return (others[2] as GraphQLResolveInfo).fieldName;
  }.bind(undefined),
  proxied: new Proxy((_source: unknown, ...others: unknown[]) => (others[2] as GraphQLResolveInfo).fieldName, {}),
  'with an overridden `length`': Object.defineProperty(
    (...all: unknown[]) => (all[3] as GraphQLResolveInfo).fieldName,
    'length',
    {
      value: 3,
    },
  ),
  'with an overridden `toString`': Object.assign((...all: unknown[]) => (all[3] as GraphQLResolveInfo).fieldName, {
    toString: () => '() => 1',
  }),
  async: async (_source, ...others) => others[2].fieldName,
};

test.each(Object.entries(RESOLVERS))('a leaf resolver receives `info`: %s', async (_, resolve) => {
  const schema = buildSchema('type Query { leaf: String }');
  Object.assign(schema.getQueryType()?.getFields().leaf ?? {}, { resolve });

  expect(await execute({ schema, document: parse('{ leaf }') })).toEqual({ data: { leaf: 'leaf' } });
});

test('an operation is executed with the fragments of its current document, whatever documents it was part of before', () => {
  const schema = buildSchema('type Query { a: String b: String }');
  const rootValue = { a: 'a', b: 'b' };
  const [operation, ...fragments] = parse('{ ...F } fragment F on Query { a } fragment F on Query { b }').definitions;
  const documents = fragments.map((fragment) => ({ kind: Kind.DOCUMENT, definitions: [operation, fragment] }));

  const results = documents.map((document) => execute({ schema, document: document as DocumentNode, rootValue }));

  expect(results).toEqual([{ data: { a: 'a' } }, { data: { b: 'b' } }]);
});
