import type { Plugin } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import { parseJson } from '../util/json.ts';

/** Query parameters whose values are JSON (GraphQL over HTTP, "GET"). */
const JSON_PARAMETERS = ['variables', 'extensions'];

/** Rejects malformed JSON in query parameters with status 400, whatever media type the client accepts. */
export const useSearchParams = (): Plugin => ({
  onRequestParse({ request: { method, url } }) {
    if (method !== 'GET' || !url.includes('?')) return;
    const { searchParams } = new URL(url);
    for (const name of JSON_PARAMETERS) {
      const text = searchParams.get(name);
      if (text && parseJson(text) === undefined) {
        throw publicError('BAD_USER_INPUT', `The parameter \`${name}\` must be JSON, but is not.`, {
          http: { status: 400 },
        });
      }
    }
  },
});
