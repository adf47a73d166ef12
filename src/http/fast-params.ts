import type { GraphQLParams } from 'graphql-yoga';
import { ID_MEMBERS } from '../persisted-documents/request.ts';
import { isRecord, parseJson } from '../util/json.ts';

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
  const params = parseJson(body.toString());
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
