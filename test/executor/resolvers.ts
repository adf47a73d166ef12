import {
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLIsTypeOfFn,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  isLeafType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import { Source, type TestContext } from './context.ts';
import { drawValue } from './values.ts';

const pathStringOf = ({ path }: GraphQLResolveInfo): string => responsePathAsArray(path).join('/');

/** @param type The type in the strict schema. */
export const resolve =
  (schema: GraphQLSchema, type: GraphQLOutputType): GraphQLFieldResolver<unknown, TestContext> =>
  (source, args, context, info) => {
    const path = pathStringOf(info);
    const given = JSON.stringify(args);
    context.calls.push(`${path}${given} of ${nameOf(source)}: ${describe(info)}`);
    context.step(path);
    if (context.mutatesArguments) mutate(args);
    return context.maybeAsync(path, () => {
      context.step(path);
      const make = (at: string, kind: string) => createSource(context, schema, at, kind);
      return drawValue(context, { schema, path, type, make }, context.drawsAt(path + given));
    });
  };

/** As {@link resolve}, for a leaf, without the `info` parameter. */
export const resolveWithoutInfo =
  (schema: GraphQLSchema, type: GraphQLOutputType, fieldName: string): GraphQLFieldResolver<unknown, TestContext> =>
  (source, args, context) => {
    const path = `${source instanceof Source ? source.path : ''}.${fieldName}`;
    const given = JSON.stringify(args);
    context.calls.push(`${path}${given} of ${nameOf(source)}`);
    if (context.mutatesArguments) mutate(args);
    const make = (at: string) => new Source(at, 'Nothing');
    return context.maybeAsync(path, () =>
      drawValue(context, { schema, path, type, make }, context.drawsAt(path + given)),
    );
  };

const nameOf = (source: unknown): string =>
  source instanceof Source ? `${source.kind} ${source.path}` : typeof source;

/** Mutates values as far as they are not frozen. */
function mutate(values: unknown): void {
  if (typeof values !== 'object' || values === null) return;
  for (const value of Object.values(values)) mutate(value);
  for (const key of [...Object.keys(values), 'meddled']) Reflect.set(values, key, 'meddled with');
}

/** Serializes everything in `info`. */
function describe(info: GraphQLResolveInfo): string {
  const { fieldName, fieldNodes, returnType, parentType, path, fragments, operation, variableValues, rootValue } = info;
  const nodes = fieldNodes.map(({ loc }) => loc?.start).join(' ');
  const typenames: (string | undefined)[] = [];
  for (let at: typeof path | undefined = path; at; at = at.prev) typenames.push(at.typename);
  return [
    `${parentType}.${fieldName}: ${returnType}`,
    `written at ${nodes} in ${operation.loc?.start}, below ${typenames.join()}`,
    `with ${Object.keys(fragments).join()}, ${JSON.stringify(variableValues)}, ${nameOf(rootValue)}`,
    info.schema.getType(parentType.name) === parentType ? 'of its schema' : 'of another schema',
  ].join('; ');
}

/** Creates an object whose fields without resolvers are methods, or sometimes properties for leaves. */
export function createSource(context: TestContext, schema: GraphQLSchema, path: string, kind: string): Source {
  const made = new Source(path, kind);
  const type = schema.getType(kind);
  if (!isObjectType(type)) return made;
  for (const field of Object.values(type.getFields())) {
    if (field.resolve) continue;
    const isLeaf = isLeafType(isNonNullType(field.type) ? field.type.ofType : field.type);
    const at = `${path}.${field.name}`;
    const draw = resolve(schema, field.type);
    const method = (args: Record<string, unknown>, context: TestContext, info: GraphQLResolveInfo) =>
      draw(made, args, context, info);
    const get = () => {
      context.calls.push(at);
      const make = () => new Source(at, 'Nothing');
      return context.maybeAsync(at, () =>
        drawValue(context, { schema, path: at, type: field.type, make }, context.drawsAt(at)),
      );
    };
    Object.defineProperty(
      made,
      field.name,
      isLeaf && context.drawsAt(kind + at).chance(50) ? { get } : { value: method },
    );
  }
  // Read by the default type resolver.
  Object.defineProperty(made, '__typename', { get: () => typename(context, made) });
  return made;
}

const typename = (context: TestContext, { path, kind }: Source): unknown => {
  context.calls.push(`name of ${path}`);
  return context.hasTypenames ? drawName(context, path, kind) : undefined;
};

/** The name of the type, or an invalid one. */
function drawName(context: TestContext, path: string, kind: string): unknown {
  const draws = context.drawsAt(`type of ${path}`);
  if (!context.fails(draws)) return kind;
  if (draws.chance(20)) throw new Error(`no type at ${path}`);
  return draws.pick([
    { name: undefined },
    { name: 'Nonsense' },
    { name: 'Int' },
    { name: 'PageInfo' },
    { name: 'Model' },
    { name: 7 },
  ]).name;
}

/** `resolveType` of abstract types. */
export const nameOfType: GraphQLTypeResolver<unknown, TestContext> = (value, context, info, type) => {
  context.calls.push(`which ${type.name} is ${nameOf(value)} at ${pathStringOf(info)}`);
  if (!(value instanceof Source)) return firstOf(info.schema, type);
  const { path, kind } = value;
  // Typed as a string, although it may be a promise or invalid.
  return context.maybeAsync(path, () => drawName(context, path, kind), 'type') as string;
};

const firstOf = (schema: GraphQLSchema, type: GraphQLAbstractType): string | undefined =>
  schema.getPossibleTypes(type)[0]?.name;

/** `isTypeOf` of object types. */
export const isOfType =
  ({ name }: GraphQLObjectType): GraphQLIsTypeOfFn<unknown, TestContext> =>
  (value, context, info) => {
    context.calls.push(`is ${nameOf(value)} a ${name} at ${pathStringOf(info)}`);
    if (!(value instanceof Source)) return true;
    const { path, kind } = value;
    const decide = () => {
      if (kind !== name) return false;
      const draws = context.drawsAt(`${name} ${path}`);
      if (!context.fails(draws)) return true;
      if (draws.chance(30)) throw new Error(`no ${name} at ${path}`);
      return draws.pick([{ is: false }, { is: undefined }, { is: null }, { is: 0 }]).is;
    };
    return context.maybeAsync(path, decide, name) as boolean;
  };
