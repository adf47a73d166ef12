/** Path prefix of all routes that are not part of the vendor's API. */
export const OWN_PREFIX = '/_sandbox';

/** Path of the image of a data item. */
export const dataItemImagePath = (dataId: string) => `${OWN_PREFIX}/images/data/${dataId}`;

/** Path of an image of a prediction; positions start at 0. */
export const predictionImagePath = (predictionId: string, position: number) =>
  `${OWN_PREFIX}/images/predictions/${predictionId}/${position}`;

/** Parses the path of an image; undefined for any other path. */
export function imageAt(
  pathname: string,
): { kind: 'data'; dataId: string } | { kind: 'prediction'; predictionId: string; position: number } | undefined {
  const [, kind, id, position] = /^\/_sandbox\/images\/(data|predictions)\/(\w+)(?:\/(\d+))?$/.exec(pathname) ?? [];
  if (kind === 'data' && id && position === undefined) return { kind, dataId: id };
  if (kind === 'predictions' && id && position)
    return { kind: 'prediction', predictionId: id, position: Number(position) };
  return undefined;
}
