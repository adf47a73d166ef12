import { LRUCache } from 'lru-cache';

export const JSON_TYPE = 'application/json';
export const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json';
export const EVENT_STREAM_TYPE = 'text/event-stream';
export const MULTIPART_TYPE = 'multipart/mixed';

/** Media types of equal preference. */
type Group = readonly string[];

const JSON_TYPES: Group = [JSON_TYPE, GRAPHQL_RESPONSE_TYPE];

/** The media types of a single result, preferred ones first. */
export const SINGLE_RESULT: readonly Group[] = [JSON_TYPES, [EVENT_STREAM_TYPE], [MULTIPART_TYPE]];
/** The media type of a stream of results. */
export const STREAM: readonly Group[] = [[EVENT_STREAM_TYPE]];

/**
 * Chooses the media type of a response (RFC 9110, 12.5.1): the one with the highest weight, among equals the one of the
 * first group, and within a group the one that `Accept` lists first.
 *
 * @returns Undefined when `Accept` allows none.
 */
export function chooseMediaType(accept: string | null, offered: readonly Group[]): string | undefined {
  const ranges = readAccept(accept || '*/*');
  let best: { type: string; range: Range } | undefined;
  for (const group of offered) {
    let first: typeof best;
    for (const type of group) {
      const range = rangeOf(type, ranges);
      if (!range || range.weight === 0) continue;
      if (!first || isPreferred(range, first.range)) first = { type, range };
    }
    if (first && (!best || first.range.weight > best.range.weight)) best = first;
  }
  return best?.type;
}

/** Number and maximum length, in characters, of cached `Accept` headers. Clients send few different ones. */
const CACHE_LIMITS = { headers: 1_000, length: 1_000 };

const jsonTypes = new LRUCache<string, string>({
  max: CACHE_LIMITS.headers,
  memoMethod: (accept) => {
    const type = chooseMediaType(accept, SINGLE_RESULT);
    return type !== undefined && JSON_TYPES.includes(type) ? type : '';
  },
});

/**
 * The JSON media type for a single result; empty if `Accept` prefers another type, allows none, or is unusually long.
 */
export const jsonTypeFor = (accept: string): string =>
  accept.length > CACHE_LIMITS.length ? '' : jsonTypes.memo(accept);

/** A media range of an `Accept` header. */
interface Range {
  readonly type: string;
  readonly weight: number;
  readonly position: number;
}

const isPreferred = (a: Range, b: Range): boolean =>
  a.weight === b.weight ? a.position < b.position : a.weight > b.weight;

/** The most specific range that matches a type. */
function rangeOf(type: string, ranges: readonly Range[]): Range | undefined {
  for (const pattern of [type, `${type.split('/', 1)[0]}/*`, '*/*']) {
    const found = ranges.find((range) => range.type === pattern);
    if (found) return found;
  }
  return undefined;
}

function readAccept(accept: string): Range[] {
  // A quoted parameter may contain commas.
  const entries = accept.toLowerCase().match(/(?:[^,"]|"(?:\\.|[^"\\])*")+/g) ?? [];
  return entries.flatMap((entry, position) => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const parameterOf = (name: string) => {
      const parameter = parameters.find((each) => each.startsWith(`${name}=`));
      return parameter?.slice(name.length + 1).replaceAll('"', '');
    };
    // Responses are in UTF-8.
    if ((parameterOf('charset') ?? 'utf-8') !== 'utf-8') return [];
    const weight = Number(parameterOf('q') ?? 1);
    const isWeight = weight >= 0 && weight <= 1;
    return [{ type: type === '*' ? '*/*' : type, weight: isWeight ? weight : 1, position }];
  });
}
