import { LRUCache } from 'lru-cache';
import type { Sealer } from '../auth/sealed-token.ts';

const HOUR_MS = 3_600_000;
/** Maximum size of all cached contents and tokens together, in characters. */
const MAX_CHARACTERS = 4_000_000;

/**
 * Caches sealed tokens of equal content for an hour, in which the sealer would return the same tokens. Clients
 * repeatedly query lists with the same images.
 *
 * @param now Wall clock of the sealer, in milliseconds since the epoch.
 */
export function createTokenCache(
  { seal }: Pick<Sealer, 'seal'>,
  now: () => number,
): (content: string, purpose: string) => string {
  const tokens = new LRUCache<string, string>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (token, name) => token.length + name.length,
  });
  let hour: number | undefined;

  return (content, purpose) => {
    const current = Math.floor(now() / HOUR_MS);
    if (current !== hour) tokens.clear();
    hour = current;
    const name = `${purpose}\n${content}`;
    const token = tokens.get(name) ?? seal(content, purpose);
    tokens.set(name, token);
    return token;
  };
}
