import { type GraphQLInputType, type GraphQLSchema, getNullableType, isInputObjectType, isListType } from 'graphql';
import type { FilePaths } from './browser/files.ts';

/** Finds the values of type `File` in each input type of a schema. */
export function filePathsIn(schema: GraphQLSchema): FilePaths {
  const pathsOf = (given: GraphQLInputType, above: readonly unknown[] = []): string[][] => {
    const type = getNullableType(given);
    if (isListType(type)) return pathsOf(type.ofType, above).map((path) => ['*', ...path]);
    if (!isInputObjectType(type)) return type.name === 'File' ? [[]] : [];
    // An input type may contain itself.
    if (above.includes(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      pathsOf(field.type, [...above, type]).map((path) => [field.name, ...path]),
    );
  };
  const types = Object.values(schema.getTypeMap()).filter((type) => isInputObjectType(type) || type.name === 'File');
  const entries = types.map((type) => [type.name, pathsOf(type as GraphQLInputType)] as const);
  return Object.fromEntries(entries.filter(([, paths]) => paths.length > 0));
}
