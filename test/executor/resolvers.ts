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
import { drawValue } from './values.ts';
import { Thing, type World } from './world.ts';

const placeOf = ({ path }: GraphQLResolveInfo): string => responsePathAsArray(path).join('/');

/** @param type What is wanted, even where the schema is lenient. */
export const resolve =
  (schema: GraphQLSchema, type: GraphQLOutputType): GraphQLFieldResolver<unknown, World> =>
  (source, args, world, info) => {
    const place = placeOf(info);
    const given = JSON.stringify(args);
    world.calls.push(`${place}${given} of ${nameOf(source)}: ${describe(info)}`);
    world.step(place);
    if (world.meddles) meddle(args);
    return world.inTime(place, () => {
      world.step(place);
      const make = (at: string, kind: string) => thing(world, schema, at, kind);
      return drawValue(world, { schema, place, type, make }, world.drawsAt(place + given));
    });
  };

/** As {@link resolve}, for a leaf, by a resolver that asks for no more than its arguments and the context. */
export const resolveUninformed =
  (schema: GraphQLSchema, type: GraphQLOutputType, fieldName: string): GraphQLFieldResolver<unknown, World> =>
  (source, args, world) => {
    const place = `${source instanceof Thing ? source.place : ''}.${fieldName}`;
    const given = JSON.stringify(args);
    world.calls.push(`${place}${given} of ${nameOf(source)}`);
    if (world.meddles) meddle(args);
    const make = (at: string) => new Thing(at, 'Nothing');
    return world.inTime(place, () => drawValue(world, { schema, place, type, make }, world.drawsAt(place + given)));
  };

const nameOf = (source: unknown): string =>
  source instanceof Thing ? `${source.kind} ${source.place}` : typeof source;

/** Changes whatever lets itself be changed. */
function meddle(values: unknown): void {
  if (typeof values !== 'object' || values === null) return;
  for (const value of Object.values(values)) meddle(value);
  for (const key of [...Object.keys(values), 'meddled']) Reflect.set(values, key, 'meddled with');
}

/** Everything that a resolver can get to know of its field. */
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

/** An object whose fields without resolvers are methods, or, where they are leaves, properties now and then. */
export function thing(world: World, schema: GraphQLSchema, place: string, kind: string): Thing {
  const made = new Thing(place, kind);
  const type = schema.getType(kind);
  if (!isObjectType(type)) return made;
  for (const field of Object.values(type.getFields())) {
    if (field.resolve) continue;
    const isLeaf = isLeafType(isNonNullType(field.type) ? field.type.ofType : field.type);
    const at = `${place}.${field.name}`;
    const draw = resolve(schema, field.type);
    const method = (args: Record<string, unknown>, context: World, info: GraphQLResolveInfo) =>
      draw(made, args, context, info);
    const get = () => {
      world.calls.push(at);
      const make = () => new Thing(at, 'Nothing');
      return world.inTime(at, () => drawValue(world, { schema, place: at, type: field.type, make }, world.drawsAt(at)));
    };
    Object.defineProperty(
      made,
      field.name,
      isLeaf && world.drawsAt(kind + at).chance(50) ? { get } : { value: method },
    );
  }
  // Read by who resolves types without being told how.
  Object.defineProperty(made, '__typename', { get: () => typename(world, made) });
  return made;
}

const typename = (world: World, { place, kind }: Thing): unknown => {
  world.calls.push(`name of ${place}`);
  return world.namesTypes ? drawName(world, place, kind) : undefined;
};

/** The name of a type, or what is none. */
function drawName(world: World, place: string, kind: string): unknown {
  const draws = world.drawsAt(`type of ${place}`);
  if (!world.fails(draws)) return kind;
  if (draws.chance(20)) throw new Error(`no type at ${place}`);
  return draws.pick([
    { name: undefined },
    { name: 'Nonsense' },
    { name: 'Int' },
    { name: 'PageInfo' },
    { name: 'Model' },
    { name: 7 },
  ]).name;
}

/** For abstract types. */
export const nameOfType: GraphQLTypeResolver<unknown, World> = (value, world, info, type) => {
  world.calls.push(`which ${type.name} is ${nameOf(value)} at ${placeOf(info)}`);
  if (!(value instanceof Thing)) return firstOf(info.schema, type);
  const { place, kind } = value;
  // A name is a text, whatever a world makes of it.
  return world.inTime(place, () => drawName(world, place, kind), 'type') as string;
};

const firstOf = (schema: GraphQLSchema, type: GraphQLAbstractType): string | undefined =>
  schema.getPossibleTypes(type)[0]?.name;

/** For object types. */
export const isOfType =
  ({ name }: GraphQLObjectType): GraphQLIsTypeOfFn<unknown, World> =>
  (value, world, info) => {
    world.calls.push(`is ${nameOf(value)} a ${name} at ${placeOf(info)}`);
    if (!(value instanceof Thing)) return true;
    const { place, kind } = value;
    const decide = () => {
      if (kind !== name) return false;
      const draws = world.drawsAt(`${name} ${place}`);
      if (!world.fails(draws)) return true;
      if (draws.chance(30)) throw new Error(`no ${name} at ${place}`);
      return draws.pick([{ is: false }, { is: undefined }, { is: null }, { is: 0 }]).is;
    };
    return world.inTime(place, decide, name) as boolean;
  };
