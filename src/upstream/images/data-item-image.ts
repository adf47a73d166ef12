import type { CallOptions, Client } from '../client.ts';
import { imageAddress } from '../decode/image-address.ts';
import { readJson } from '../decode/json.ts';
import { perContract, readValue } from '../decode/objects.ts';
import { MAX_RESPONSE_BYTES } from '../transport/body.ts';
import { isJson } from '../transport/transport.ts';
import { boundBody, receiveImage } from './bounded-response.ts';
import { DownloadError } from './download-error.ts';
import { type ImageStream, imageFromBase64, MAX_IMAGE_STREAM_BYTES } from './image-stream.ts';
import { createTimeBudget } from './time-budget.ts';

/** A data item's picture on its way, or where it is. */
export type DataItemImage = { readonly picture: ImageStream } | { readonly url: string };

/** As for every call, but that what reads a picture knows signals only. */
export type DataItemImageOptions = Omit<CallOptions, 'signal'> & { signal?: AbortSignal | undefined };

/** Waits for a place among what is held whole; gives it back when what it resolves to is called. */
export type AcquireSlot = (signal: AbortSignal) => Promise<() => void>;

/** Time for all waiting on the upstream, in milliseconds. */
const WAITING = 30_000;
/** Time for all of it, also for a slow reader, in milliseconds: a bound for what reads without an end. */
const LIFETIME = 3_600_000;
const FROM = 'the data item';

/**
 * Reads a data item's picture. Raw bytes are passed on as they come; base64 is read whole, in a place of its own, which
 * is given back when the picture was read or left. Whoever reads slowly holds no place in the credential's queue: that is
 * free as soon as the upstream has begun to answer.
 *
 * @throws UpstreamError when there is no answer; DownloadError when the answer is no picture, also while it is read.
 */
export async function openDataItem(
  client: Client,
  hold: AcquireSlot,
  { modelId, id }: { modelId: string; id: string },
  { signal = NEVER, ...options }: DataItemImageOptions,
): Promise<DataItemImage> {
  const call = { path: { modelId, dataId: id } };
  const response = await client.send('getDataItem', call, { ...options, signal }, async (begun) => begun);
  const budgetOf = () =>
    createTimeBudget({
      milliseconds: WAITING,
      lifetime: LIFETIME,
      caller: signal,
      spent: (time) => new DownloadError('timeout', `Expected ${FROM} within ${time} ms, but got no more of it.`),
    });
  const receive = (maxBytes: number): ImageStream => {
    const budget = budgetOf();
    try {
      return receiveImage(response, { from: FROM, maxBytes, budget });
    } catch (error) {
      budget.end();
      throw error;
    }
  };
  if (!isJson(response.headers.get('content-type'))) return { picture: receive(MAX_IMAGE_STREAM_BYTES) };

  const leave = await hold(signal).catch((error: unknown) => {
    void response.body?.cancel().catch(() => {});
    throw error;
  });
  try {
    const details = await readJson('getDataItem', new Response(receive(MAX_RESPONSE_BYTES).body));
    const place = readValue('getDataItem', 'DataItemDetails', addressOf(client.contract), details);
    if ('url' in place) {
      leave();
      return place;
    }
    const picture = imageFromBase64(place.base64);
    const budget = budgetOf();
    const end = () => {
      budget.end();
      leave();
    };
    const bounds = { from: FROM, maxBytes: MAX_IMAGE_STREAM_BYTES, budget: { ...budget, end } };
    return { picture: { ...picture, body: boundBody(picture.body, bounds) } };
  } catch (error) {
    leave();
    throw error;
  }
}

const addressOf = perContract((contract) => imageAddress(contract, 'DataItemDetails'));

const NEVER = new AbortController().signal;
