import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Size that encryption adds, in bytes. */
export const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

/** The keys for one purpose. */
export interface Keys {
  readonly cipher: KeyObject;
  readonly nonce: KeyObject;
}

/** Derives independent keys from a secret for each purpose (HKDF, RFC 5869). */
export function deriveKeys(secret: string, purpose: string): Keys {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', purpose, 64));
  return { cipher: createSecretKey(bytes.subarray(0, 32)), nonce: createSecretKey(bytes.subarray(32)) };
}

/**
 * Encrypts and authenticates a message with AES-256-GCM: `nonce | ciphertext | tag`.
 *
 * GCM breaks when two messages share a nonce (NIST SP 800-38D section 8). The nonce is an HMAC of the message itself:
 * equal messages repeat it harmlessly and give equal results, others do not collide.
 */
export function encrypt(message: Buffer, keys: Keys): Buffer {
  const nonce = createHmac('sha256', keys.nonce).update(message).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.cipher, nonce);
  return Buffer.concat([nonce, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
}

/** @returns The message; undefined if it was altered or encrypted with other keys. */
export function decrypt(sealed: Buffer, keys: Keys): Buffer | undefined {
  if (sealed.length < OVERHEAD_BYTES) return undefined;
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
