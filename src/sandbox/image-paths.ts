/** Everything that is not the vendor's API lives under this path. */
export const OWN_PREFIX = '/_sandbox';

/** Where the image of a data item can be had. */
export const dataItemImagePath = (dataId: string) => `${OWN_PREFIX}/images/data/${dataId}`;

/** Where an image of a prediction can be had; positions count from 0. */
export const predictionImagePath = (predictionId: string, position: number) =>
  `${OWN_PREFIX}/images/predictions/${predictionId}/${position}`;

/** What an image's path names, or undefined. */
export function imageAt(
  pathname: string,
): { kind: 'data'; dataId: string } | { kind: 'prediction'; predictionId: string; position: number } | undefined {
  const [, kind, id, position] = /^\/_sandbox\/images\/(data|predictions)\/(\w+)(?:\/(\d+))?$/.exec(pathname) ?? [];
  if (kind === 'data' && id && position === undefined) return { kind, dataId: id };
  if (kind === 'predictions' && id && position)
    return { kind: 'prediction', predictionId: id, position: Number(position) };
  return undefined;
}
