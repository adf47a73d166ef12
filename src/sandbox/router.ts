import type { Contract, Operation, OperationId } from '../contract/contract.ts';

/** What a request asks for. */
export interface Match {
  id: OperationId;
  operation: Operation;
  /** The path's parameters, decoded. */
  parameters: Readonly<Record<string, string>>;
}

/** One operation, or the methods that its path knows (none: the path is unknown). */
export type Routed = { match: Match } | { match?: undefined; allowed: readonly string[] };

/** Builds the routes from the contract's methods and path templates. */
export function createRouter({ operations }: Contract): (method: string, pathname: string) => Routed {
  const routes = operationIds(operations).map((id) => ({
    id,
    operation: operations[id],
    pattern: pattern(operations[id].path),
  }));
  // A literal segment is more specific than a parameter: of two routes that fit, the one with fewer parameters wins.
  routes.sort((a, b) => parameterCount(a.operation.path) - parameterCount(b.operation.path));

  return (method, pathname) => {
    const fitting = routes.flatMap(({ id, operation, pattern }) => {
      const parameters = decoded(pattern.exec(pathname)?.groups, pattern.test(pathname));
      return parameters ? [{ id, operation, parameters }] : [];
    });
    const match = fitting.find(({ operation }) => operation.method === method);
    return match ? { match } : { allowed: fitting.map(({ operation }) => operation.method) };
  };
}

/** The ids of the contract's operations. */
export const operationIds = (operations: Contract['operations']) => Object.keys(operations) as OperationId[];

const parameterCount = (path: string) => path.split('{').length;

const pattern = (path: string) =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

function decoded(groups: Record<string, string> | undefined, fits: boolean): Record<string, string> | undefined {
  if (!fits) return undefined;
  try {
    return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return undefined; // A broken percent-encoding names nothing.
  }
}
