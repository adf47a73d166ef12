import { schema } from '../../schema/index.ts';
import { createIdempotency } from '../idempotency/idempotency.ts';
import { MEDIA_TYPES } from '../images/signature.ts';
import { WIDTHS } from '../images/variant.ts';
import { createDocuments } from '../limits/documents.ts';
import { defaultOperationLimits, type OperationLimits } from '../limits/limits.ts';
import { createResponseLimits } from '../limits/response-limits.ts';
import { createPersistedDocuments } from '../persisted-documents/documents.ts';
import { validateManifest } from '../persisted-documents/manifest.ts';
import { createSharedDocuments } from '../persisted-documents/shared-documents.ts';
import { documentErrors } from '../persisted-documents/validate-manifest.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import type { Admission } from './admission.ts';
import type { Base } from './base.ts';
import type { Callers } from './callers.ts';
import type { Media } from './media.ts';
import type { UpstreamAccess } from './upstream-access.ts';

/** Time for the body of a request without files to arrive, in milliseconds. */
export const BODY_TIME = 30_000;

/** The parts of a gateway from which its operations are made. */
export interface OperationParts {
  readonly access: UpstreamAccess;
  readonly callers: Callers;
  readonly admission: Admission;
  readonly media: Media;
}

/** Creates the steps of operations on each transport, the parser of their documents, and the records of their writes. */
export function createSteps(base: Base, parts: OperationParts) {
  const { config, problems, measurements, sleep, startTimer, now, monotonicNow } = base;
  const { access, callers, admission, media } = parts;
  const limits = { ...defaultOperationLimits, ...base.limits };
  const suggestions = !config.isProduction;
  const { documents, persisted } = createDocumentsOf(base, limits);
  const idempotency = createIdempotency({ store: base.idempotencyStore, sleep, onError: problems.records.occur });
  const wrap = base.wrapPipeline ?? ((unwrapped) => unwrapped);
  const pipeline = wrap(
    createPipeline({
      addressRate: admission.addressRate,
      body: { maxBytes: media.uploads.operationBytes, milliseconds: BODY_TIME, sleep, startTimer },
      uploads: {
        limits: media.uploads,
        queue: media.uploadQueue,
        ownerOf: ({ headers }) => headers.get(callers.apiKeyHeader) ?? headers.get('authorization') ?? '',
        sleep,
      },
      corsPolicy: callers.corsPolicy,
      apiKeyHeader: callers.apiKeyHeader,
      persisted,
      documents,
      costLimit: limits.cost,
      identifyCaller: callers.identifyCaller,
      operationQuota: admission.operationQuota,
      execution: {
        schema,
        services: {
          ...access,
          now,
          onCachedRead: measurements.onCached,
          requestLimit: limits.cost,
          limits: {
            uploads: { ...media.uploads, pixels: media.maxUploadPixels, mediaTypes: MEDIA_TYPES },
            imageWidths: WIDTHS,
            operations: limits,
          },
          images: media.images,
          upstreamImages: media.upstreamImages,
          uploadReader: media.uploadReader,
          tickets: media.tickets,
          watchTokens: callers.watchTokens,
          idempotency,
        },
        limits: createResponseLimits(limits),
        suggestions,
        milliseconds: base.operationMilliseconds ?? 30_000,
        sleep,
        startTimer,
        now,
        monotonicNow,
      },
      maskError: base.maskError,
    }),
  );
  return { pipeline, documents, idempotency };
}

/** The parser of documents, and the documents that clients send by their hash or id. */
function createDocumentsOf({ config, documents: options, cluster, monotonicNow }: Base, limits: OperationLimits) {
  const documents = createDocuments({
    schema,
    limits,
    introspection: config.introspection ?? true,
    suggestions: !config.isProduction,
    onValid: (text) => persisted.markValid(text),
  });
  const { automatic = true, manifest } = options ?? {};
  const persisted = createPersistedDocuments({
    automatic,
    manifest: manifest?.documents,
    isValid: (text) => documents.findValid(text) !== undefined,
    shared: cluster && createSharedDocuments(cluster, monotonicNow),
  });
  if (manifest) validateManifest(manifest, (document) => documentErrors(document, documents));
  return { documents, persisted };
}
