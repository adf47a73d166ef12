import { createHash } from 'node:crypto';
import type { TestGateway } from '../support/gateway.ts';

/** The SHA-256 hash of a document, in hexadecimal. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Request parameters with a document id in `extensions.persistedQuery`. */
export const persisted = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

/** The relevant parts of a response over HTTP. */
export interface DocumentResponse {
  status: number;
  data: unknown;
  /** The first error. */
  error: { message: string; extensions: Record<string, unknown> } | undefined;
  headers: Headers;
}

/** Sends a request without files over HTTP. */
export type Send = (started: TestGateway, params: Readonly<Record<string, unknown>>) => Promise<DocumentResponse>;

const post: Send = async ({ fetch }, params) =>
  read(
    await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    }),
  );

const get: Send = async ({ fetch }, params) => {
  const search = new URLSearchParams(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  return read(await fetch(`/graphql?${search}`));
};

/** Sends a multipart request without files, with the parameters in `operations`. */
const multipart: Send = async ({ fetch }, params) => {
  const body = new FormData();
  body.set('operations', JSON.stringify(params));
  body.set('map', '{}');
  return read(await fetch('/graphql', { method: 'POST', body }));
};

export const ways = { POST: post, GET: get, multipart };

async function read(response: Response): Promise<DocumentResponse> {
  const { data, errors } = await response.json();
  return { status: response.status, data, error: errors?.[0], headers: response.headers };
}
