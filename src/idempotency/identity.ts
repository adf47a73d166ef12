import { createHash } from 'node:crypto';

/** A write with its idempotency key. */
export interface WriteRequest {
  /** Opaque hash of the credential. */
  readonly tenant: string;
  readonly operation: string;
  /** Idempotency key, chosen by the caller. */
  readonly key: string;
  /** Input of the operation, as JSON. */
  readonly input: unknown;
}

/** Hashes of a request for its record, which reveal neither credential nor key nor input. */
export const hashRequest = ({ tenant, operation, key, input }: WriteRequest): { id: string; input: string } => ({
  // JSON quotes strings, so ("a", "bc") and ("ab", "c") have different hashes.
  id: hash(JSON.stringify([tenant, operation, key])),
  input: hash(canonicalJson(input)),
});

/** JSON with the members of every object sorted by name. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sortMembers) ?? '';

function sortMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
