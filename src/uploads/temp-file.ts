import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadedFile } from '../images/validate-upload.ts';
import { wrapTempFileError } from '../util/local-failure.ts';

/** An uploaded file on disk. */
export interface ReceivedFile extends UploadedFile {
  /** Frees the disk space. The file can no longer be read. */
  discard(): Promise<void>;
}

/**
 * Writes a stream to a temporary file, chunk by chunk. The file is unlinked as soon as it is opened, so that the system
 * frees it when the process ends, even after a crash.
 *
 * @throws TempFileError; the error of the stream. The file is discarded then.
 */
export async function writeTempFile(name: string, stream: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
  const file = await openTempFile();
  try {
    for await (const chunk of stream) await file.append(chunk);
    return { name, size: file.size, arrayBuffer: file.arrayBuffer, discard: file.discard };
  } catch (error) {
    await file.discard().catch(() => {});
    throw error;
  }
}

/** An unlinked temporary file that chunks are appended to. */
export interface TempFile extends Omit<ReceivedFile, 'name'> {
  append(chunk: Uint8Array): Promise<void>;
}

/** Opens an empty temporary file. @throws TempFileError, as do the methods of the file. */
export async function openTempFile(): Promise<TempFile> {
  const handle = await wrapTempFileError(openUnlinked());
  let size = 0;
  return {
    get size() {
      return size;
    },
    async append(chunk) {
      await wrapTempFileError(writeAll(handle, chunk));
      size += chunk.byteLength;
    },
    arrayBuffer: () => wrapTempFileError(readAll(handle, size)),
    discard: () => handle.close(),
  };
}

async function openUnlinked(): Promise<FileHandle> {
  const path = join(tmpdir(), `flair-upload-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

/** Writes the whole chunk. A single `write` may be partial (POSIX). */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    written += (await handle.write(chunk, written)).bytesWritten;
  }
}

async function readAll(handle: FileHandle, size: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  for (let read = 0; read < size; ) {
    const { bytesRead } = await handle.read(bytes, read, size - read, read);
    if (bytesRead === 0) throw new Error(`Expected ${size} bytes in an uploaded file, but it ended after ${read}.`);
    read += bytesRead;
  }
  return bytes.buffer;
}
