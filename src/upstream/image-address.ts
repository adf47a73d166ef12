import type { Contract } from '../contract/contract.ts';
import { type FieldReader, record, Unreadable } from './fields.ts';
import { namesOf } from './read.ts';

/** Where an image is: an address to fetch, or its bytes in base64 (bare or as a data URL). */
export type ImageAddress = { readonly url: string } | { readonly base64: string };

/** Reads an image's place from a string or from an object under any of the contract's names. */
export function imageAddress(
  contract: Contract,
  schema: 'ImageReference' | 'DataItemDetails',
): FieldReader<ImageAddress> {
  const urls = namesOf(contract, schema, 'url');
  const images = namesOf(contract, schema, 'image');
  return (value) => {
    const text = typeof value === 'string' ? value : textIn(record(value));
    const address = text && ofText(text);
    if (address) return address;
    throw new Unreadable('the address of an image, or its bytes in base64', value);
  };

  function textIn(body: Readonly<Record<string, unknown>>): string | undefined {
    return textUnder(urls, body) ?? textUnder(images, body);
  }
}

const textUnder = (names: readonly string[], body: Readonly<Record<string, unknown>>): string | undefined =>
  names.map((name) => body[name]).find(isText);

/** Enough to tell base64 from other text, in UTF-16 code units. */
const HEAD = 100;
/** The beginning of a data URL or base64, in which some bytes may be percent-encoded. */
const BASE64 = /^(?:data:|[\w+/=%\s-]+$)/i;
const ADDRESS = /^https?:\/\//i;

function ofText(text: string): ImageAddress | undefined {
  if (ADDRESS.test(text)) return { url: text };
  return BASE64.test(text.slice(0, HEAD)) ? { base64: text } : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
