import { createHash } from 'node:crypto';

/** The API key that is always accepted, and that owns the demo data. */
export const DEMO_KEY = 'demo';

/** Owner id of an API key: its hash. The key itself is not stored. */
export const ownerOf = (key: string) => createHash('sha256').update(key).digest('hex');

/**
 * Creates the check of API keys.
 *
 * @param keys Accepted keys in addition to {@link DEMO_KEY}.
 * @returns A function that returns the owner of a request's key, or undefined if the key is missing or unknown.
 */
export function createKeyring(keys: readonly string[]): (key: string | null) => string | undefined {
  const owners = new Set([DEMO_KEY, ...keys].map(ownerOf));
  return (key) => {
    const owner = key === null ? undefined : ownerOf(key);
    return owner !== undefined && owners.has(owner) ? owner : undefined;
  };
}
