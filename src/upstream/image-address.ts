import type { Contract } from '../contract/contract.ts';
import { type FieldReader, record, Unreadable } from './fields.ts';

/** Where an image is: an address to fetch, or its bytes in base64 (bare or as a data URL). */
export type ImageAddress = { readonly url: string } | { readonly base64: string };

/** Reads an image's place from a string or from an object under any of the contract's names. */
export const imageAddress =
  (contract: Contract, schema: 'ImageReference' | 'DataItemDetails'): FieldReader<ImageAddress> =>
  (value) => {
    if (typeof value === 'string') return ofText(value);
    const body = record(value);
    const find = (field: string) =>
      (contract.fields[schema]?.[field] ?? [field]).map((name) => body[name]).find(isText);
    const address = find('url');
    const bytes = find('image');
    if (address) return ofText(address);
    if (bytes) return ofText(bytes);
    throw new Unreadable('the address of an image, or its bytes in base64', value);
  };

const ofText = (text: string): ImageAddress => (/^https?:\/\//i.test(text) ? { url: text } : { base64: text });

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
