import { createHash } from 'node:crypto';

/** The key that always works, and the one that the demo data belongs to. */
export const DEMO_KEY = 'demo';

/** Who a key stands for. Only this hash is stored, never the key. */
export const ownerOf = (key: string) => createHash('sha256').update(key).digest('hex');

/**
 * Builds the check of API keys.
 *
 * @param keys Keys that work besides {@link DEMO_KEY}.
 * @returns A function from the key of a request to its owner, or undefined when the key is missing or unknown.
 */
export function createKeyring(keys: readonly string[]): (key: string | null) => string | undefined {
  const owners = new Set([DEMO_KEY, ...keys].map(ownerOf));
  return (key) => {
    const owner = key === null ? undefined : ownerOf(key);
    return owner !== undefined && owners.has(owner) ? owner : undefined;
  };
}
