import * as z from 'zod';
import type { ImageSource } from '../src/images/source.ts';
import type { FieldCost } from '../src/limits/cost.ts';
import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import { globalId } from './ids.ts';

export const ImageFormat = builder.enumType('ImageFormat', {
  description: 'File format of an image.',
  values: {
    WEBP: { value: 'webp', description: 'Media type image/webp: small files, supports transparency.' },
    PNG: { value: 'png', description: 'Media type image/png: lossless, supports transparency.' },
    JPEG: {
      value: 'jpeg',
      description: 'Media type image/jpeg: no transparency; transparent areas of the original become white.',
    },
  } as const,
});

/** Requests to read an image: for its location, and for its bytes. */
const IMAGE_REQUESTS = 2;
const imageFacts: FieldCost = { reads: { facts: IMAGE_REQUESTS } };

/** Key of an image: the global id of its owner, and its position. */
const keyOf = (image: ImageSource): string =>
  image.kind === 'dataItem'
    ? `${globalId({ kind: 'DataItem', modelId: image.modelId, id: image.dataId })}.0`
    : `${globalId({ kind: 'Prediction', id: image.predictionId })}.${image.index}`;

export const Image = builder.objectRef<ImageSource>('Image').implement({
  description:
    'An image that a browser can display. To resolve any field other than `key`, `url` and `expiresAt`, the gateway downloads the image; if the download fails, the field is null, with an error.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      nullable: false,
      description:
        'Absolute, signed URL: works in `<img src>` without headers, and in `fetch` from any origin. The URL alone grants access to the image. It expires at `expiresAt`, one to two hours after the query; query the field again to get a new one. Without arguments it serves the original; with arguments, a copy that is rotated upright and has no metadata (of an animation, the first frame).',
      extensions: { cost: FREE },
      args: {
        width: t.arg.int({
          validate: z.int().min(1, 'Expected a width of 1 pixel or more.').nullish(),
          description:
            'Minimum width in pixels, 1 or more. Rounded up to one of 64, 128, 256, 384, 512, 768, 1024, 1536 and 2048; larger values count as 2048. An image is never enlarged.',
        }),
        format: t.arg({
          type: ImageFormat,
          description: 'File format to convert the image to. Omitted: the format of the original.',
        }),
      },
      resolve: (image, { width, format }, ctx) =>
        ctx.images.url(image, { width: width ?? undefined, format: format ?? undefined }),
    }),
    key: t.string({
      nullable: false,
      description:
        'Key of the image for caches and lists: opaque, and unique in the whole graph. It stays the same when `url` changes, also after a training image was replaced.',
      extensions: { cost: FREE },
      resolve: (image) => keyOf(image),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: false,
      description:
        'Time at which `url` stops working, in every width and format: one to two hours after the query. An image that was loaded before is not affected.',
      extensions: { cost: FREE },
      resolve: (_image, _, ctx) => ctx.images.expiresAt(),
    }),
    placeholder: t.string({
      description: 'Tiny copy of the image as a `data:` URL, about 16 pixels wide, to display while the image loads.',
      extensions: { cost: { reads: { placeholder: IMAGE_REQUESTS } } },
      resolve: (image, _, ctx) => ctx.images.placeholder(image),
    }),
    contentType: t.string({
      description: 'Media type, detected from the image’s first bytes: image/webp, image/png or image/jpeg.',
      extensions: { cost: imageFacts },
      resolve: async (image, _, ctx) => (await ctx.images.facts(image)).contentType,
    }),
    byteSize: t.int({
      description: 'Size of the file, in bytes.',
      extensions: { cost: imageFacts },
      resolve: async (image, _, ctx) => (await ctx.images.facts(image)).byteSize,
    }),
    width: t.int({
      description: 'Width in pixels, as displayed (after rotation).',
      extensions: { cost: imageFacts },
      resolve: async (image, _, ctx) => (await ctx.images.facts(image)).width,
    }),
    height: t.int({
      description: 'Height in pixels, as displayed (after rotation).',
      extensions: { cost: imageFacts },
      resolve: async (image, _, ctx) => (await ctx.images.facts(image)).height,
    }),
  }),
});
