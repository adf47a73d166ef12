import { z } from 'zod';

/** Which picture: that of a data item, or one of a prediction's, counted from 0. */
export type ImageSource =
  | { kind: 'dataItem'; modelId: string; dataId: string }
  | { kind: 'prediction'; predictionId: string; index: number };

/** A picture, and the credential to read it with. */
export interface ImageGrant {
  apiKey: string;
  source: ImageSource;
}

/** A grant as short text. */
export function writeGrant({ apiKey, source }: ImageGrant): string {
  return JSON.stringify(
    source.kind === 'dataItem'
      ? ['d', apiKey, source.modelId, source.dataId]
      : ['p', apiKey, source.predictionId, source.index],
  );
}

/** The grant in a text of {@link writeGrant}; `undefined` for other text, such as another version's. */
export function readGrant(text: string): ImageGrant | undefined {
  return grants.safeParse(text).data;
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
});

const grants = json.pipe(
  z.union([
    z
      .tuple([z.literal('d'), z.string(), z.string(), z.string()])
      .transform(
        ([, apiKey, modelId, dataId]): ImageGrant => ({ apiKey, source: { kind: 'dataItem', modelId, dataId } }),
      ),
    z.tuple([z.literal('p'), z.string(), z.string(), z.int().nonnegative()]).transform(
      ([, apiKey, predictionId, index]): ImageGrant => ({
        apiKey,
        source: { kind: 'prediction', predictionId, index },
      }),
    ),
  ]),
);
