/** Cache data for Apollo Client 3.8 or later: `new InMemoryCache({ possibleTypes, typePolicies })`. */
import type {
  FieldMergeFunction,
  FieldPolicy,
  FieldReadFunction,
  Reference,
  StoreObject,
  TypePolicies,
  TypePolicy,
} from '@apollo/client';
import { type DocumentNode, parse } from 'graphql';
import { connectionFields, keylessTypes, lookups, possibleTypes, valueLists } from './cache/facts.gen.ts';
import type { DocumentTypes, TypedDocument } from './typed-document.ts';

export { possibleTypes };

type Item = Reference | StoreObject;

interface Page {
  edges?: readonly (Item | null)[];
  nodes?: readonly (Item | null)[];
  pageInfo?: object;
}

/**
 * Merges the pages of a list, whether a query selects `edges`, `nodes` or both. A page without `after` starts anew. Lists
 * with other arguments, also with another `first`, are kept apart.
 */
const mergePages: FieldMergeFunction<Page> = (existing, incoming, { args, readField }) => {
  const isFirst = args?.after == null;
  const append = (name: 'edges' | 'nodes') => {
    const added = incoming[name];
    const known = existing?.[name];
    // What this query does not select remains for those that do.
    if (!added) return known && { [name]: known };
    if (isFirst || !known) return { [name]: added };
    const idOf = (item: Item | null) => item && readField('id', readField<Item>('node', item) ?? item);
    const ids = new Set(known.map(idOf));
    return { [name]: [...known, ...added.filter((item) => item === null || !ids.has(idOf(item)))] };
  };
  const pageInfo = incoming.pageInfo ? { ...existing?.pageInfo, ...incoming.pageInfo } : existing?.pageInfo;
  return { ...existing, ...incoming, ...append('edges'), ...append('nodes'), ...(pageInfo && { pageInfo }) };
};

const pages: FieldPolicy = {
  keyArgs: (args) => JSON.stringify(Object.entries(args ?? {}).filter(([name]) => name !== 'after')),
  merge: mergePages,
};

/** Merges the fields of the items of a list whose objects have no ids, and whose order is stable. */
const mergeItems: FieldMergeFunction<readonly Item[] | null> = (existing, incoming, { mergeObjects }) =>
  incoming && existing?.length === incoming.length
    ? incoming.map((item, index) => mergeObjects(existing[index] as Item, item))
    : incoming;

/** Reads an object by its id from the cache, if a list or an event has brought it. */
const lookUp =
  (__typename: string): FieldReadFunction =>
  (existing, { args, canRead, toReference }) => {
    if (existing !== undefined) return existing;
    const reference = toReference({ __typename, id: args?.id });
    return canRead(reference) ? reference : undefined;
  };

const mapNames = <Value>(names: readonly string[] = [], toValue: (name: string) => Value): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [name, toValue(name)]));

const policyOf = (type: string): TypePolicy => ({
  ...(keylessTypes.includes(type) && { keyFields: false, merge: true }),
  fields: {
    ...mapNames(connectionFields[type], () => pages),
    ...mapNames(valueLists[type], () => ({ merge: mergeItems })),
    ...Object.fromEntries(Object.entries(lookups[type] ?? {}).map(([name, found]) => [name, { read: lookUp(found) }])),
  },
});

/**
 * Policies with which pages are joined, objects are found by id, and an event of a subscription that selects only some
 * fields of an object leaves the others in the cache. Without them, each such event makes queries incomplete, and Apollo
 * sends them again.
 */
export const typePolicies: TypePolicies = mapNames(
  [...new Set([...keylessTypes, ...[connectionFields, valueLists, lookups].flatMap(Object.keys)])],
  policyOf,
);

const parsed = new Map<string, DocumentNode>();

/** The form in which Apollo Client accepts a {@link TypedDocument}: always the same object for the same text. */
export function parseDocument<Data, Variables>(
  document: TypedDocument<Data, Variables>,
): DocumentNode & DocumentTypes<Data, Variables> {
  const known = parsed.get(document) ?? parse(document);
  parsed.set(document, known);
  return known;
}
