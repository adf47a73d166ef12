import { z } from 'zod';

/** What a ticket lets its holder do: add a picture to a model, or replace that of a data item. */
export interface Ticket {
  apiKey: string;
  target: UploadTarget;
  /** Tells this ticket from all others. */
  nonce: string;
}

/** Where a picture goes. */
export interface UploadTarget {
  modelId: string;
  /** The data item to replace; undefined to add one. */
  replace: string | undefined;
}

/** A ticket as short text. */
export const serializeTicket = ({ apiKey, target: { modelId, replace }, nonce }: Ticket): string =>
  JSON.stringify([apiKey, modelId, replace ?? null, nonce]);

/** The ticket in a text of {@link serializeTicket}; undefined for other text, such as another version's. */
export function parseTicket(text: string): Ticket | undefined {
  const [apiKey, modelId, replace, nonce] = ticketSchema.safeParse(parse(text)).data ?? [];
  if (apiKey === undefined || modelId === undefined || nonce === undefined) return undefined;
  return { apiKey, target: { modelId, replace: replace ?? undefined }, nonce };
}

const ticketSchema = z.tuple([z.string(), z.string(), z.string().nullable(), z.string()]);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
