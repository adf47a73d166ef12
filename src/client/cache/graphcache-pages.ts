import type { Cache, FieldArgs, Resolver } from '@urql/exchange-graphcache';

/** A page of a list in the cache. */
interface Page {
  /** Key of the connection. */
  key: string;
  /** Cursor after which it starts; undefined for the first page. */
  after: string | undefined;
}

/**
 * Joins the pages of a list in the cache, whether queries select `edges`, `nodes` or both. Lists with other arguments,
 * also with another `first`, are kept apart. Undefined if the requested page is not in the cache.
 */
export const joinPages: Resolver = (_parent, args, cache, { parentKey, fieldName }) => {
  const requested = keyOf(cache.resolve(parentKey, fieldName, Object.keys(args).length > 0 ? args : undefined));
  if (requested === undefined) return undefined;
  const list = identityOf(args);
  const pages = cache
    .inspectFields(parentKey)
    .filter((field) => field.fieldName === fieldName && identityOf(field.arguments) === list)
    .map(
      ({ fieldKey, arguments: own }): Page => ({
        key: keyOf(cache.resolve(parentKey, fieldKey)) ?? '',
        after: afterOf(own),
      }),
    );
  const chain = chainOf(pages, cache);
  // Its predecessors may have been invalidated, or have ended elsewhere since.
  if (!chain.includes(requested)) chain.push(requested);

  // A field that the requested page has not counts as missing, so that it is read. Pages that another query has read
  // without this field are left out, together with the end of the list that they name.
  const names = LISTS.filter((name) => Array.isArray(cache.resolve(requested, name)));
  const usable = chain.filter((key) => names.every((name) => Array.isArray(cache.resolve(key, name))));
  const joined = names.map((name) => {
    // A deleted object on another page than the requested one, which is the only one that is read again.
    const isThere = (item: unknown) => {
      const node = nodeOf(item, name, cache);
      return typeof node !== 'string' || cache.resolve(node, 'id') !== undefined;
    };
    const items = usable.flatMap((key) =>
      (cache.resolve(key, name) as unknown[]).filter((item) => key === requested || isThere(item)),
    );
    return [name, unique(items, name, cache)];
  });
  const pageInfo = pageInfoOf(usable, cache);
  const __typename = cache.resolve(requested, '__typename') as string;
  return { __typename, ...Object.fromEntries(joined), ...(pageInfo && { pageInfo }) };
};

const LISTS = ['edges', 'nodes'] as const;

/** The pages that follow each other from the first one, by key. */
function chainOf(pages: readonly Page[], cache: Cache): string[] {
  const byCursor = new Map(pages.map(({ after, key }) => [after, key]));
  const chain: string[] = [];
  for (let key = byCursor.get(undefined); key && !chain.includes(key); ) {
    chain.push(key);
    const end = cache.resolve(keyOf(cache.resolve(key, 'pageInfo')) ?? null, 'endCursor');
    key = typeof end === 'string' ? byCursor.get(end) : undefined;
  }
  return chain;
}

/** The start of the first page and the end of the last one. */
function pageInfoOf(chain: readonly string[], cache: Cache): object | undefined {
  const first = keyOf(cache.resolve(chain[0] ?? null, 'pageInfo'));
  const last = keyOf(cache.resolve(chain.at(-1) ?? null, 'pageInfo'));
  if (first === undefined || last === undefined) return undefined;
  const pick = (key: string, names: readonly string[]) =>
    names.map((name) => [name, cache.resolve(key, name)]).filter(([, value]) => value !== undefined);
  return Object.fromEntries([
    ['__typename', 'PageInfo'],
    ...pick(first, ['hasPreviousPage', 'startCursor']),
    ...pick(last, ['hasNextPage', 'endCursor']),
  ]);
}

/** The items without those that a list, changed between two requests, contains twice. */
function unique(items: readonly unknown[], name: 'edges' | 'nodes', cache: Cache): unknown[] {
  const known = new Set<unknown>();
  return items.filter((item) => {
    const node = nodeOf(item, name, cache);
    if (typeof node !== 'string') return true;
    return !known.has(node) && known.add(node);
  });
}

const nodeOf = (item: unknown, name: 'edges' | 'nodes', cache: Cache): unknown =>
  name === 'edges' ? cache.resolve(item as string, 'node') : item;

const keyOf = (link: unknown): string | undefined => (typeof link === 'string' ? link : undefined);

const afterOf = (args: FieldArgs): string | undefined => (args?.after as string | null | undefined) ?? undefined;

/** The arguments that identify a list: all but `after`, in one order. */
const identityOf = (args: FieldArgs): string =>
  JSON.stringify(
    Object.entries(args ?? {})
      .filter(([name, value]) => name !== 'after' && value != null)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
