import { createHash } from 'node:crypto';

/** The hash of a document, as clients of automatic persisted queries send it: SHA-256 in hexadecimal digits. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
