import type { Contract, OperationId } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';

/** Returns the path of an operation with its parameters filled in, and the query. It begins with a slash. */
export type Paths = (id: OperationId, path: object, query?: object) => string;

interface Template {
  /** The text before each parameter. */
  readonly before: readonly string[];
  readonly names: readonly string[];
  readonly after: string;
}

export function createPaths({ operations }: Contract): Paths {
  const templates = new Map(Object.entries(operations).map(([id, { path }]) => [id, templateOf(path)]));

  return (id, path, query) => {
    const template = templates.get(id);
    if (!template) throw new RangeError(`The contract has no operation ${id}.`);
    const { before, names, after } = template;
    let filled = '';
    for (const [index, name] of names.entries()) filled += `${before[index]}${segment(name, Reflect.get(path, name))}`;
    return query ? `${filled}${after}${searchOf(query)}` : filled + after;
  };
}

function templateOf(path: string): Template {
  const parts = path.split(/\{(\w+)\}/);
  return {
    before: parts.filter((_, index) => index % 2 === 0).slice(0, -1),
    names: parts.filter((_, index) => index % 2 === 1),
    after: parts.at(-1) ?? '',
  };
}

/** Callers validate ids before; percent-encoding keeps an invalid one within its segment. */
function segment(name: string, id: unknown): string {
  if (typeof id !== 'string' || !isUpstreamId(id))
    throw new RangeError(`${name} must be an upstream id, but is ${JSON.stringify(id)}.`);
  return encodeURIComponent(id);
}

function searchOf(query: object): string {
  let search = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search += `${search === '' ? '?' : '&'}${name}=${encodeURIComponent(String(value))}`;
  }
  return search;
}
