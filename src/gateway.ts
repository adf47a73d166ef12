import { GraphQLError } from 'graphql';
import type { TransportContext } from './auth/caller.ts';
import { tenantOf } from './auth/credential.ts';
import type { GatewayOptions } from './config/gateway-options.ts';
import { createAdmission } from './gateway/admission.ts';
import { createBase } from './gateway/base.ts';
import { createCallers } from './gateway/callers.ts';
import { createMedia } from './gateway/media.ts';
import { createSteps } from './gateway/steps.ts';
import { createUpstreamAccess } from './gateway/upstream-access.ts';
import { createWeb, operationsOver } from './gateway/web.ts';
import { columnOf } from './pipeline/table.ts';
import { checkUpstream } from './upstream/check-upstream.ts';
import { sleepUntil } from './util/timers.ts';

/** Creates all components of the gateway except its HTTP and WebSocket servers, in order of their dependencies. */
export function createGateway(options: GatewayOptions) {
  const base = createBase(options);
  const access = createUpstreamAccess(base);
  const callers = createCallers(base);
  const admission = createAdmission(base);
  const media = createMedia(base, access, callers);
  const parts = { access, callers, admission, media };
  const { pipeline, documents, idempotency } = createSteps(base, parts);
  let isStopping = false;
  const { router, health, fastPath } = createWeb(base, { ...parts, pipeline, isStopping: () => isStopping });

  const { config, problems, sleep, now } = base;
  const { upstreamOf, jobWatcher } = access;
  return {
    basePath: config.basePath ?? '',
    /** Responds to plain queries over HTTP as {@link fetch} does, with less work. */
    fastPath,
    /** Responds to an HTTP request: the graph, GraphiQL, images, uploads and health. */
    fetch: router.fetch,
    /** Rejects new requests other than health checks. Pending requests continue. */
    refuseNew: router.refuseNew,
    /** Sets what `/ready` reports. */
    setPhase: health.setPhase,
    /** Ends every job subscription so that its client reconnects. */
    endStreams() {
      isStopping = true;
      jobWatcher.dispose();
    },
    /** Parses and validates documents. */
    documents,
    /** The steps and the execution of operations over WebSockets. */
    webSocket: {
      steps: columnOf(pipeline, 'webSocket'),
      operations: operationsOver(pipeline, 'webSocket'),
      messageBytes: media.uploads.operationBytes,
    },
    /**
     * Acquires a slot for a WebSocket before its handshake, and delays it until it is within the rate of its address.
     * Returns a function that releases the slot, or an error.
     */
    async admitSocket(address: string, signal: AbortSignal): Promise<(() => void) | GraphQLError> {
      const release = admission.socketSlots.acquire(address);
      if (release instanceof GraphQLError) return release;
      const error = await admission.addressRate.wait(address, signal);
      if (error) release();
      return error ?? release;
    },
    /**
     * Counts a WebSocket against the quota of its key, once its credentials have arrived.
     *
     * @returns A function that releases its part of the quota, and the expiry of its credentials.
     * @throws GraphQLError UNAUTHENTICATED or FORBIDDEN for credentials that are invalid without a request to the
     * upstream, RATE_LIMITED when the quota is exhausted.
     */
    async openSocket(transport: TransportContext): Promise<{ close: () => void; expiresAt: number | undefined }> {
      const caller = await callers.identifyCaller(transport);
      return { close: admission.socketQuota.acquire(tenantOf(caller.credential())), expiresAt: caller.expiresAt };
    },
    /** Waits until a time of the wall clock, in milliseconds since the epoch. */
    waitUntil: (at: number, signal: AbortSignal) => sleepUntil(at, { sleep, now }, signal),
    maskError: base.maskError,
    /** Reads the model list once with the gateway's own key, if it has one, and logs a failure. Never rejects. */
    checkUpstream: () =>
      checkUpstream({ upstreamOf, ownKey: config.ownKey, baseUrl: base.upstream.baseUrl, log: base.log }),
    /** True if a page of this origin may open a WebSocket, for which browsers send no preflight. */
    allowsOrigin: callers.corsPolicy.allows,
    /** The present activity of the gateway, for its metrics. */
    get counts() {
      return {
        polls: jobWatcher.counts,
        waitingRequests: upstreamOf.waiting(),
        isCircuitOpen: problems.breaker.since !== undefined,
        decodeBytes: { reserved: media.budget.reserved, max: media.budget.maxBytes },
        problems: problems.all.map(({ name, since }) => ({ name, isPresent: since !== undefined })),
      };
    },
    /** Number of jobs that are being polled. */
    get watchedJobs() {
      return jobWatcher.size;
    },
    /** Stops every poll, so that streams complete and waiting responses are sent, and waits for pending writes. */
    async dispose(): Promise<void> {
      jobWatcher.dispose();
      await media.tickets.dispose();
      await idempotency.dispose();
      base.cluster?.close();
    },
  };
}
