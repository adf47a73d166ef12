import { LRUCache } from 'lru-cache';
import { tenantOf } from '../auth/credential.ts';
import type { ImageAddress } from '../upstream/decode/image-address.ts';
import type { DataItemImage } from '../upstream/images/data-item-image.ts';
import type { Download } from '../upstream/images/download.ts';
import { DownloadError } from '../upstream/images/download-error.ts';
import { type ImageStream, imageFromBase64 } from '../upstream/images/image-stream.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { SingleFlight } from '../util/single-flight.ts';
import type { ImageSource } from './source.ts';

/** Pictures of data items and predictions, wherever the upstream keeps them. */
export interface UpstreamImages {
  /**
   * Opens a picture. When the address that the upstream handed out has expired, its document is read again, once.
   *
   * @throws DownloadError or UpstreamError when there is no picture; the signal's reason when it aborts.
   */
  open(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<ImageStream>;
  /** Notes what was read of a prediction, so that its pictures can be found without reading it again. */
  learn(apiKey: string, row: PredictionRow): void;
  /** Forgets where a prediction's pictures are. */
  forget(apiKey: string, predictionId: string): void;
}

export interface UpstreamImagesOptions {
  upstreamOf: (apiKey: string) => Upstream;
  download: Download;
}

type ImageLocation = DataItemImage | ImageAddress;

/** What all remembered addresses may take together, in characters. */
const MAX_CHARACTERS = 8_000_000;
/** Longer addresses are not remembered, in characters. */
const MAX_URL_CHARACTERS = 4_096;

/** @see UpstreamImages. Addresses are remembered for the credential that they were handed to. */
export function createUpstreamImages({ upstreamOf, download }: UpstreamImagesOptions): UpstreamImages {
  const addresses = new LRUCache<string, readonly string[]>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (urls, name) => name.length + urls.join('').length,
  });
  const reading = new SingleFlight<PredictionRow>();
  const nameOf = (apiKey: string, predictionId: string) => `${tenantOf({ apiKey })}/${predictionId}`;

  const learn = (apiKey: string, { id, status, images }: PredictionRow) => {
    if (!status?.isFinished || !images) return;
    const urls = images.flatMap((image) =>
      'url' in image && image.url.length <= MAX_URL_CHARACTERS ? [image.url] : [],
    );
    if (urls.length > 0 && urls.length === images.length) addresses.set(nameOf(apiKey, id), urls);
  };

  /** @param expired An address that is no longer good. */
  const find = async (
    apiKey: string,
    source: ImageSource,
    signal: AbortSignal,
    expired?: string,
  ): Promise<ImageLocation> => {
    const upstream = upstreamOf(apiKey);
    if (source.kind === 'dataItem') {
      return await upstream.dataItems.picture({ modelId: source.modelId, id: source.dataId }, { signal });
    }
    const { predictionId, index } = source;
    const name = nameOf(apiKey, predictionId);
    const known = addresses.get(name)?.[index];
    if (known !== undefined && known !== expired) return { url: known };
    const read = (wanted: AbortSignal) => upstream.predictions.get(predictionId, { signal: wanted });
    const row = await reading.use(name, signal, read, (row) => row);
    learn(apiKey, row);
    const image = row.images?.[index];
    if (!image) throw new DownloadError('expired', 'The prediction has no such image any more.');
    return image;
  };

  const visit = async (apiKey: string, place: ImageLocation, signal: AbortSignal): Promise<ImageStream> => {
    if ('picture' in place) return place.picture;
    if ('base64' in place) return imageFromBase64(place.base64);
    return await download(place.url, signal, upstreamOf(apiKey).fetchOwn);
  };

  return {
    async open(apiKey, source, signal) {
      const place = await find(apiKey, source, signal);
      try {
        return await visit(apiKey, place, signal);
      } catch (error) {
        if (!('url' in place) || !(error instanceof DownloadError) || error.reason !== 'expired') throw error;
        const fresh = await find(apiKey, source, signal, place.url);
        if ('url' in fresh && fresh.url === place.url) throw error;
        return await visit(apiKey, fresh, signal);
      }
    },
    learn,
    forget: (apiKey, predictionId) => void addresses.delete(nameOf(apiKey, predictionId)),
  };
}
