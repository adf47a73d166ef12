import { createHash } from 'node:crypto';
import type { TestGateway } from '../support/gateway.ts';

/** The hash by which clients name a document. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a request says that names its document by a hash, or by what a manifest calls it. */
export const persisted = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

/** An answer over HTTP as far as it tells of documents. */
export interface Answered {
  status: number;
  data: unknown;
  /** The first error. */
  error: { message: string; extensions: Record<string, unknown> } | undefined;
  headers: Headers;
}

/** How requests without files reach the graph over HTTP. */
export type Send = (started: TestGateway, params: Readonly<Record<string, unknown>>) => Promise<Answered>;

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

/** A form without files, in which `operations` holds what JSON would. */
const multipart: Send = async ({ fetch }, params) => {
  const body = new FormData();
  body.set('operations', JSON.stringify(params));
  body.set('map', '{}');
  return read(await fetch('/graphql', { method: 'POST', body }));
};

export const ways = { POST: post, GET: get, multipart };

async function read(response: Response): Promise<Answered> {
  const { data, errors } = await response.json();
  return { status: response.status, data, error: errors?.[0], headers: response.headers };
}
