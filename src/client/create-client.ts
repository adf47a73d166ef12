import { createAttempt } from './attempts.ts';
import { FlairError } from './errors.ts';
import { createEndpoint } from './http.ts';
import { createJobWatches } from './jobs.ts';
import { createRequest } from './request.ts';
import { createRuns } from './runs.ts';
import { runtime as ownRuntime, type Runtime } from './runtime.ts';
import { sendByFetch, sendByXhr } from './send-file.ts';
import { createResume, createStartStream } from './stream.ts';
import { createSubscribe } from './subscribe.ts';
import { createTransport } from './transport.ts';
import type { FlairClient, FlairClientOptions } from './types.ts';
import { createUploads } from './uploads.ts';

/** Creates a client of a gateway. It connects when it is used. */
export const createFlairClient = (options: FlairClientOptions): FlairClient => createClient(options, ownRuntime);

/** @param runtime Clock, timers and randomness. */
export function createClient(options: FlairClientOptions, runtime: Runtime): FlairClient {
  const disposal = new AbortController();
  const disposed = disposal.signal;
  const endpoint = createEndpoint(options);
  const transport = createTransport(endpoint, runtime, options.webSocket);
  const resume = createResume(transport.open, runtime);
  const startStream = createStartStream(disposed);
  const attempt = createAttempt(runtime, disposed);
  const request = createRequest(endpoint, disposed);
  const watches = createJobWatches(resume, startStream);
  const hasXhr = !options.fetch && globalThis.XMLHttpRequest !== undefined;
  const send = hasXhr ? sendByXhr : sendByFetch(endpoint);

  return {
    request,
    subscribe: createSubscribe(resume, startStream),
    ...watches,
    ...createRuns({ request, ...watches }, attempt),
    uploadImages: createUploads({ request, attempt, send, disposed }),
    dispose() {
      disposal.abort(new FlairError('The client was disposed of.', 'ABORTED'));
      transport.close();
    },
  };
}
