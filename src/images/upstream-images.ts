import { LRUCache } from 'lru-cache';
import { tenantOf } from '../auth/credential.ts';
import type { FinishedJobs } from '../loaders/finished-jobs.ts';
import type { ImageAddress } from '../upstream/decode/image-address.ts';
import { isNotFound } from '../upstream/errors.ts';
import type { DataItemImage } from '../upstream/images/data-item-image.ts';
import type { Download } from '../upstream/images/download.ts';
import { DownloadError } from '../upstream/images/download-error.ts';
import { type ImageStream, imageFromBase64 } from '../upstream/images/image-stream.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { SingleFlight } from '../util/single-flight.ts';
import type { ImageSource } from './source.ts';

/** Images of data items and predictions, downloaded from the URLs that the upstream returns. */
export interface UpstreamImages {
  /**
   * Opens an image. If its URL has expired, the data item or prediction is read again, once.
   *
   * @throws DownloadError or UpstreamError when the image cannot be read; the signal's reason.
   */
  open(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<ImageStream>;
  /** Caches the image URLs of a prediction, so that opening them does not read the prediction again. */
  cacheUrls(apiKey: string, row: PredictionRow): void;
  /** Evicts the image URLs of a prediction. */
  evictUrls(apiKey: string, predictionId: string): void;
}

export interface UpstreamImagesOptions {
  upstreamOf: (apiKey: string) => Upstream;
  download: Download;
  /** Refreshed by each read of a prediction. */
  finishedJobs: Pick<FinishedJobs, 'add' | 'delete'>;
}

type ImageLocation = DataItemImage | ImageAddress;

/** Maximum size of all cached URLs together, in characters. */
const MAX_CHARACTERS = 8_000_000;
/** Maximum length of a cached URL, in characters. */
const MAX_URL_CHARACTERS = 4_096;

/** @see UpstreamImages. URLs are cached per credential. */
export function createUpstreamImages({ upstreamOf, download, finishedJobs }: UpstreamImagesOptions): UpstreamImages {
  const cachedUrls = new LRUCache<string, readonly string[]>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (urls, key) => key.length + urls.join('').length,
  });
  const reads = new SingleFlight<PredictionRow>();
  const keyOf = (apiKey: string, predictionId: string) => `${tenantOf({ apiKey })}/${predictionId}`;

  const learn = (apiKey: string, { id, status, images }: PredictionRow) => {
    if (!status?.isFinished || !images) return;
    const urls = images.flatMap((image) =>
      'url' in image && image.url.length <= MAX_URL_CHARACTERS ? [image.url] : [],
    );
    if (urls.length > 0 && urls.length === images.length) cachedUrls.set(keyOf(apiKey, id), urls);
  };

  /** Location of an image. @param expired A URL that has expired. */
  const locate = async (
    apiKey: string,
    source: ImageSource,
    signal: AbortSignal,
    expired?: string,
  ): Promise<ImageLocation> => {
    const upstream = upstreamOf(apiKey);
    if (source.kind === 'dataItem') {
      return await upstream.dataItems.image({ modelId: source.modelId, id: source.dataId }, { signal });
    }
    const { predictionId, index } = source;
    const key = keyOf(apiKey, predictionId);
    const url = cachedUrls.get(key)?.[index];
    if (url !== undefined && url !== expired) return { url };
    const read = (shared: AbortSignal) => upstream.predictions.get(predictionId, { signal: shared });
    const row = await reads
      .use(key, signal, read, (row) => row)
      .catch((error: unknown) => {
        if (isNotFound(error)) finishedJobs.delete(apiKey, { kind: 'Prediction', id: predictionId });
        throw error;
      });
    learn(apiKey, row);
    finishedJobs.add(apiKey, row);
    const image = row.images?.[index];
    if (!image) throw new DownloadError('expired', 'Expected the image in its prediction, but it is no longer there.');
    return image;
  };

  const openAt = async (apiKey: string, location: ImageLocation, signal: AbortSignal): Promise<ImageStream> => {
    if ('image' in location) return location.image;
    if ('base64' in location) return imageFromBase64(location.base64);
    return await download(location.url, signal, upstreamOf(apiKey).fetchOwn);
  };

  return {
    async open(apiKey, source, signal) {
      const location = await locate(apiKey, source, signal);
      try {
        return await openAt(apiKey, location, signal);
      } catch (error) {
        if (!('url' in location) || !(error instanceof DownloadError) || error.reason !== 'expired') throw error;
        const fresh = await locate(apiKey, source, signal, location.url);
        if ('url' in fresh && fresh.url === location.url) throw error;
        return await openAt(apiKey, fresh, signal);
      }
    },
    cacheUrls: learn,
    evictUrls: (apiKey, predictionId) => void cachedUrls.delete(keyOf(apiKey, predictionId)),
  };
}
