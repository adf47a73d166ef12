import { setTimeout } from 'node:timers/promises';
import { contract as vendorContract } from '../contract/contract.gen.ts';
import type { OperationId } from '../contract/contract.ts';
import { maxImageBytes } from '../contract/rules.ts';
import { wallClockNow } from '../util/clocks.ts';
import { ApiError, errorResponse } from './api-error.ts';
import type { SandboxContext } from './context.ts';
import { dataItemHandlers } from './data-items.ts';
import { openDatabase, signingSecret } from './database.ts';
import { drawDemoImage } from './demo-images.ts';
import { createDispatch } from './dispatch.ts';
import { ConnectionReset, createFaults, type Faults, type Sleep } from './faults.ts';
import type { Handlers } from './handler.ts';
import { imageAt } from './image-paths.ts';
import { createImageStore } from './image-store.ts';
import { createKeyring } from './keys.ts';
import { modelHandlers } from './models.ts';
import type { SandboxOptions } from './options.ts';
import { createOwnRoutes, isFaultsPath, methodNotAllowedError, unknownPathError } from './own-routes.ts';
import { createPredictionImages } from './prediction-images.ts';
import { predictionHandlers } from './predictions.ts';
import { createRouter, operationIds } from './router.ts';
import { seedDemoData } from './seed.ts';
import { createSignedUrls } from './signed-urls.ts';
import { trainingHandlers } from './trainings.ts';
import { createValidator } from './validation.ts';

export type { SandboxOptions, SeenRequest } from './options.ts';

/** The embedded implementation of the vendor's API. */
export interface Sandbox {
  /**
   * Handles a request.
   *
   * @throws TypeError with a cause of code ECONNRESET if a fault breaks the connection; the signal's reason if the request
   * is aborted during a delay.
   */
  fetch(request: Request): Promise<Response>;
  /** The simulated faults; they may be changed at any time. */
  faults: Pick<Faults, 'text'>;
  /** Closes the store. */
  close(): void;
}

const MAX_JSON_BYTES = 1_048_576;
const MILLISECONDS = 1_000;
const timer: Sleep = async (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal });

/**
 * Opens a sandbox: all operations of the API, its own storage, and simulated jobs.
 *
 * @throws FaultSyntaxError if `faults` is invalid; Error if the store cannot be opened.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { contract = vendorContract, apiKeyHeader = 'x-api-key', now = wallClockNow, onRequest, publicUrl } = options;
  const faults = createFaults(options.faults ?? '', operationIds(contract.operations), options.sleep ?? timer);
  const database = openDatabase(options.storage ?? 'memory');
  const images = createImageStore(database, drawDemoImage);
  const lifetime = (options.imageUrlSeconds ?? 3_600) * MILLISECONDS;
  const context: SandboxContext = {
    database,
    images,
    urls: createSignedUrls({ secret: signingSecret(database), now, lifetime }),
    now,
    pageSize: options.pageSize ?? 20,
    listDetail: options.listDetail ?? 'full',
    dataItemShape: options.dataItemShape ?? 'bytes',
    durations: {
      fast: (options.fastSeconds ?? 20) * MILLISECONDS,
      high_quality: (options.highQualitySeconds ?? 60) * MILLISECONDS,
      prediction: (options.predictionSeconds ?? 6) * MILLISECONDS,
    },
  };
  if (options.seed) seedDemoData(context);

  const handlers: Handlers = {
    ...modelHandlers(context),
    ...dataItemHandlers(context),
    ...trainingHandlers(context),
    ...predictionHandlers(context),
  };
  const limits = { image: options.maxImageBytes ?? maxImageBytes(contract), json: MAX_JSON_BYTES };
  const dispatch = createDispatch(handlers, createValidator(contract), limits);
  const route = createRouter(contract);
  const ownerOfKey = createKeyring(options.keys ?? []);
  const ownRoutes = createOwnRoutes(context, createPredictionImages(database, images, now), faults);

  const handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const routed = route(request.method, url.pathname);
    const key = request.headers.get(apiKeyHeader);
    const owner = ownerOfKey(
      apiKeyHeader.toLowerCase() === 'authorization' ? (key?.replace(/^bearer +/i, '') ?? null) : key,
    );
    const operation = routed.match?.id;
    onRequest?.({ operation, method: request.method, path: url.pathname, keyHash: owner });

    if (imageAt(url.pathname)) return withFaults('image', request, () => ownRoutes.image(request, url));
    const known = routed.match !== undefined || routed.allowed.length > 0 || isFaultsPath(url.pathname);
    if (!known) throw unknownPathError(url);
    if (owner === undefined) {
      throw new ApiError(401, `The API key is missing or unknown. Send a valid key in the header ${apiKeyHeader}.`);
    }
    if (isFaultsPath(url.pathname)) return ownRoutes.faults(request);
    const { match } = routed;
    if (!match) throw methodNotAllowedError(request, routed.allowed);
    const origin = publicUrl?.replace(/\/+$/, '') ?? url.origin;
    return withFaults(match.id, request, () => dispatch(match, request, { owner, url, origin }));
  };

  const withFaults = async (target: OperationId | 'image', request: Request, work: () => Promise<Response>) => {
    const requestFaults = faults.faultsFor(target);
    await requestFaults.apply('before', request.signal);
    const response = await work().catch((error) => errorToResponse(error, request));
    await requestFaults.apply('after', request.signal);
    return response;
  };

  return {
    fetch: (request) => handle(request).catch((error) => errorToResponse(error, request)),
    faults,
    close: () => database.close(),
  };
}

function errorToResponse(error: unknown, { signal }: Request): Response {
  if (error instanceof ApiError) return errorResponse(error);
  if (error instanceof ConnectionReset || signal.aborted) throw error;
  const message = error instanceof Error ? error.message : String(error);
  return errorResponse({ status: 500, message: `The sandbox failed with an internal error: ${message}`, headers: {} });
}
