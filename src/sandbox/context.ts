import type { Database } from './database.ts';
import type { ImageStore } from './image-store.ts';
import type { SignedUrls } from './signed-urls.ts';

/** Dependencies and settings of the handlers. */
export interface SandboxContext {
  database: Database;
  images: ImageStore;
  urls: SignedUrls;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Documents on a page. */
  pageSize: number;
  /** Fields of list items: all, or only the id. */
  listDetail: 'full' | 'ids';
  /** Format of the image in responses for a data item. */
  dataItemShape: DataItemShape;
  /** Durations of new jobs, in milliseconds. */
  durations: Readonly<Record<'fast' | 'high_quality' | 'prediction', number>>;
}

/** Formats: the image itself, JSON with its URL, or JSON with its bytes in base64. */
export type DataItemShape = (typeof DATA_ITEM_SHAPES)[number];
export const DATA_ITEM_SHAPES = ['bytes', 'url', 'base64'] as const;

/** Jobs whose model name or prompt contains this marker fail. */
export const FAIL_MARKER = '[fail]';

/** Formats a time for a response. */
export const isoTime = (time: number) => new Date(time).toISOString();
