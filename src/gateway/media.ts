import { globalId } from '../../schema/ids.ts';
import { hostOf } from '../auth/caller.ts';
import { createDecodeCheck } from '../images/decode-check.ts';
import { createDecodeBudget } from '../images/decode-memory.ts';
import { createImages } from '../images/images.ts';
import { defaultImageLimits } from '../images/limits.ts';
import { createUpstreamImages } from '../images/upstream-images.ts';
import { defaultUploadLimits } from '../uploads/limits.ts';
import { createTickets } from '../uploads/tickets.ts';
import { createUploadQueue } from '../uploads/upload-queue.ts';
import { createUploadReader } from '../uploads/upload-reader.ts';
import type { DataItemKey } from '../upstream/data-items.ts';
import { createDownload } from '../upstream/images/download.ts';
import type { Base } from './base.ts';
import type { Callers } from './callers.ts';
import type { UpstreamAccess } from './upstream-access.ts';

/** The images that the gateway serves, and those that it receives. */
export type Media = ReturnType<typeof createMedia>;

export function createMedia(base: Base, { upstreamOf, finishedJobs }: UpstreamAccess, { baseUrlOf }: Callers) {
  const { problems, sealer, maskError, sleep, now, monotonicNow } = base;
  const imageLimits = { ...defaultImageLimits, ...base.images };
  const download = createDownload({
    ...base.network,
    monotonicNow,
    upstreamOrigin: base.upstream.baseUrl,
    allowedHosts: imageLimits.hosts,
  });
  const upstreamImages = createUpstreamImages({ upstreamOf, download, finishedJobs });
  const budget = base.decodeBudget ?? createDecodeBudget(imageLimits.decodeBytes);
  const images = createImages({
    sealer,
    open: upstreamImages.open,
    limits: imageLimits,
    budget,
    now,
    monotonicNow,
    onFailure: problems.images.occur,
  });

  const uploads = { ...defaultUploadLimits, ...base.uploads };
  const uploadQueue = createUploadQueue(uploads);
  const maxUploadPixels = Math.min(uploads.pixels, imageLimits.pixels);
  const checkDecoding = createDecodeCheck(maxUploadPixels, budget);
  const tickets = createTickets({
    sealer,
    store: base.idempotencyStore,
    queue: uploadQueue,
    limits: uploads,
    checkDecoding,
    sleep,
    monotonicNow,
    upstreamOf,
    describeDataItem(request, apiKey, key) {
      const id = globalId({ kind: 'DataItem', ...key });
      return {
        id,
        dataItem: { id, image: { url: images.url(baseUrlOf(hostOf(request)), apiKey, imageSourceOf(key)) } },
      };
    },
    onReplaced: (apiKey, key) => images.invalidate(apiKey, imageSourceOf(key)),
    maskError,
    onError: problems.records.occur,
  });
  return {
    images,
    upstreamImages,
    /** The memory for decoding images. */
    budget,
    uploads,
    uploadQueue,
    maxUploadPixels,
    uploadReader: createUploadReader({ limits: uploads, checkDecoding }),
    tickets,
  };
}

const imageSourceOf = ({ modelId, id }: DataItemKey) => ({ kind: 'dataItem', modelId, dataId: id }) as const;
