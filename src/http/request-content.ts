import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import { badRequest } from '../uploads/request-errors.ts';
import { MAX_QUOTE_LENGTH } from '../util/shorten.ts';

const ACCEPTED = 'gzip, deflate, br';

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Decodes the `Content-Encoding` of requests (RFC 9110, 8.4), converts their media type to lower case, and rejects other
 * encodings than UTF-8 (RFC 8259, 8.1), before other plugins read them. The limits on bodies then apply to the decoded bytes.
 */
export const useRequestContent = (): Plugin => ({
  onRequest({ request, setRequest, fetchAPI }) {
    const { method, url, signal, body } = request;
    if (method !== 'POST') return;
    const type = request.headers.get('content-type');
    const lowered = type?.replace(/^[^;,]*/, (name) => name.trim().toLowerCase());
    const coding = codingOf(request.headers);
    const createDecoder = coding === undefined ? undefined : decoders.get(coding);
    if (type === lowered && !createDecoder) return;
    const headers = new fetchAPI.Headers(request.headers);
    if (lowered != null) headers.set('content-type', lowered);
    if (createDecoder) {
      headers.delete('content-encoding');
      headers.delete('content-length');
    }
    const content = createDecoder && body ? Readable.from(decode(body, createDecoder, coding ?? '')) : body;
    const init = { method, headers, signal, body: content as BodyInit | null, duplex: 'half' };
    setRequest(new fetchAPI.Request(url, init));
  },
  onRequestParse({ request: { headers } }) {
    const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers.get('content-type') ?? '')?.[1]?.toLowerCase();
    if (charset !== undefined && !COMPATIBLE_ENCODINGS.has(charset)) {
      const message = `Expected a body in UTF-8, but its Content-Type has the charset "${charset.slice(0, MAX_QUOTE_LENGTH)}". Encode it in UTF-8.`;
      throw publicError('UNSUPPORTED_MEDIA_TYPE', message, { http: { status: 415 } });
    }
    const coding = codingOf(headers);
    if (coding === undefined) return;
    const message = `Expected a Content-Encoding of ${ACCEPTED}, or none, but got "${coding.slice(0, MAX_QUOTE_LENGTH)}".`;
    // RFC 9110, 15.5.16: the header lists the supported codings.
    throw publicError('UNSUPPORTED_MEDIA_TYPE', message, {
      http: { status: 415, headers: { 'accept-encoding': ACCEPTED } },
    });
  },
});

/** The names of encodings whose bytes are those of UTF-8. */
const COMPATIBLE_ENCODINGS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/** The content codings of a body, as the header lists them; undefined for a body that is not encoded. */
function codingOf(headers: Headers): string | undefined {
  const coding = headers.get('content-encoding')?.trim().toLowerCase();
  return coding === '' || coding === 'identity' ? undefined : coding;
}

/** Decodes a body as fast as it is read. @throws GraphQLError BAD_USER_INPUT for bytes that are not in this coding. */
async function* decode(body: AsyncIterable<Uint8Array>, createDecoder: () => Transform, coding: string) {
  const source = Readable.from(body);
  const decoder = createDecoder();
  // A failure of the source also destroys the decoder, which reports it.
  pipeline(source, decoder).catch(() => {});
  try {
    yield* decoder;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw badRequest(`The body must be encoded with ${coding}, according to its Content-Encoding, but is not.`);
  } finally {
    source.destroy();
  }
}

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(Z_|ERR__|ERR_TRAILING)/.test(String(error.code));
