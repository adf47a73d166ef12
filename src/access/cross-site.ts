import type { Plugin } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import { isMarked, type Origins } from './origins.ts';

/**
 * Refuses what a page of another site can make a browser send without asking first: forms (Fetch standard,
 * "CORS-safelisted request-header"). A form of files is taken from whoever is welcome, or marks it with a header.
 */
export const useCrossSiteGuard = (origins: Origins, apiKeyHeader: string): Plugin => ({
  onRequestParse({ request }) {
    if (request.method !== 'POST') return;
    const { headers } = request;
    const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (type === 'application/x-www-form-urlencoded' || type === 'text/plain' || !type) {
      throw publicError('UNSUPPORTED_MEDIA_TYPE', `Expected application/json, but got ${type || 'no Content-Type'}.`, {
        http: { status: 415 },
      });
    }
    if (type !== 'multipart/form-data' || isMarked(headers, apiKeyHeader)) return;
    const site = headers.get('sec-fetch-site');
    const isCrossSite = site === 'cross-site' || site === 'same-site';
    const visit = { origin: headers.get('origin'), host: headers.get('host') ?? new URL(request.url).host };
    if (origins.welcomes(visit) && !(isCrossSite && !visit.origin)) return;
    throw publicError(
      'FORBIDDEN',
      'A page of another site may not send files here. Send the header apollo-require-preflight: true, from an origin in CORS_ORIGINS.',
      { http: { status: 403 } },
    );
  },
});
