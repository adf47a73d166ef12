import type { Contract, Operation, OperationId } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';

/** Returns the path of an operation with its parameters filled in, and the query. It begins with a slash. */
export type Paths = (id: OperationId, path: object, query?: object) => string;

interface Template {
  /** The text before each parameter. */
  readonly before: readonly string[];
  readonly names: readonly string[];
  readonly after: string;
  readonly queryNames: Readonly<Record<string, string>> | undefined;
}

export function createPaths({ operations }: Contract): Paths {
  const templates = new Map(Object.entries(operations).map(([id, operation]) => [id, templateOf(operation)]));

  return (id, path, query) => {
    const template = templates.get(id);
    if (!template) throw new RangeError(`The contract has no operation ${id}.`);
    const { before, names, after, queryNames } = template;
    let filled = '';
    for (let index = 0; index < names.length; index++) {
      const name = names[index] ?? '';
      filled += `${before[index]}${segment(name, (path as Readonly<Record<string, unknown>>)[name])}`;
    }
    return query ? `${filled}${after}${searchOf(query, queryNames)}` : filled + after;
  };
}

function templateOf({ path, queryNames }: Operation): Template {
  const parts = path.split(/\{(\w+)\}/);
  return {
    before: parts.filter((_, index) => index % 2 === 0).slice(0, -1),
    names: parts.filter((_, index) => index % 2 === 1),
    after: parts.at(-1) ?? '',
    queryNames,
  };
}

/** Callers validate ids before. No character of an id needs percent-encoding. */
function segment(name: string, id: unknown): string {
  if (typeof id !== 'string' || !isUpstreamId(id))
    throw new RangeError(`${name} must be an upstream id, but is ${JSON.stringify(id)}.`);
  return id;
}

function searchOf(query: object, names: Template['queryNames']): string {
  let search = '';
  // Not `Object.entries`, which would create lists for each request.
  for (const name in query) {
    const value = (query as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined)
      search += `${search === '' ? '?' : '&'}${names?.[name] ?? name}=${encodeURIComponent(String(value))}`;
  }
  return search;
}
