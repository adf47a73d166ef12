import * as z from 'zod';
import { parseJson } from '../util/json.ts';

/** Permission to add an image to a model, or to replace the image of a data item. */
export interface Ticket {
  apiKey: string;
  target: UploadTarget;
  /** Unique id of this ticket. */
  nonce: string;
}

/** Destination of an uploaded image. */
export interface UploadTarget {
  modelId: string;
  /** Id of the data item whose image is replaced; undefined to add a data item. */
  replace: string | undefined;
}

/** Serializes a ticket to short text. */
export const serializeTicket = ({ apiKey, target: { modelId, replace }, nonce }: Ticket): string =>
  JSON.stringify([apiKey, modelId, replace ?? null, nonce]);

/** Parses text of {@link serializeTicket}. Returns undefined for any other text, such as that of another version. */
export function parseTicket(text: string): Ticket | undefined {
  const [apiKey, modelId, replace, nonce] = ticketSchema.safeParse(parseJson(text)).data ?? [];
  if (apiKey === undefined || modelId === undefined || nonce === undefined) return undefined;
  return { apiKey, target: { modelId, replace: replace ?? undefined }, nonce };
}

const ticketSchema = z.tuple([z.string(), z.string(), z.string().nullable(), z.string()]);
