import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

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
  /** The content, or `undefined` when the token is malformed, altered, expired, or was sealed for another purpose. */
  open(token: string, purpose: string): string | undefined;
}

/** Maximum length of a token, in characters. */
export const MAX_TOKEN_LENGTH = 8_192;

const HOUR = 3_600_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const EXPIRY_BYTES = 4;
const MIN_BYTES = NONCE_BYTES + EXPIRY_BYTES + TAG_BYTES;

interface Keys {
  cipher: KeyObject;
  nonce: KeyObject;
}

/**
 * A {@link Sealer} on AES-256-GCM. A token is `nonce | ciphertext(expiry | content) | tag`.
 *
 * GCM breaks when two messages share a nonce (NIST SP 800-38D section 8), and a random one would make every token
 * differ. So the nonce is an HMAC of the message itself: equal messages repeat it harmlessly, others do not collide.
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
    const keys = [deriveKeys(newest, purpose), ...older.map((secret) => deriveKeys(secret, purpose))] as const;
    derived.set(purpose, keys);
    return keys;
  };

  const issue: Sealer['issue'] = (content, purpose, until) => {
    const expiry = until ? Math.ceil(until.getTime() / HOUR) : Math.floor(now() / HOUR) + 2;
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

function deriveKeys(secret: string, purpose: string): Keys {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', `sealed token, ${purpose}`, 64));
  return { cipher: createSecretKey(bytes.subarray(0, 32)), nonce: createSecretKey(bytes.subarray(32)) };
}

function encrypt(message: Buffer, keys: Keys): Buffer {
  const nonce = createHmac('sha256', keys.nonce).update(message).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.cipher, nonce);
  return Buffer.concat([nonce, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Buffer, keys: Keys): Buffer | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', keys.cipher, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const message = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
    return message;
  } catch {
    return undefined;
  }
}
