import { z } from 'zod';
import type { Variant } from './variant.ts';

/** Which picture: that of a data item, or one of a prediction's, counted from 0. */
export type ImageSource =
  | { kind: 'dataItem'; modelId: string; dataId: string }
  | { kind: 'prediction'; predictionId: string; index: number };

/** What has pictures: a data item its one, a prediction all of its. */
export type ImageSubject = Extract<ImageSource, { kind: 'dataItem' }> | { kind: 'prediction'; predictionId: string };

/** A picture, and the credential to read it with. */
export interface ImageGrant {
  apiKey: string;
  source: ImageSource;
  /** Undefined: the picture as it is. */
  variant?: Variant | undefined;
  /** Tells addresses of a picture that was replaced apart. It grants nothing. */
  revision?: string | undefined;
}

/** A grant as short text. */
export function serializeGrant({ apiKey, source, variant, revision }: ImageGrant): string {
  const more = (variant || revision !== undefined) && { w: variant?.width, f: variant?.format, r: revision };
  return JSON.stringify([
    ...(source.kind === 'dataItem'
      ? ['d', apiKey, source.modelId, source.dataId]
      : ['p', apiKey, source.predictionId, source.index]),
    ...(more ? [more] : []),
  ]);
}

/** The grant in a text of {@link serializeGrant}; `undefined` for other text, such as another version's. */
export function parseGrant(text: string): ImageGrant | undefined {
  return grantSchema.safeParse(text).data;
}

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
});

/** What is added to a grant of anything but a picture as it is and always was. */
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

const grantSchema = jsonText.pipe(
  z.union([
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
  ]),
);
