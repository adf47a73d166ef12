import { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import { TempFileError } from '../util/local-failure.ts';
import { drain } from './drain.ts';
import type { UploadLimits } from './limits.ts';
import { type MultipartRequest, placeFiles, readMap, readOperations } from './multipart-map.ts';
import { badRequest, incompleteBody, tooLarge } from './request-errors.ts';
import { type ReceivedFile, writeTempFile } from './temp-file.ts';

/** An operation with its files in place. Whoever gets it discards the files in the end. */
export interface MultipartOperation {
  readonly params: Record<string, unknown>;
  readonly files: readonly ReceivedFile[];
}

/** Parts that one request may hold, and the bytes of one that is no file. */
const MAX_PARTS = 40;
const MAX_FIELD_BYTES = 262_144;

/**
 * Reads a request of the GraphQL multipart request specification: `operations`, then `map`, then the files. No file is
 * held in memory. One that is longer than the upstream takes is cut off, and the others are read on.
 *
 * @throws TempFileError; GraphQLError BAD_USER_INPUT or PAYLOAD_TOO_LARGE with a status, also when the body ends early; the signal's reason.
 * No file is left then.
 */
export async function receiveMultipart(
  body: ReadableStream<Uint8Array> | null,
  contentType: string,
  limits: Pick<UploadLimits, 'files' | 'bytes'>,
  signal: AbortSignal,
): Promise<MultipartOperation> {
  const form = createParser(contentType, limits);
  const reader = body?.getReader();
  const source = Readable.from(limitBytes(limits.bytes, reader));
  const streams: BusboyFileStream[] = [];
  const spooling = new Map<string, Promise<ReceivedFile>>();
  const failure = new AbortController();
  let params: MultipartRequest['params'] | undefined;
  let map: MultipartRequest['map'] | undefined;

  const onField = (name: string, value: string, isCut: boolean) => {
    if (isCut) throw tooLarge(`\`${name}\` may have ${MAX_FIELD_BYTES} bytes, but has more.`);
    if (name === 'operations' && !params) params = readOperations(value);
    else if (name === 'map' && params && !map) map = readMap(value);
    else throw badRequest(`Expected the parts \`operations\`, then \`map\`, then the files, but got "${name}" there.`);
  };
  const onFile = (name: string, stream: BusboyFileStream, fileName: string | undefined) => {
    streams.push(stream);
    // What the form fails with it also tells the file that it is in, more than once.
    stream.on('error', () => {});
    if (!map) throw badRequest(`Expected \`operations\` and \`map\` before any file, but got the file "${name}".`);
    if (!map.has(name)) throw badRequest(`Expected files that \`map\` names, but got one named "${name}".`);
    if (spooling.has(name)) throw badRequest(`Expected one file named "${name}", but got two.`);
    const file = writeTempFile(fileName ?? name, stream);
    // It is awaited in the end. The form does not end when nobody takes this part from it.
    file.catch((error: unknown) => {
      if (error instanceof TempFileError) failure.abort(error);
    });
    spooling.set(name, file);
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
      form.on(
        'field',
        orReject((name, value, _nameIsCut, valueIsCut) => onField(name, value, valueIsCut)),
      );
      form.on('file', orReject(onFile));
      form.once('filesLimit', () =>
        reject(badRequest(`A request may hold ${limits.files} files (MAX_UPLOAD_FILES), but this has more.`)),
      );
      form.once('partsLimit', () => reject(badRequest(`A request may hold ${MAX_PARTS} parts, but this has more.`)));
      form.on('error', () => reject(badRequest('The multipart body is malformed, or ends too early.')));
      form.once('finish', resolve);
      source.once('error', reject);
      for (const ending of [signal, failure.signal]) {
        ending.addEventListener('abort', () => reject(ending.reason), { once: true });
      }
      source.pipe(form);
    });
    const files = new Map<string, ReceivedFile>();
    for (const [name, file] of spooling) files.set(name, await file);
    if (!params || !map) throw badRequest('Expected the parts `operations` and `map`, but the body ends before them.');
    placeFiles({ params, map }, files);
    return { params, files: [...files.values()] };
  } catch (error) {
    source.destroy();
    void drain(reader);
    for (const stream of streams) stream.destroy();
    for (const file of spooling.values()) {
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
      throw tooLarge(`A request with files may have ${maxBytes} bytes (MAX_UPLOAD_BYTES), but this has more.`);
    yield chunk.value;
  }
}

function createParser(contentType: string, { files }: Pick<UploadLimits, 'files'>) {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Whatever a part claims to be: these two are text, and all else is a file.
      isPartAFile: (name) => name !== 'operations' && name !== 'map',
      limits: { files, parts: MAX_PARTS, fields: MAX_PARTS, fieldSize: MAX_FIELD_BYTES, fileSize: MAX_IMAGE_BYTES + 1 },
    });
  } catch {
    throw badRequest('Expected the Content-Type multipart/form-data with a boundary, but got one without.');
  }
}
