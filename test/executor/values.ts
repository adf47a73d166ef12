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
import type { Draws } from './draws.ts';
import { Thing, type World } from './world.ts';

/** Where a value is wanted, and as what. */
export interface Wanted {
  schema: GraphQLSchema;
  /** The path in the answer. */
  place: string;
  type: GraphQLOutputType;
  /** Makes an object of the named type. */
  make: (place: string, kind: string) => unknown;
}

/**
 * What a resolver gives, good or bad, as it follows from the world and the place.
 *
 * @throws What resolvers throw.
 */
export function drawValue(world: World, wanted: Wanted, draws: Draws): unknown {
  const { place, type } = wanted;
  const isNonNull = isNonNullType(type);
  const inner = isNonNull ? type.ofType : type;
  if (world.fails(draws)) return mishap(world, wanted, draws);
  if (!isNonNull && draws.chance(10)) return draws.pick(NOTHING).value;
  if (isListType(inner)) return drawList(world, { ...wanted, type: inner.ofType }, draws);
  if (isLeafType(inner)) return drawLeaf(inner, draws);
  return wanted.make(
    place,
    isAbstractType(inner) ? draws.pick(wanted.schema.getPossibleTypes(inner)).name : inner.name,
  );
}

const NOTHING = [{ value: null }, { value: undefined }];

/** Something that resolvers should not do, but do. */
function mishap(world: World, { place, type }: Wanted, draws: Draws): unknown {
  switch (draws.upTo(4)) {
    case 0:
      if (world.misleads && draws.chance(20))
        throw draws.pick([MISLEADING, Object.assign(new Error('astray'), ELSEWHERE)]);
      throw drawError(draws, place);
    case 1:
      return draws.pick(NOTHING).value;
    case 2:
      return draws.pick([new Error(`returned at ${place}`), SHARED]);
    case 3:
      throw draws.pick([...NOTHING, { value: 'a text' }, { value: { code: 7 } }]).value;
    default:
      return wrong(draws, type);
  }
}

/** One error for many places. */
const SHARED = new Error('everywhere');

const ELSEWHERE = { path: ['elsewhere', 7] };
const MISLEADING = new GraphQLError('elsewhere', ELSEWHERE);

const drawError = (draws: Draws, place: string): Error =>
  draws.pick([
    () => new Error(`thrown at ${place}`),
    () => new TypeError(''),
    () => new GraphQLError(`thrown at ${place}`, { extensions: { code: 'DRAWN', place } }),
    () => Object.assign(new Error(`with extensions at ${place}`), { extensions: { http: { status: 418 } } }),
    () => SHARED,
  ])();

/** A value that suits no type, or another one. */
function wrong(draws: Draws, type: GraphQLOutputType): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return draws.pick([{}, 7, 'text', new Thing('', ''), { length: 1, 0: 'text' }]);
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
      return draws.pick(['text', '', 'ü', 7, UNWRITABLE]);
  }
}

/** What a scalar of the drawn schema makes nothing of. */
export const UNWRITABLE = 'unwritable';

/** A list, or something like it. What it holds may be null, an error, or come later. */
function drawList(world: World, item: Wanted, draws: Draws): unknown {
  const items = Array.from({ length: draws.upTo(4) }, (_, index) => {
    const place = `${item.place}/${index}`;
    const ofItem = world.drawsAt(place);
    const make = () => {
      world.step(place);
      try {
        return drawValue(world, { ...item, place }, ofItem);
      } catch (error) {
        // Only an error can stand in a list and be one.
        return error instanceof Error ? error : new Error(String(error));
      }
    };
    return world.inTime(place, make);
  });
  const isBreaking = world.fails(draws);
  if (!isBreaking && draws.chance(60)) return items;
  // What nobody takes out of an iterable, nobody can look at.
  for (const item of items) Promise.resolve(item).catch(() => {});
  if (isBreaking) return world.breakOff(item.place, items);
  return draws.pick<unknown>([items.values(), { [Symbol.iterator]: () => items.values() }]);
}
