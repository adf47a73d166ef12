import { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import { TempFileError } from '../util/local-failure.ts';
import { drain } from './drain.ts';
import type { UploadLimits } from './limits.ts';
import { type MultipartRequest, placeFiles, readMap, readOperations } from './multipart-map.ts';
import { badRequest, incompleteBody, tooLarge } from './request-errors.ts';
import { type ReceivedFile, writeTempFile } from './temp-file.ts';

/** An operation with its files set in its variables. The caller must discard the files. */
export interface MultipartOperation {
  readonly params: Record<string, unknown>;
  readonly files: readonly ReceivedFile[];
}

/** Maximum number of parts in one request. */
const MAX_PARTS = 40;
/** Maximum size of a part that is not a file, in bytes. */
const MAX_FIELD_BYTES = 262_144;

/**
 * Parses a request of the GraphQL multipart request specification: `operations`, then `map`, then the files. Files are
 * written to disk. A file that exceeds the upstream's limit is truncated, and the others are still read.
 *
 * @throws TempFileError; GraphQLError BAD_USER_INPUT or PAYLOAD_TOO_LARGE with a status, also when the body ends early;
 *   the signal's reason. All files are discarded then.
 */
export async function receiveMultipart(
  body: ReadableStream<Uint8Array> | null,
  contentType: string,
  limits: Pick<UploadLimits, 'files' | 'bytes'>,
  signal: AbortSignal,
): Promise<MultipartOperation> {
  const parser = createParser(contentType, limits);
  const reader = body?.getReader();
  const source = Readable.from(limitBytes(limits.bytes, reader));
  const streams: BusboyFileStream[] = [];
  const filesByName = new Map<string, Promise<ReceivedFile>>();
  const failure = new AbortController();
  let params: MultipartRequest['params'] | undefined;
  let map: MultipartRequest['map'] | undefined;

  const onField = (name: string, value: string, isTruncated: boolean) => {
    if (isTruncated) throw tooLarge(`\`${name}\` must have at most ${MAX_FIELD_BYTES} bytes, but has more.`);
    if (name === 'operations' && !params) params = readOperations(value);
    else if (name === 'map' && params && !map) map = readMap(value);
    else throw badRequest(`Expected the parts \`operations\`, then \`map\`, then the files, but got "${name}".`);
  };
  const onFile = (name: string, stream: BusboyFileStream, fileName: string | undefined) => {
    streams.push(stream);
    // An error of the parser is also emitted on the current file stream, more than once.
    stream.on('error', () => {});
    if (!map)
      throw badRequest(`Expected \`operations\` and \`map\` before any file, but got the file "${name}" first.`);
    if (!map.has(name)) throw badRequest(`Expected only files that are listed in \`map\`, but got "${name}".`);
    if (filesByName.has(name)) throw badRequest(`Expected one file named "${name}", but got two.`);
    const file = writeTempFile(fileName ?? name, stream);
    // The files are awaited after the parser has finished, but it never finishes while this part is not consumed.
    file.catch((error: unknown) => {
      if (error instanceof TempFileError) failure.abort(error);
    });
    filesByName.set(name, file);
  };

  try {
    await new Promise<void>((resolve, reject) => {
      const orReject =
        <Args extends unknown[]>(handle: (...args: Args) => void) =>
        (...args: Args) => {
          try {
            handle(...args);
          } catch (error) {
            reject(error);
          }
        };
      parser.on(
        'field',
        orReject((name, value, _isNameTruncated, isValueTruncated) => onField(name, value, isValueTruncated)),
      );
      parser.on('file', orReject(onFile));
      parser.once('filesLimit', () =>
        reject(badRequest(`Expected at most ${limits.files} files (MAX_UPLOAD_FILES) in one request, but got more.`)),
      );
      parser.once('partsLimit', () =>
        reject(badRequest(`Expected at most ${MAX_PARTS} parts in one request, but got more.`)),
      );
      parser.on('error', () => reject(badRequest('The multipart body is malformed, or ends too early.')));
      parser.once('finish', resolve);
      source.once('error', reject);
      for (const abortSignal of [signal, failure.signal]) {
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true });
      }
      source.pipe(parser);
    });
    const files = new Map<string, ReceivedFile>();
    for (const [name, file] of filesByName) files.set(name, await file);
    if (!params || !map)
      throw badRequest('Expected the parts `operations` and `map`, but the body contains neither or only one of them.');
    placeFiles({ params, map }, files);
    return { params, files: [...files.values()] };
  } catch (error) {
    source.destroy();
    void drain(reader);
    for (const stream of streams) stream.destroy();
    for (const file of filesByName.values()) {
      file.then(({ discard }) => discard()).catch(() => {});
    }
    throw error;
  }
}

async function* limitBytes(maxBytes: number, reader: ReadableStreamDefaultReader<Uint8Array> | undefined) {
  let size = 0;
  const read = async () => {
    try {
      return await reader?.read();
    } catch {
      throw incompleteBody();
    }
  };
  for (let chunk = await read(); chunk && !chunk.done; chunk = await read()) {
    size += chunk.value.byteLength;
    if (size > maxBytes)
      throw tooLarge(`Expected a request body of at most ${maxBytes} bytes (MAX_UPLOAD_BYTES), but got more.`);
    yield chunk.value;
  }
}

function createParser(contentType: string, { files }: Pick<UploadLimits, 'files'>) {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Regardless of what a part declares, these two are text and all others are files.
      isPartAFile: (name) => name !== 'operations' && name !== 'map',
      limits: { files, parts: MAX_PARTS, fields: MAX_PARTS, fieldSize: MAX_FIELD_BYTES, fileSize: MAX_IMAGE_BYTES + 1 },
    });
  } catch {
    throw badRequest('Expected the Content-Type multipart/form-data with a boundary, but got it without one.');
  }
}
