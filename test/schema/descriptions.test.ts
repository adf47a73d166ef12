import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

interface Element {
  /** Schema coordinate, for example `Query.model(id:)`. */
  path: string;
  name: string;
  description: string | null | undefined;
}

/** All documented elements of a schema, except those that GraphQL itself defines. */
function* elementsOf(schema: GraphQLSchema): Generator<Element> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield { path: type.name, name: type.name, description: type.description };
    yield* membersOf(type);
  }
  for (const { name, description, args } of schema.getDirectives().filter((one) => !isSpecifiedDirective(one))) {
    yield { path: `@${name}`, name, description };
    for (const argument of args) yield { ...argument, path: `@${name}(${argument.name}:)` };
  }
}

function* membersOf(type: GraphQLNamedType): Generator<Element> {
  if (isEnumType(type)) {
    for (const value of type.getValues()) yield { ...value, path: `${type.name}.${value.name}` };
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) yield { ...field, path: `${type.name}.${field.name}` };
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      const path = `${type.name}.${field.name}`;
      yield { ...field, path };
      for (const argument of field.args) yield { ...argument, path: `${path}(${argument.name}:)` };
    }
  }
}

/** Error messages about missing or poor descriptions in a schema. */
const mistakesOf = (schema: GraphQLSchema): string[] =>
  [...elementsOf(schema)].flatMap(({ path, name, description }) => {
    const text = description?.trim() ?? '';
    if (text === '') return [`${path} has no description.`];
    const mistakes = [];
    if (!/[.!?`]$/.test(text)) mistakes.push(`The description of ${path} does not end like a sentence: ${text}`);
    if (!/^[A-Z0-9`“]/.test(text)) mistakes.push(`The description of ${path} does not begin like a sentence: ${text}`);
    if (repeatsName(text, name)) mistakes.push(`The description of ${path} repeats its name: ${text}`);
    return mistakes;
  });

const FILLERS = new Set(['a', 'an', 'the', 'of', 'this', 'its', 'is', 'field', 'type', 'input', 'value']);

/** True if a description consists of the words of the name. */
function repeatsName(description: string, name: string): boolean {
  const wordsOf = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const known = new Set(wordsOf(name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')));
  return wordsOf(description).every((word) => known.has(word) || FILLERS.has(word));
}

test('every element of the schema has a description in sentences that does not merely repeat its name', () => {
  expect(mistakesOf(schema)).toEqual([]);
});

test('the description of every list states its order', () => {
  const lists = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !isIntrospectionType(type)
      ? Object.values(type.getFields())
          .filter(
            (field) => isListType(getNullableType(field.type)) || /Connection$/.test(getNamedType(field.type).name),
          )
          .map(({ name, description }) => ({ path: `${type.name}.${name}`, description }))
      : [],
  );

  expect(lists.length).toBeGreaterThan(20);
  expect(lists.filter(({ description }) => !/\border\b|newest first|starting at/.test(description ?? ''))).toEqual([]);
});

test('the committed schema.graphql matches the code', () => {
  const committed = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');

  expect(committed, 'Run: npm run schema').toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
});

test('missing, incomplete and meaningless descriptions are found on all kinds of elements', () => {
  const careless = buildSchema(`
    directive @cost("weight of the thing." of: Int) on FIELD_DEFINITION
    "The thing."
    type Query {
      "Display name."
      displayName(length: Int): String
      "Costs of the query"
      cost: Int
    }
    enum Size { "Fits most." M L }
    input Filter { "The size of the filter." size: Size }
    interface Node { "Where to find it again." id: ID! }
  `);

  expect(mistakesOf(careless)).toEqual([
    'The description of Query.displayName repeats its name: Display name.',
    'Query.displayName(length:) has no description.',
    'The description of Query.cost does not end like a sentence: Costs of the query',
    'Size has no description.',
    'Size.L has no description.',
    'Filter has no description.',
    'Node has no description.',
    '@cost has no description.',
    'The description of @cost(of:) does not begin like a sentence: weight of the thing.',
  ]);
});
