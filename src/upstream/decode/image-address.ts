import type { Contract } from '../../contract/contract.ts';
import { type FieldReader, record, UnreadableValueError } from './fields.ts';
import { namesOf } from './objects.ts';

/** Where an image is: an address to fetch, or its bytes in base64 (bare or as a data URL). */
export type ImageAddress = { readonly url: string } | { readonly base64: string };

/**
 * Reads where an image is from a string, or from an object under any of the contract's names: the first of them that
 * has an address or bytes.
 */
export function imageAddress(
  contract: Contract,
  schema: 'ImageReference' | 'DataItemDetails',
): FieldReader<ImageAddress> {
  const names = [...namesOf(contract, schema, 'url'), ...namesOf(contract, schema, 'image')];
  return (value) => {
    const body = typeof value === 'string' ? undefined : record(value);
    const candidates = body ? names.map((name) => body[name]) : [value];
    for (const candidate of candidates) {
      const address = typeof candidate === 'string' ? ofText(candidate.trim()) : undefined;
      if (address) return address;
    }
    throw new UnreadableValueError('the address of an image, or its bytes in base64', value);
  };
}

/** Enough to tell base64 from other text, in UTF-16 code units. */
const HEAD = 100;
/** The beginning of a data URL or base64, in which some bytes may be percent-encoded. */
const BASE64 = /^(?:data:|[\w+/=%\s-]+$)/i;
const ADDRESS = /^https?:\/\//i;

function ofText(text: string): ImageAddress | undefined {
  if (ADDRESS.test(text)) return { url: text };
  return text !== '' && BASE64.test(text.slice(0, HEAD)) ? { base64: text } : undefined;
}
