import type { Attempt } from './attempts.ts';
import { FlairError } from './errors.ts';
import { invalidResponse, retryAfterOf, toFlairError } from './http.ts';
import type { SendFile } from './send-file.ts';
import type { UploadedDataItem, UploadOptions, UploadOutcome, UploadState } from './types.ts';

/** Maximum size of an image, in bytes. A larger file is not sent: a browser may report its rejection as a broken connection. */
export const MAX_IMAGE_BYTES = 10_485_760;

/** What the uploads of one call share. */
export interface UploadContext {
  attempt: Attempt;
  send: SendFile;
  signal: AbortSignal;
  onProgress: UploadOptions['onProgress'];
}

/** The upload of one file. */
export interface Upload {
  readonly outcome: UploadOutcome | undefined;
  /** Sends the file. Never rejects. @param url The URL of a ticket. */
  run(url: string): Promise<void>;
  /** Rejects the file. @param error The reason; a stop of the upload takes its place. */
  reject(error: unknown): UploadOutcome;
}

export function createUpload(file: Blob, index: number, context: UploadContext): Upload {
  const { attempt, send, signal, onProgress } = context;
  const { size } = file;
  let outcome: UploadOutcome | undefined;
  let sentBytes = 0;
  /** True once an attempt has ended without a response of the gateway although all bytes were sent. */
  let mayBeStored = false;

  const report = (state: UploadState) => {
    try {
      onProgress?.({ index, file, sentBytes, totalBytes: size, state, error: outcome?.error });
    } catch (error) {
      // Reported like an error of an event listener: it must not change the outcomes.
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  const onSent = (bytes: number) => {
    sentBytes = bytes;
    report(bytes < size ? 'uploading' : 'processing');
  };
  const reject = (thrown: unknown) => {
    let error = toError(thrown);
    if (signal.aborted) {
      error = new FlairError('The upload was stopped before the gateway reported this file as stored.', 'ABORTED');
    } else if (mayBeStored && (error.retryable || !error.errors[0])) {
      // A retryable error of the gateway does not decide, because it may precede the check whether the ticket was used.
      error = outcomeUnknown(thrown);
    }
    outcome = { index, file, error };
    report('rejected');
    return outcome;
  };

  if (size <= MAX_IMAGE_BYTES) report('waiting');
  else {
    const message = `Expected an image of at most 10 MB (${MAX_IMAGE_BYTES} bytes), but got ${size} bytes.`;
    reject(new FlairError(message, 'PAYLOAD_TOO_LARGE'));
  }
  return {
    get outcome() {
      return outcome;
    },
    reject,
    async run(url) {
      try {
        const dataItem = await attempt(async (failures) => {
          signal.throwIfAborted();
          onSent(0);
          // The callback may have stopped the upload.
          signal.throwIfAborted();
          try {
            return await dataItemOf(await send({ url, file, signal, onSent }), failures);
          } catch (thrown) {
            const error = toError(thrown);
            mayBeStored ||= sentBytes >= size && error.retryable && !error.errors[0];
            throw error;
          }
        }, signal);
        sentBytes = size;
        outcome = { index, file, dataItem };
        report('stored');
      } catch (error) {
        reject(error);
      }
    },
  };
}

const toError = (error: unknown) =>
  error instanceof FlairError ? error : new FlairError(String(error), 'INVALID_RESPONSE', { cause: error });

const outcomeUnknown = (cause?: unknown) =>
  new FlairError(
    'The response was lost, and the image may have been stored. Check the data items of the model.',
    'UPSTREAM_OUTCOME_UNKNOWN',
    { cause },
  );

/**
 * The data item in the response to an upload.
 *
 * @param failures Number of failed attempts with the same ticket. @throws FlairError if there is none.
 */
async function dataItemOf(response: Response, failures: number): Promise<UploadedDataItem> {
  const { dataItem, error }: UploadBody = (await response.json().catch(() => {})) ?? {};
  if (dataItem) return dataItem;
  if (typeof error?.code !== 'string') throw invalidResponse(response, 'a response of the gateway to the upload');
  // A ticket is used up by the first attempt that succeeds, whose response was lost.
  if (failures > 0 && error.code === 'BAD_USER_INPUT' && response.status === 409) throw outcomeUnknown();
  throw toFlairError([{ message: error.message, extensions: error }], { retryAfter: retryAfterOf(response.headers) });
}

/** The body of the response to an upload; anything else for one of a proxy. */
interface UploadBody {
  dataItem?: UploadedDataItem;
  error?: { code?: string; message: string; retryable: boolean };
}
