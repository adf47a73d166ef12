import { createHash } from 'node:crypto';

/** What identifies a write. */
export interface WriteRequest {
  /** Opaque hash of the credential. */
  readonly tenant: string;
  readonly operation: string;
  /** The key that the caller chose. */
  readonly key: string;
  /** What is to be written, as JSON could say it. */
  readonly input: unknown;
}

/** What is stored about a request: hashes, from which neither credential nor key nor input can be read. */
export const identify = ({ tenant, operation, key, input }: WriteRequest): { id: string; input: string } => ({
  // JSON quotes its strings, so that ("a", "bc") is never ("ab", "c").
  id: hash(JSON.stringify([tenant, operation, key])),
  input: hash(canonicalJson(input)),
});

/** JSON in which the order of members says nothing. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sortMembers) ?? '';

function sortMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
