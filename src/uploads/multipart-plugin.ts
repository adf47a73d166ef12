import type { Plugin } from 'graphql-yoga';
import type { Sleep } from '../util/timers.ts';
import type { UploadLimits } from './limits.ts';
import { type MultipartOperation, receiveMultipart } from './multipart.ts';
import { checkContentLength, tooSlow } from './request-errors.ts';
import type { UploadQueue } from './upload-queue.ts';

export interface UploadsOptions {
  limits: UploadLimits;
  admission: UploadQueue;
  /** Whose upload a request is, as far as its headers show before it is authenticated. */
  ownerOf: (request: Request) => string;
  pause: Sleep;
}

/** Reads multipart requests in the place of Yoga's own parser, which holds every file in memory. */
export function useUploads({ limits, admission, ownerOf, pause }: UploadsOptions): Plugin {
  const underWay = new WeakMap<Request, MultipartOperation>();

  return {
    onRequestParse({ request, setRequestParser }) {
      const contentType = request.headers.get('content-type') ?? '';
      if (request.method !== 'POST' || !/^multipart\/form-data\b/i.test(contentType)) return;
      setRequestParser(async () => {
        checkContentLength(request, limits.bytes, 'MAX_UPLOAD_BYTES');
        const leave = await admission.acquire(request.signal, ownerOf(request));
        const arrived = new AbortController();
        const late = new AbortController();
        pause(limits.milliseconds, arrived.signal).then(
          () => late.abort(tooSlow(limits.milliseconds, 'UPLOAD_SECONDS')),
          () => {},
        );
        try {
          const operation = await receiveMultipart(request.body, contentType, limits, late.signal);
          underWay.set(request, operation);
          return operation.params;
        } finally {
          arrived.abort();
          leave();
        }
      });
    },
    async onResponse({ request }) {
      await Promise.all((underWay.get(request)?.files ?? []).map((file) => file.discard()));
      underWay.delete(request);
    },
  };
}
