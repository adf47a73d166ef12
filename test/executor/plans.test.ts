import { buildSchema, type DocumentNode, type GraphQLFieldResolver, execute as interpret, Kind, parse } from 'graphql';
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

test('a resolver that may look at its fourth argument gets it, and one that names three may not', () => {
  const schema = buildSchema('type Query { named: String rest: String three: String }');
  const fields = schema.getQueryType()?.getFields() ?? {};
  const seen: Record<string, unknown> = {};
  const resolvers: Record<string, GraphQLFieldResolver<unknown, unknown>> = {
    named: (_source, _args, _context, { fieldName }) => fieldName,
    rest: (...all) => all[3].fieldName,
    three: (...all) => {
      seen.three = all[3];
      return 'three';
    },
  };
  for (const [name, resolve] of Object.entries(resolvers)) Object.assign(fields[name] ?? {}, { resolve });
  Object.defineProperty(resolvers.three, 'length', { value: 3 });

  const document = parse('{ named rest three }');

  expect(execute({ schema, document })).toEqual({ data: { named: 'named', rest: 'rest', three: 'three' } });
  expect(seen.three).toBeUndefined();
});

test('an operation is answered by the fragments of its document, whatever documents it was part of before', () => {
  const schema = buildSchema('type Query { a: String b: String }');
  const rootValue = { a: 'a', b: 'b' };
  const [operation, ...fragments] = parse('{ ...F } fragment F on Query { a } fragment F on Query { b }').definitions;
  const documents = fragments.map((fragment) => ({ kind: Kind.DOCUMENT, definitions: [operation, fragment] }));

  const answers = documents.map((document) => execute({ schema, document: document as DocumentNode, rootValue }));

  expect(answers).toEqual([{ data: { a: 'a' } }, { data: { b: 'b' } }]);
});
