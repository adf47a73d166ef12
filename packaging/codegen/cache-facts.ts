import type { CodegenPlugin } from '@graphql-codegen/plugin-helpers';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
} from 'graphql';

/** A codegen plugin that prints what normalized caches must know of a schema whose objects implement `Node`. */
export const cacheFacts: CodegenPlugin = {
  plugin(schema: GraphQLSchema) {
    const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    const abstract = types.filter(isAbstractType);
    const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
    const objects = types.filter(isObjectType).filter((type) => !roots.has(type));
    const isEntity = (type: unknown) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
    const queried = [schema.getQueryType(), ...objects].filter((type) => type != null);

    const fieldsWhere = (matches: (field: GraphQLField<unknown, unknown>) => boolean) =>
      Object.fromEntries(
        queried
          .map((type) => [type.name, fieldsOf(type).filter(matches)] as const)
          .filter(([, { length }]) => length > 0),
      );
    const namesOf = (fields: Record<string, GraphQLField<unknown, unknown>[]>) =>
      Object.fromEntries(Object.entries(fields).map(([type, own]) => [type, own.map(({ name }) => name)]));

    const lookups = fieldsWhere(
      ({ type, args }) => isEntity(type) && args.length === 1 && String(args[0]?.type) === 'ID!',
    );
    const facts = {
      possibleTypes: Object.fromEntries(
        abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
      ),
      keylessTypes: objects.filter((type) => !isEntity(type)).map(({ name }) => name),
      connectionFields: namesOf(fieldsWhere(({ type }) => isConnection(type))),
      valueLists: namesOf(fieldsWhere(({ type }) => isListOfValues(type, isEntity))),
      lookups: Object.fromEntries(
        Object.entries(lookups).map(([type, fields]) => [
          type,
          Object.fromEntries(fields.map(({ name, type: found }) => [name, getNamedType(found).name])),
        ]),
      ),
    };
    return Object.entries(facts)
      .map(
        ([name, value]) =>
          `/** ${COMMENTS[name as keyof typeof facts]} */\nexport const ${name}: ${TYPES[name as keyof typeof facts]} = ${JSON.stringify(value, null, 2)};\n`,
      )
      .join('\n');
  },
};

const COMMENTS = {
  possibleTypes: 'The object types of each interface and union.',
  keylessTypes: 'The object types without an id: a cache stores them as a part of their parent.',
  connectionFields: 'The fields of each type that return pages of a list.',
  valueLists: 'The fields of each type that return a list of objects without ids.',
  lookups: 'The fields of each type that return an object by its id, with its type.',
};

const TYPES = {
  possibleTypes: 'Record<string, string[]>',
  keylessTypes: 'readonly string[]',
  connectionFields: 'Readonly<Record<string, readonly string[]>>',
  valueLists: 'Readonly<Record<string, readonly string[]>>',
  lookups: 'Readonly<Record<string, Readonly<Record<string, string>>>>',
};

const fieldsOf = (type: GraphQLObjectType): GraphQLField<unknown, unknown>[] => Object.values(type.getFields());

const isConnection = (type: GraphQLOutputType): boolean => getNamedType(type).name.endsWith('Connection');

function isListOfValues(type: GraphQLOutputType, isEntity: (type: unknown) => boolean): boolean {
  const item = getNamedType(type);
  return isListType(getNullableType(type)) && isObjectType(item) && !isEntity(item) && !item.name.endsWith('Edge');
}
