import * as z from 'zod';
import { parseJson } from '../util/json.ts';
import type { Variant } from './variant.ts';

/** Reference to an image: that of a data item, or one of a prediction by its index. */
export type ImageSource =
  | { kind: 'dataItem'; modelId: string; dataId: string }
  | { kind: 'prediction'; predictionId: string; index: number };

/** Reference to an object with images: a data item with one, a prediction with several. */
export type ImageSubject = Extract<ImageSource, { kind: 'dataItem' }> | { kind: 'prediction'; predictionId: string };

/** Permission to read an image, with the credential. */
export interface ImageGrant {
  apiKey: string;
  source: ImageSource;
  /** Undefined for the original. */
  variant?: Variant | undefined;
  /** Changes the URL after an image was replaced. Has no effect on the permission. */
  revision?: string | undefined;
}

/** Serializes a grant to short text. */
export function serializeGrant({ apiKey, source, variant, revision }: ImageGrant): string {
  const extras = (variant || revision !== undefined) && { w: variant?.width, f: variant?.format, r: revision };
  return JSON.stringify([
    ...(source.kind === 'dataItem'
      ? ['d', apiKey, source.modelId, source.dataId]
      : ['p', apiKey, source.predictionId, source.index]),
    ...(extras ? [extras] : []),
  ]);
}

/** Parses text of {@link serializeGrant}. Returns `undefined` for any other text, such as that of another version. */
export function parseGrant(text: string): ImageGrant | undefined {
  return grantSchema.safeParse(parseJson(text)).data;
}

/** Optional last element of a serialized grant: variant and revision. */
const extrasSchema = z
  .strictObject({
    w: z.int().positive().optional(),
    f: z.enum(['webp', 'png', 'jpeg']).optional(),
    r: z.string().optional(),
  })
  .transform(
    ({ w, f, r }): Pick<ImageGrant, 'variant' | 'revision'> => ({
      ...((w !== undefined || f !== undefined) && { variant: { width: w, format: f } }),
      ...(r !== undefined && { revision: r }),
    }),
  )
  .optional();

const grantSchema = z.union([
  z.tuple([z.literal('d'), z.string(), z.string(), z.string(), extrasSchema]).transform(
    ([, apiKey, modelId, dataId, rest]): ImageGrant => ({
      apiKey,
      source: { kind: 'dataItem', modelId, dataId },
      ...rest,
    }),
  ),
  z.tuple([z.literal('p'), z.string(), z.string(), z.int().nonnegative(), extrasSchema]).transform(
    ([, apiKey, predictionId, index, rest]): ImageGrant => ({
      apiKey,
      source: { kind: 'prediction', predictionId, index },
      ...rest,
    }),
  ),
]);
