import type { Contract, Operation, OperationId } from '../contract/contract.ts';

/** The operation of a request. */
export interface Match {
  id: OperationId;
  operation: Operation;
  /** Decoded path parameters. */
  parameters: Readonly<Record<string, string>>;
}

/** The operation, or the methods that the path supports (none if the path is unknown). */
export type Routed = { match: Match } | { match?: undefined; allowed: readonly string[] };

/** Creates the router from the contract's methods and path templates. */
export function createRouter({ operations }: Contract): (method: string, pathname: string) => Routed {
  const routes = operationIds(operations).map((id) => ({
    id,
    operation: operations[id],
    pattern: pattern(operations[id].path),
  }));
  // A literal segment is more specific than a parameter: of two matching routes, the one with fewer parameters wins.
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

/** Operation ids of the contract. */
export const operationIds = (operations: Contract['operations']) => Object.keys(operations) as OperationId[];

const parameterCount = (path: string) => path.split('{').length;

const pattern = (path: string) =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

function decoded(groups: Record<string, string> | undefined, fits: boolean): Record<string, string> | undefined {
  if (!fits) return undefined;
  try {
    return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return undefined; // Invalid percent-encoding.
  }
}
