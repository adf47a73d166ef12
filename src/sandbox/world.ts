import type { Database } from './database.ts';
import type { PictureStore } from './image-store.ts';
import type { SignedUrls } from './signed-urls.ts';

/** What the handlers work with. */
export interface World {
  database: Database;
  pictures: PictureStore;
  urls: SignedUrls;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Documents on a page. */
  pageSize: number;
  /** What an item of a list holds: all fields, or its id alone. */
  listDetail: 'full' | 'ids';
  /** How a data item's image is answered. */
  dataItemShape: DataItemShape;
  /** How long jobs started now take, in milliseconds. */
  durations: Readonly<Record<'fast' | 'high_quality' | 'prediction', number>>;
}

/** The image itself, JSON with an address of it, or JSON with its bytes in base64. */
export type DataItemShape = (typeof DATA_ITEM_SHAPES)[number];
export const DATA_ITEM_SHAPES = ['bytes', 'url', 'base64'] as const;

/** A job whose model's name or whose prompt holds this is going to fail: the way to see a failure without waiting for one. */
export const FAIL_MARKER = '[fail]';

/** A time as it goes over the wire. */
export const isoTime = (time: number) => new Date(time).toISOString();
