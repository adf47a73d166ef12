import type { DocumentNode } from 'graphql';
import { hashOf } from '../persisted-documents/hash.ts';
import type { RequestRecord } from './request-record.ts';

/** Facts about an operation that contain no data of its client. */
export interface OperationFacts {
  /** Name of the operation; undefined without one. */
  readonly name: string | undefined;
  readonly type: 'query' | 'mutation' | 'subscription' | undefined;
  /** SHA-256 of the document, as for persisted documents; undefined if it is invalid. */
  readonly hash: string | undefined;
  /** Beginning of the hash of the caller's key; undefined without valid credentials. */
  readonly tenant: string | undefined;
}

/** Maximum length of a name, in characters. */
const MAX_NAME_LENGTH = 100;
/** Length of a tenant's name: enough to tell tenants apart, in characters. */
const TENANT_LENGTH = 16;

/** The name of a tenant as it is logged. */
export const shortTenant = (tenant: string | undefined): string | undefined => tenant?.slice(0, TENANT_LENGTH);

export const describeOperation = (record: RequestRecord): OperationFacts => ({
  name: record.operation?.name?.value.slice(0, MAX_NAME_LENGTH),
  type: record.operation?.operation,
  hash: record.document && documentHash(record.document),
  tenant: shortTenant(record.tenant),
});

/** The hashes of documents, which are cached as long as the documents. */
const hashes = new WeakMap<DocumentNode, string>();

function documentHash(document: DocumentNode): string {
  const known = hashes.get(document);
  if (known !== undefined) return known;
  const hash = hashOf(document.loc?.source.body ?? '');
  hashes.set(document, hash);
  return hash;
}
