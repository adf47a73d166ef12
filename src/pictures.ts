import type { ImageSource } from './images/source.ts';
import type { Download } from './upstream/download.ts';
import { DownloadError } from './upstream/download-error.ts';
import type { ImageAddress } from './upstream/image-address.ts';
import { type Picture, pictureOfBase64 } from './upstream/picture.ts';
import type { Upstream } from './upstream/upstream.ts';

/** Opens the picture of a data item or of a prediction, wherever the upstream keeps it. */
export async function openPicture(
  upstream: Upstream,
  source: ImageSource,
  download: Download,
  signal: AbortSignal,
): Promise<Picture> {
  const place = await find(upstream, source, signal);
  if ('base64' in place) return pictureOfBase64(place.base64);
  if ('url' in place) return await download(place.url, signal, upstream.fetchOwn);
  return { contentType: undefined, byteSize: place.bytes.byteLength, body: new Blob([place.bytes]).stream() };
}

async function find(
  upstream: Upstream,
  source: ImageSource,
  signal: AbortSignal,
): Promise<ImageAddress | { bytes: Uint8Array<ArrayBuffer> }> {
  if (source.kind === 'dataItem') {
    return await upstream.dataItems.picture({ modelId: source.modelId, id: source.dataId }, { signal });
  }
  const { images } = await upstream.predictions.get(source.predictionId, { signal });
  const image = images?.[source.index];
  if (!image) throw new DownloadError('expired', 'The prediction has no such image any more.');
  return image;
}
