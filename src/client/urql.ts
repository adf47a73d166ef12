/** Configuration of urql's normalized cache: `cacheExchange(graphcache)` of `@urql/exchange-graphcache`. */
import type { CacheExchangeOpts, KeyingConfig, Logger, Resolver, ResolverConfig } from '@urql/exchange-graphcache';
import { connectionFields, keylessTypes, lookups, possibleTypes } from './cache/facts.gen.ts';
import { joinPages } from './cache/graphcache-pages.ts';
import { updates } from './cache/graphcache-updates.ts';

const keys: KeyingConfig = Object.fromEntries(keylessTypes.map((type) => [type, () => null]));

/** Reads an object by its id from the cache, if a list or an event has brought it. */
const lookUp =
  (__typename: string): Resolver =>
  (_parent, { id }, cache, { parentKey, fieldName }) => {
    const known = cache.resolve(parentKey, fieldName, { id: id as string });
    if (known !== undefined) return known;
    const key = cache.keyOfEntity({ __typename, id: id as string });
    return key && cache.resolve(key, 'id') !== undefined ? key : undefined;
  };

const resolvers: ResolverConfig = {};
for (const [type, fields] of Object.entries(connectionFields)) {
  resolvers[type] = { ...resolvers[type], ...Object.fromEntries(fields.map((name) => [name, joinPages])) };
}
for (const [type, fields] of Object.entries(lookups)) {
  const found = Object.entries(fields).map(([name, target]) => [name, lookUp(target)]);
  resolvers[type] = { ...resolvers[type], ...Object.fromEntries(found) };
}

/**
 * A fragment on another type of a union is written, too, and reported as incomplete. A `schema` would avoid that, but
 * also make the cache return incomplete results with nulls, which look like objects that do not exist.
 */
const FALSE_ALARM = /^Invalid undefined:.*Caused At: .*Fragment/s;

const logger: Logger = (severity, message) => {
  if (severity !== 'debug' && !FALSE_ALARM.test(message)) console[severity](message);
};

/**
 * Options with which objects without ids cause no warnings, pages are joined, objects are found by id, and lists are read
 * again after mutations that change them.
 */
export const graphcache: GraphcacheOptions = { keys, possibleTypes, resolvers, updates, logger };

export type GraphcacheOptions = Required<
  Pick<CacheExchangeOpts, 'keys' | 'possibleTypes' | 'resolvers' | 'updates' | 'logger'>
>;
