import type { Attempt } from './attempts.ts';
import { createUploadTickets } from './documents.gen.ts';
import { fail } from './runs.ts';
import { follow } from './runtime.ts';
import type { SendFile } from './send-file.ts';
import type { FlairClient } from './types.ts';
import { createUpload } from './upload.ts';

/** Maximum number of tickets in one request. */
const TICKETS_PER_REQUEST = 100;
/** Fewer than the six connections that a browser opens to a host over HTTP/1.1. */
const CONCURRENCY = 3;

export interface UploadsOptions {
  request: FlairClient['request'];
  attempt: Attempt;
  send: SendFile;
  /** Ends all uploads. */
  disposed: AbortSignal;
}

/** Creates the function that uploads images with tickets. */
export const createUploads =
  (options: UploadsOptions): FlairClient['uploadImages'] =>
  async (files, { modelId, onProgress, concurrency = CONCURRENCY, signal: given }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const release = follow(controller, options.disposed, given);
    const uploads = Array.from(files, (file, index) => createUpload(file, index, { ...options, signal, onProgress }));
    const pending = uploads.filter((upload) => !upload.outcome);
    let failure: unknown;
    try {
      while (pending.length > 0) {
        const batch = pending.splice(0, TICKETS_PER_REQUEST);
        const urls = await requestTickets(options, { newInModel: modelId, count: batch.length, signal });
        const next = batch.entries();
        const work = async () => {
          for (const [index, upload] of next) await upload.run(urls[index] as string);
        };
        // `||`, because `NaN` counts as 0.
        await Promise.all(batch.slice(0, Math.max(1, concurrency || 1)).map(work));
      }
    } catch (error) {
      // Concerns the files without an outcome: no tickets, or stopped.
      failure = error;
    } finally {
      release();
    }
    return uploads.map((upload) => upload.outcome ?? upload.reject(failure));
  };

/** @returns The URL of each ticket. */
async function requestTickets(
  { request, attempt }: UploadsOptions,
  { newInModel, count, signal }: { newInModel: string; count: number; signal: AbortSignal },
): Promise<string[]> {
  const variables = { input: { target: { newInModel }, count } };
  const { createUploadTickets: result } = await attempt(
    () => request(createUploadTickets, variables, { signal }),
    signal,
  );
  return 'tickets' in result ? result.tickets.map(({ url }) => url) : fail(result);
}
