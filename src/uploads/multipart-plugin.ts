import type { Plugin } from 'graphql-yoga';
import type { Sleep } from '../util/timers.ts';
import type { UploadLimits } from './limits.ts';
import { type MultipartOperation, receiveMultipart } from './multipart.ts';
import { checkContentLength, requestTimeout } from './request-errors.ts';
import type { UploadQueue } from './upload-queue.ts';

export interface UploadsOptions {
  limits: UploadLimits;
  queue: UploadQueue;
  /** Owner of a request for the fair queue, from its headers: the request is not authenticated yet. */
  ownerOf: (request: Request) => string;
  sleep: Sleep;
}

/** Parses multipart requests instead of Yoga's own parser, which buffers every file in memory. */
export function useUploads({ limits, queue: admission, ownerOf, sleep }: UploadsOptions): Plugin {
  const operations = new WeakMap<Request, MultipartOperation>();

  return {
    onRequestParse({ request, setRequestParser }) {
      const contentType = request.headers.get('content-type') ?? '';
      if (request.method !== 'POST' || !/^multipart\/form-data\b/i.test(contentType)) return;
      setRequestParser(async () => {
        checkContentLength(request, limits.bytes, 'MAX_UPLOAD_BYTES');
        const release = await admission.acquire(request.signal, ownerOf(request));
        const arrived = new AbortController();
        const timeout = new AbortController();
        sleep(limits.receiveMilliseconds, arrived.signal).then(
          () => timeout.abort(requestTimeout(limits.receiveMilliseconds, 'UPLOAD_SECONDS')),
          () => {},
        );
        try {
          const operation = await receiveMultipart(request.body, contentType, limits, timeout.signal);
          operations.set(request, operation);
          return operation.params;
        } finally {
          arrived.abort();
          release();
        }
      });
    },
    async onResponse({ request }) {
      await Promise.all((operations.get(request)?.files ?? []).map((file) => file.discard()));
      operations.delete(request);
    },
  };
}
