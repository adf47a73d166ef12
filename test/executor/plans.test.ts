import {
  buildSchema,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  execute as interpret,
  Kind,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { answerAtOnce, argumentsOf, drawCases, expectedOf, schemas, told } from './cases.ts';
import { expectAnswer } from './compare.ts';
import { forEachCase, LONG } from './properties.ts';
import { World } from './world.ts';

/** More than a plan may keep ways of being executed. */
const MANY = 40;

test(
  'a document is answered by its variables, however often it has been answered with others',
  async () => {
    await forEachCase(20, (draws, tell) => {
      const { text, next } = drawCases(draws, { mishaps: [0] });
      const cases = Array.from({ length: MANY }, next);
      for (const one of [...cases, ...cases.toReversed()]) {
        tell({ text, ...told(one) });

        expect(answerAtOnce(execute, one)).toEqual(answerAtOnce(interpret, one));
      }
    });
  },
  LONG,
);

test(
  'executions of a document that overlap keep their variables and their errors apart',
  async () => {
    await forEachCase(60, async (draws, tell) => {
      const { text, next } = drawCases(draws);
      const cases = Array.from({ length: 6 }, next);
      const worlds = cases.map(({ options }, timing) => new World({ ...options, timing }));

      const answers = await Promise.all(
        worlds.map((world, index) => execute(argumentsOf(cases[index] ?? next(), world))),
      );

      for (const [index, one] of cases.entries()) {
        tell({ text, ...told(one), index });
        expectAnswer(answers[index] ?? {}, expectedOf(one));
      }
    });
  },
  LONG,
);

test(
  'of a document with several operations, the one that is named is executed',
  async () => {
    await forEachCase(60, (draws, tell) => {
      const { text, next } = drawCases(draws, { operations: 3 });
      for (const operationName of ['Read', 'toString', 'Read2', 'Nowhere', '', undefined, 'Read']) {
        const one = { ...next(), operationName };
        tell({ text, ...told(one) });

        expect(answerAtOnce(execute, one)).toEqual(answerAtOnce(interpret, one));
      }
    });
  },
  LONG,
);

test(
  'a document is answered by its schema, whatever schemas it has been executed with',
  async () => {
    await forEachCase(60, (draws, tell) => {
      const { text, next } = drawCases(draws);
      const one = next();
      for (const drawn of [...schemas, ...schemas]) {
        const { namesTypes } = drawn;
        const other = { ...one, drawn, options: { ...one.options, namesTypes } };
        tell({ text, ...told(other) });

        expect(answerAtOnce(execute, other)).toEqual(answerAtOnce(interpret, other));
      }
    });
  },
  LONG,
);

test(
  'what a resolver does to its arguments changes nothing for those who ask later',
  async () => {
    await forEachCase(100, (draws, tell) => {
      const { text, next } = drawCases(draws, { kind: draws.pick(['query', 'mutation']), mishaps: [0] });
      const one = next();
      tell({ text, ...told(one) });

      answerAtOnce(execute, { ...one, options: { ...one.options, meddles: true } });

      expect(answerAtOnce(execute, one)).toEqual(answerAtOnce(interpret, one));
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
  'default after it': (_source, _args, _context, { fieldName } = { fieldName: 'none' } as never) => fieldName,
  arguments: function () {
    // biome-ignore lint/complexity/noArguments: a resolver of plain JavaScript.
    return arguments[3].fieldName;
  },
  'arguments besides names': function (_source, _args, _context) {
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
  'says that it has three': Object.defineProperty(
    (...all: unknown[]) => (all[3] as GraphQLResolveInfo).fieldName,
    'length',
    {
      value: 3,
    },
  ),
  'looks like another': Object.assign((...all: unknown[]) => (all[3] as GraphQLResolveInfo).fieldName, {
    toString: () => '() => 1',
  }),
  async: async (_source, ...others) => others[2].fieldName,
};

test.each(Object.entries(RESOLVERS))('a resolver of a leaf gets `info`: %s', async (_, resolve) => {
  const schema = buildSchema('type Query { leaf: String }');
  Object.assign(schema.getQueryType()?.getFields().leaf ?? {}, { resolve });

  expect(await execute({ schema, document: parse('{ leaf }') })).toEqual({ data: { leaf: 'leaf' } });
});

test('an operation is answered by the fragments of its document, whatever documents it was part of before', () => {
  const schema = buildSchema('type Query { a: String b: String }');
  const rootValue = { a: 'a', b: 'b' };
  const [operation, ...fragments] = parse('{ ...F } fragment F on Query { a } fragment F on Query { b }').definitions;
  const documents = fragments.map((fragment) => ({ kind: Kind.DOCUMENT, definitions: [operation, fragment] }));

  const answers = documents.map((document) => execute({ schema, document: document as DocumentNode, rootValue }));

  expect(answers).toEqual([{ data: { a: 'a' } }, { data: { b: 'b' } }]);
});
