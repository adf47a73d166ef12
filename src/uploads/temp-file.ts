import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadedFile } from '../images/validate-upload.ts';
import { orTempFileError } from '../util/local-failure.ts';

/** An uploaded file on disk. */
export interface ReceivedFile extends UploadedFile {
  /** Gives its place on disk back. It cannot be read any more. */
  discard(): Promise<void>;
}

/**
 * Writes a file to disk as it arrives, so that memory holds a chunk of it. The file has no name from the beginning on:
 * the system takes it back with the process, however that ends.
 *
 * @throws TempFileError; what the stream fails with; nothing is left behind.
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

/** A file on disk without a name, which grows. */
export interface TempFile extends Omit<ReceivedFile, 'name'> {
  append(chunk: Uint8Array): Promise<void>;
}

/** @throws TempFileError, as all uses of the file do. */
export async function openTempFile(): Promise<TempFile> {
  const handle = await orTempFileError(openUnlinked());
  let size = 0;
  return {
    get size() {
      return size;
    },
    async append(chunk) {
      await orTempFileError(writeAll(handle, chunk));
      size += chunk.byteLength;
    },
    arrayBuffer: () => orTempFileError(readAll(handle, size)),
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

/** A single write may take less than it was given (POSIX, `write`). */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    written += (await handle.write(chunk, written)).bytesWritten;
  }
}

async function readAll(handle: FileHandle, size: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  for (let read = 0; read < size; ) {
    const { bytesRead } = await handle.read(bytes, read, size - read, read);
    if (bytesRead === 0) throw new Error(`Expected ${size} bytes of an uploaded file, but only ${read} are left.`);
    read += bytesRead;
  }
  return bytes.buffer;
}
