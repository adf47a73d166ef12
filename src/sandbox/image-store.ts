import type { Database } from './database.ts';
import { randomId } from './ids.ts';

/** An image: bytes and media type. */
export interface StoredImage {
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Images of data items. A training keeps the images that it was started with, even if their data items are deleted. */
export interface ImageStore {
  /** Stores an image, and returns its id. */
  add(image: StoredImage): string;
  /** Stores the recipe of an image that is drawn on the first read, and returns its id. */
  addRecipe(contentType: string, recipe: string): string;
  /** @throws Error if there is no image with this id. */
  read(id: string): Promise<StoredImage>;
  /** Deletes an image unless a data item or a training still refers to it. */
  release(id: string): void;
}

/** Draws an image from its recipe. */
export type Draw = (recipe: string, contentType: string) => Promise<Uint8Array>;

/** Creates the image store. */
export function createImageStore(database: Database, draw: Draw): ImageStore {
  const insert = 'INSERT INTO pictures (id, contentType, bytes, recipe) VALUES (?, ?, ?, ?)';
  return {
    add: ({ contentType, bytes }) => {
      const id = randomId();
      database.run(insert, id, contentType, bytes, null);
      return id;
    },
    addRecipe: (contentType, recipe) => {
      const id = randomId();
      database.run(insert, id, contentType, null, recipe);
      return id;
    },
    read: async (id) => {
      const row = database.get<{ contentType: string; bytes: Uint8Array | null; recipe: string | null }>(
        'SELECT contentType, bytes, recipe FROM pictures WHERE id = ?',
        id,
      );
      if (!row) throw new Error(`There is no image ${id}.`);
      if (row.bytes) return { contentType: row.contentType, bytes: new Uint8Array(row.bytes) };
      const drawn = new Uint8Array(await draw(row.recipe ?? '', row.contentType));
      database.run('UPDATE pictures SET bytes = ? WHERE id = ?', drawn, id);
      return { contentType: row.contentType, bytes: drawn };
    },
    release: (id) => {
      database.run(
        `DELETE FROM pictures WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM dataItems WHERE picture = ?1)
         AND NOT EXISTS (SELECT 1 FROM trainingPictures WHERE picture = ?1)`,
        id,
      );
    },
  };
}
