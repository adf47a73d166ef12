import type { Plugin } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import { type CorsPolicy, requiresPreflight } from './cors.ts';

/** The media types of requests. No form of another site can send the first three without a preflight. */
const REQUEST_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/graphql+json',
  'application/graphql',
  'multipart/form-data',
]);

/** How much of a header is quoted, in characters. */
const MAX_QUOTE_LENGTH = 100;

/**
 * Refuses what a page of another site can make a browser send without asking first: forms (Fetch standard,
 * "CORS-safelisted request-header"). A form of files is taken from whoever is welcome, or marks it with a header.
 */
export const useCsrfPrevention = (origins: CorsPolicy, apiKeyHeader: string): Plugin => ({
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
    const visit = { origin: headers.get('origin'), host: headers.get('host') ?? new URL(request.url).host };
    if (origins.allows(visit) && !(isCrossSite && !visit.origin)) return;
    throw publicError(
      'FORBIDDEN',
      'A page of another site may not send files here. Send the header apollo-require-preflight: true, from an origin in CORS_ORIGINS.',
      { http: { status: 403 } },
    );
  },
});
