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
    const body = typeof value === 'string' ? undefined : record(value);
    const text = body ? (textUnder(urls, body) ?? textUnder(images, body)) : value;
    if (isText(text) && IMAGE.test(text.slice(0, HEAD))) return ofText(text);
    throw new Unreadable('the address of an image, or its bytes in base64', value);
  };
}

const textUnder = (names: readonly string[], body: Readonly<Record<string, unknown>>): string | undefined =>
  names.map((name) => body[name]).find(isText);

/** Enough to tell an address from base64, in UTF-16 code units. */
const HEAD = 100;
/** The beginning of an address, a data URL or base64, in which some bytes may be percent-encoded. */
const IMAGE = /^(?:https?:\/\/|data:|[\w+/=%\s-]+$)/i;

const ofText = (text: string): ImageAddress => (/^https?:\/\//i.test(text) ? { url: text } : { base64: text });

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
