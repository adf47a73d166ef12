import { LRUCache } from 'lru-cache';
import type { Sealer } from '../auth/sealed-token.ts';

const HOUR_MS = 3_600_000;
/** What all remembered texts and tokens take together, in characters. */
const MAX_CHARACTERS = 4_000_000;

/**
 * Seals equal content once in an hour. A list is asked for again and again, with the same images in it, and within an
 * hour the sealer would give the same tokens again.
 *
 * @param now The current time of the sealer, in milliseconds since the epoch.
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
