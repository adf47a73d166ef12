import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import { mapMaybePromise } from '../util/promises.ts';
import type { PersistedDocuments } from './documents.ts';
import { ID_MEMBERS } from './request.ts';

/** A Yoga plugin that inserts persisted documents into HTTP requests. */
export const usePersistedDocuments = (documents: PersistedDocuments): Plugin => ({
  onRequestParse({ request, url }) {
    if (request.method !== 'GET') return;
    return {
      // Yoga ignores unknown parameters of a query string.
      onRequestParseDone({ requestParserResult, setRequestParserResult }) {
        const ids = ID_MEMBERS.flatMap((member) => {
          const id = url.searchParams.get(member);
          return id ? [[member, id] as const] : [];
        });
        if (ids.length > 0) setRequestParserResult({ ...requestParserResult, ...Object.fromEntries(ids) });
      },
    };
  },
  onParams({ params, setParams }) {
    // Yoga rejects a body that is not an object.
    if (typeof params !== 'object' || params === null) return;
    return mapMaybePromise(documents.findAnywhere({ ...params }), (found) => {
      if (typeof found === 'object') {
        const { code, message, status } = found;
        throw publicError(code, message, { http: { status, headers: { 'cache-control': 'no-store' } } });
      }
      if (found !== undefined) setParams(withDocument(params, found));
    });
  },
});

function withDocument(params: GraphQLParams, query: string): GraphQLParams {
  const rest: Record<string, unknown> = { ...params };
  for (const member of ID_MEMBERS) delete rest[member];
  return { ...rest, query };
}
