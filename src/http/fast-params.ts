import type { GraphQLParams } from 'graphql-yoga';
import { ID_MEMBERS } from '../persisted-documents/request.ts';

const ALLOWED_MEMBERS: ReadonlySet<string> = new Set([
  'query',
  'variables',
  'operationName',
  'extensions',
  ...ID_MEMBERS,
]);

/**
 * The parameters in a JSON body (GraphQL over HTTP, "JSON encoding"); undefined if any part of it is not as specified.
 */
export function readParams(body: Buffer): (GraphQLParams & Record<string, unknown>) | undefined {
  let params: unknown;
  try {
    params = JSON.parse(body.toString());
  } catch {
    return undefined;
  }
  if (!isRecord(params)) return undefined;
  for (const member in params) if (!ALLOWED_MEMBERS.has(member)) return undefined;
  const { query, variables, operationName, extensions } = params;
  const isValid =
    (query === undefined || typeof query === 'string') &&
    (operationName == null || typeof operationName === 'string') &&
    (variables == null || isRecord(variables)) &&
    (extensions == null || isRecord(extensions));
  return isValid ? params : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
