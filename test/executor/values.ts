import {
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { Source, type TestContext } from './context.ts';
import type { Draws } from './draws.ts';

/** Position and type of a value to generate. */
export interface Wanted {
  schema: GraphQLSchema;
  /** Response path. */
  path: string;
  type: GraphQLOutputType;
  /** Creates an object of the named type. */
  make: (path: string, kind: string) => unknown;
}

/**
 * Generates the valid or invalid result of a resolver from the seed and the path.
 *
 * @throws unknown if the generated result is an exception.
 */
export function drawValue(context: TestContext, wanted: Wanted, draws: Draws): unknown {
  const { path, type } = wanted;
  const isNonNull = isNonNullType(type);
  const inner = isNonNull ? type.ofType : type;
  if (context.fails(draws)) return drawInvalid(context, wanted, draws);
  if (!isNonNull && draws.chance(10)) return draws.pick(NOTHING).value;
  if (isListType(inner)) return drawList(context, { ...wanted, type: inner.ofType }, draws);
  if (isLeafType(inner)) return drawLeaf(inner, draws);
  return wanted.make(path, isAbstractType(inner) ? draws.pick(wanted.schema.getPossibleTypes(inner)).name : inner.name);
}

const NOTHING = [{ value: null }, { value: undefined }];

/** Generates an invalid result: an error, a wrong type, null, or a thrown value. */
function drawInvalid(context: TestContext, { path, type }: Wanted, draws: Draws): unknown {
  switch (draws.upTo(4)) {
    case 0:
      if (context.misplacesErrors && draws.chance(20))
        throw draws.pick([MISPLACED, Object.assign(new Error('astray'), ELSEWHERE)]);
      throw drawError(draws, path);
    case 1:
      return draws.pick(NOTHING).value;
    case 2:
      return draws.pick([new Error(`returned at ${path}`), SHARED]);
    case 3:
      throw draws.pick([...NOTHING, { value: 'a text' }, { value: { code: 7 } }]).value;
    default:
      return drawWrongType(draws, type);
  }
}

/** One error object for many positions. */
const SHARED = new Error('everywhere');

const ELSEWHERE = { path: ['elsewhere', 7] };
const MISPLACED = new GraphQLError('elsewhere', ELSEWHERE);

const drawError = (draws: Draws, path: string): Error =>
  draws.pick([
    () => new Error(`thrown at ${path}`),
    () => new TypeError(''),
    () => new GraphQLError(`thrown at ${path}`, { extensions: { code: 'DRAWN', path } }),
    () => Object.assign(new Error(`with extensions at ${path}`), { extensions: { http: { status: 418 } } }),
    () => SHARED,
  ])();

/** A value of a wrong type. */
function drawWrongType(draws: Draws, type: GraphQLOutputType): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return draws.pick([{}, 7, 'text', new Source('', ''), { length: 1, 0: 'text' }]);
  if (isLeafType(inner))
    return draws.pick([{}, ['text'], Number.NaN, 'text', 1.5, 2 ** 40, true, new Date(Number.NaN)]);
  return draws.pick<unknown>(['text', 0, false, '', () => 'text', Object.create(null)]);
}

function drawLeaf(type: GraphQLLeafType, draws: Draws): unknown {
  if (isEnumType(type)) return draws.pick(type.getValues()).value;
  switch (type.name) {
    case 'Int':
    case 'SafeInt':
      return draws.pick([0, 1, -7, '12', true]);
    case 'Float':
      return draws.pick([0.25, 0, 3, '1.5', false]);
    case 'Boolean':
      return draws.pick([true, false, 1, 0]);
    case 'DateTime':
      return new Date(draws.upTo(1e9));
    default:
      return draws.pick(['text', '', 'ü', 7, UNSERIALIZABLE]);
  }
}

/** Value that scalars of the generated schema serialize to undefined. */
export const UNSERIALIZABLE = 'unwritable';

/** Generates an array or another iterable. Its items may be null, errors or promises. */
function drawList(context: TestContext, item: Wanted, draws: Draws): unknown {
  const items = Array.from({ length: draws.upTo(4) }, (_, index) => {
    const path = `${item.path}/${index}`;
    const ofItem = context.drawsAt(path);
    const make = () => {
      context.step(path);
      try {
        return drawValue(context, { ...item, path }, ofItem);
      } catch (error) {
        // Items that are errors are reported, other values would be completed.
        return error instanceof Error ? error : new Error(String(error));
      }
    };
    return context.maybeAsync(path, make);
  });
  const isBreaking = context.fails(draws);
  if (!isBreaking && draws.chance(60)) return items;
  // The executor cannot handle promises that it does not take from an iterator.
  for (const item of items) Promise.resolve(item).catch(() => {});
  if (isBreaking) return context.failAtEnd(item.path, items);
  return draws.pick<unknown>([items.values(), { [Symbol.iterator]: () => items.values() }]);
}
