import { NEVER_ABORTED } from '../../util/abort-signals.ts';
import type { CallOptions, Client } from '../client.ts';
import { imageAddress } from '../decode/image-address.ts';
import { readJson } from '../decode/json.ts';
import { memoizePerContract, readValue } from '../decode/objects.ts';
import { MAX_RESPONSE_BYTES } from '../transport/body.ts';
import { isJson } from '../transport/transport.ts';
import { boundBody, receiveImage } from './bounded-response.ts';
import { DownloadError } from './download-error.ts';
import { type ImageStream, imageFromBase64, MAX_IMAGE_STREAM_BYTES } from './image-stream.ts';
import { createTimeBudget } from './time-budget.ts';

/** The image of a data item: a stream, or a URL to fetch. */
export type DataItemImage = { readonly image: ImageStream } | { readonly url: string };

/** As {@link CallOptions}, but with an AbortSignal only, which reading a body requires. */
export type DataItemImageOptions = Omit<CallOptions, 'signal'> & { signal?: AbortSignal | undefined };

/** Waits for a semaphore slot, and resolves to the function that releases it. */
export type AcquireSlot = (signal: AbortSignal) => Promise<() => void>;

/** Total time to wait for the upstream, in milliseconds. */
const TIMEOUT = 30_000;
/** Total time including that of a slow reader, in milliseconds. */
const LIFETIME = 3_600_000;
const SOURCE = 'the data item';

/**
 * Opens the image of a data item. Raw bytes are streamed; base64 is read completely, which takes a semaphore slot until the
 * image has been read or canceled. A slow reader does not occupy the credential's request queue: its slot there is released
 * when the response begins.
 *
 * @throws UpstreamError if the request fails; DownloadError if the response contains no image, also while the body is read.
 */
export async function openDataItem(
  client: Client,
  acquireSlot: AcquireSlot,
  { modelId, id }: { modelId: string; id: string },
  { signal = NEVER_ABORTED, ...options }: DataItemImageOptions,
): Promise<DataItemImage> {
  const call = { path: { modelId, dataId: id } };
  const response = await client.send('getDataItem', call, { ...options, signal }, async (started) => started);
  const budgetOf = () =>
    createTimeBudget({
      milliseconds: TIMEOUT,
      lifetime: LIFETIME,
      caller: signal,
      timeoutError: (time) =>
        new DownloadError('timeout', `Expected ${SOURCE} within ${time} ms, but it was not complete by then.`),
    });
  const receive = (maxBytes: number): ImageStream => {
    const budget = budgetOf();
    try {
      return receiveImage(response, { from: SOURCE, maxBytes, budget });
    } catch (error) {
      budget.end();
      throw error;
    }
  };
  if (!isJson(response.headers.get('content-type'))) return { image: receive(MAX_IMAGE_STREAM_BYTES) };

  const releaseSlot = await acquireSlot(signal).catch((error: unknown) => {
    void response.body?.cancel().catch(() => {});
    throw error;
  });
  try {
    const details = await readJson('getDataItem', new Response(receive(MAX_RESPONSE_BYTES).body));
    const address = readValue('getDataItem', 'DataItemDetails', addressOf(client.contract), details);
    if ('url' in address) {
      releaseSlot();
      return address;
    }
    const image = imageFromBase64(address.base64);
    const budget = budgetOf();
    const end = () => {
      budget.end();
      releaseSlot();
    };
    const bounds = { from: SOURCE, maxBytes: MAX_IMAGE_STREAM_BYTES, budget: { ...budget, end } };
    return { image: { ...image, body: boundBody(image.body, bounds) } };
  } catch (error) {
    releaseSlot();
    throw error;
  }
}

const addressOf = memoizePerContract((contract) => imageAddress(contract, 'DataItemDetails'));
