import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import { imageFormat, SIGNATURE_BYTES } from './signature.ts';

/** A file as a client sent it. */
export interface UploadedFile {
  /** The client's claim; never trusted for the format. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What a file turned out to be: bytes that the upstream accepts, or why it would not. */
export type Intake =
  | { readonly bytes: Uint8Array }
  | { readonly refusal: 'too-large'; readonly maxBytes: number }
  | { readonly refusal: 'unsupported' };

/** Reads an uploaded file and decides by its size and its first bytes, never by its name or claimed type. */
export async function takeIn(file: UploadedFile): Promise<Intake> {
  if (file.size > MAX_IMAGE_BYTES) return { refusal: 'too-large', maxBytes: MAX_IMAGE_BYTES };
  const bytes = new Uint8Array(await file.arrayBuffer());
  return imageFormat(bytes.subarray(0, SIGNATURE_BYTES)) ? { bytes } : { refusal: 'unsupported' };
}
