import type { Plugin } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import { MAX_QUOTE_LENGTH } from '../util/shorten.ts';
import { type CorsPolicy, requiresPreflight } from './cors.ts';

/** Accepted media types. Browsers send the first three to another site only after a preflight. */
const REQUEST_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/graphql+json',
  'application/graphql',
  'multipart/form-data',
]);

/**
 * Rejects requests that a page of another site can send without a preflight: forms (Fetch standard, "CORS-safelisted
 * request-header"). A multipart request is accepted from an allowed origin, or with a header that requires a preflight.
 */
export const useCsrfPrevention = (corsPolicy: CorsPolicy, apiKeyHeader: string): Plugin => ({
  onRequestParse({ request }) {
    if (request.method !== 'POST') return;
    const { headers } = request;
    const type = (headers.get('content-type') ?? '').split(/[;,]/, 1)[0]?.trim().toLowerCase() ?? '';
    if (!REQUEST_TYPES.has(type)) {
      const got = type === '' ? 'no Content-Type' : `"${type.slice(0, MAX_QUOTE_LENGTH)}"`;
      const message = `Expected a Content-Type of application/json, or multipart/form-data with files, but got ${got}.`;
      throw publicError('UNSUPPORTED_MEDIA_TYPE', message, { http: { status: 415 } });
    }
    if (type !== 'multipart/form-data' || requiresPreflight(headers, apiKeyHeader)) return;
    const site = headers.get('sec-fetch-site');
    const isCrossSite = site === 'cross-site' || site === 'same-site';
    const origin = headers.get('origin');
    const isAllowed = corsPolicy.allows({ origin, host: headers.get('host') ?? new URL(request.url).host });
    if (isAllowed && !(isCrossSite && !origin)) return;
    throw publicError(
      'FORBIDDEN',
      'Pages of other sites may not upload files here without a preflight. Send the header apollo-require-preflight: true, from an origin in CORS_ORIGINS.',
      { http: { status: 403 } },
    );
  },
});
