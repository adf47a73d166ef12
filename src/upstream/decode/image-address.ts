import type { Contract } from '../../contract/contract.ts';
import { type FieldReader, record, UnreadableValueError } from './fields.ts';
import { namesOf } from './objects.ts';

/** The location of an image: a URL to fetch, or its bytes in base64 (bare or as a data URL). */
export type ImageAddress = { readonly url: string } | { readonly base64: string };

/**
 * Reads the location of an image from a string, or from an object: the first of the contract's field names whose value is
 * a URL or base64.
 */
export function imageAddress(
  contract: Contract,
  schema: 'ImageReference' | 'DataItemDetails',
): FieldReader<ImageAddress> {
  const names = [...namesOf(contract, schema, 'url'), ...namesOf(contract, schema, 'image')];
  return (value) => {
    const address = typeof value === 'string' ? addressIn(value) : addressOf(record(value));
    if (address) return address;
    throw new UnreadableValueError('the address of an image, or its bytes in base64', value);
  };

  function addressOf(body: Readonly<Record<string, unknown>>): ImageAddress | undefined {
    for (const name of names) {
      const text = body[name];
      const address = typeof text === 'string' ? addressIn(text) : undefined;
      if (address) return address;
    }
    return undefined;
  }
}

/** Length of the prefix that distinguishes base64 from other text, in UTF-16 code units. */
const PREFIX_LENGTH = 100;
/** Matches the beginning of a data URL or base64, of which some bytes may be percent-encoded. */
const BASE64 = /^(?:data:|[\w+/=%\s-]+$)/i;
const ADDRESS = /^https?:\/\//i;

function addressIn(padded: string): ImageAddress | undefined {
  const text = padded.trim();
  if (ADDRESS.test(text)) return { url: text };
  return text !== '' && BASE64.test(text.slice(0, PREFIX_LENGTH)) ? { base64: text } : undefined;
}
