import { decrypt, deriveKeys, encrypt, type Keys, OVERHEAD_BYTES } from './encryption.ts';

export interface SealerOptions {
  /** Newest first: the first one seals, any of them opens. Random, at least 32 characters each. */
  secrets: readonly string[];
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

/** Encrypts and authenticates text as tokens that expire. */
export interface Sealer {
  /**
   * A base64url token that holds the content and is valid for at least one and at most two hours: until the end of the
   * next full hour. Equal content sealed within the same hour gives an equal token, so that responses to URLs with
   * tokens can be cached.
   *
   * @throws RangeError when the token would be longer than {@link MAX_TOKEN_LENGTH}.
   */
  seal(content: string, purpose: string): string;
  /**
   * As `seal`, with the expiry of the token.
   *
   * @param until Earliest expiry, rounded up to a whole hour. @default the end of the next full hour
   */
  issue(content: string, purpose: string, until?: Date): { token: string; expiresAt: Date };
  /** Expiry of a token that `seal` returns now. */
  expiry(): Date;
  /** The content, or `undefined` when the token is malformed, altered, expired, or was sealed for another purpose. */
  open(token: string, purpose: string): string | undefined;
}

/** Maximum length of a token, in characters. */
export const MAX_TOKEN_LENGTH = 8_192;

const HOUR = 3_600_000;
const EXPIRY_BYTES = 4;
const MIN_BYTES = EXPIRY_BYTES + OVERHEAD_BYTES;

/**
 * A {@link Sealer} whose tokens are encrypted messages of an expiry and the content.
 *
 * @throws RangeError when there is no secret or one of them is empty.
 */
export function createSealer({ secrets, now }: SealerOptions): Sealer {
  const [newest, ...older] = secrets;
  if (!newest || older.includes('')) {
    throw new RangeError(`Sealing needs at least one secret and no empty ones, but got ${secrets.length} secret(s).`);
  }
  const derived = new Map<string, readonly [newest: Keys, ...older: Keys[]]>();

  const keysFor = (purpose: string) => {
    const cached = derived.get(purpose);
    if (cached) return cached;
    const keysOf = (secret: string) => deriveKeys(secret, `sealed token, ${purpose}`);
    const keys = [keysOf(newest), ...older.map(keysOf)] as const;
    derived.set(purpose, keys);
    return keys;
  };

  const nextExpiry = () => Math.floor(now() / HOUR) + 2;

  const issue: Sealer['issue'] = (content, purpose, until) => {
    const expiry = until ? Math.ceil(until.getTime() / HOUR) : nextExpiry();
    const message = Buffer.allocUnsafe(EXPIRY_BYTES + Buffer.byteLength(content));
    message.writeUInt32BE(expiry);
    message.write(content, EXPIRY_BYTES);
    const token = encrypt(message, keysFor(purpose)[0]).toString('base64url');
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new RangeError(
        `A sealed token has at most ${MAX_TOKEN_LENGTH} characters, but this one needs ${token.length}.`,
      );
    }
    return { token, expiresAt: new Date(expiry * HOUR) };
  };

  return {
    issue,
    seal: (content, purpose) => issue(content, purpose).token,
    expiry: () => new Date(nextExpiry() * HOUR),

    open(token, purpose) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined;
      const sealed = Buffer.from(token, 'base64url');
      // Decoding ignores foreign characters and unused trailing bits, which would give one token many spellings
      // (RFC 4648 section 3.5).
      if (sealed.length < MIN_BYTES || sealed.toString('base64url') !== token) return undefined;
      for (const keys of keysFor(purpose)) {
        const message = decrypt(sealed, keys);
        if (message) return now() < message.readUInt32BE() * HOUR ? message.toString('utf8', EXPIRY_BYTES) : undefined;
      }
      return undefined;
    },
  };
}
