import { createHmac } from 'node:crypto';
import { decrypt, deriveKeys, encrypt, type Keys } from '../auth/encryption.ts';

/** Hides what replicas share: a broker sees neither credentials nor data of tenants, and cannot alter them. */
export interface Vault {
  /** A name that reveals nothing: a keyed hash. Equal for replicas whose newest secret is the same. */
  name(...parts: readonly string[]): string;
  /** Encrypts a text with the newest secret. */
  seal(text: string): string;
  /** @returns The text; undefined if it was altered, or sealed with another secret. */
  open(sealed: string): string | undefined;
}

/** @param secrets Newest first: the first one seals, any of them opens. */
export function createVault(secrets: readonly string[]): Vault {
  const keys = secrets.map((secret) => deriveKeys(secret, 'shared data'));
  const [newest] = keys;
  if (!newest) throw new RangeError('expected at least one secret, got none');
  return {
    name: (...parts) =>
      createHmac('sha256', newest.nonce)
        .update(`name ${JSON.stringify(parts)}`)
        .digest('base64url'),
    seal: (text) => encrypt(Buffer.from(text), newest).toString('base64url'),
    open: (sealed) => openWith(keys, Buffer.from(sealed, 'base64url')),
  };
}

function openWith(keys: readonly Keys[], sealed: Buffer): string | undefined {
  for (const each of keys) {
    const message = decrypt(sealed, each);
    if (message) return message.toString('utf8');
  }
  return undefined;
}
