import { z } from 'zod';
import type { ImageSource } from '../src/images/source.ts';
import { builder } from './builder.ts';

const ImageFormat = builder.enumType('ImageFormat', {
  description: 'How an image is encoded.',
  values: {
    WEBP: { value: 'webp', description: 'As image/webp: small, and may be transparent.' },
    PNG: { value: 'png', description: 'As image/png: without loss, and may be transparent.' },
    JPEG: { value: 'jpeg', description: 'As image/jpeg: what is transparent in the original is white.' },
  } as const,
});

export const Image = builder.objectRef<ImageSource>('Image').implement({
  description:
    'An image that a browser can show. Its facts other than the address cost a download of the image by the gateway, when selected; where that fails they are null, with an error of the field.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      nullable: false,
      description:
        'Absolute address that carries its own authority, so that `<img src>` works without headers, and `fetch` from any page. It expires after an hour or two; ask again then. Whoever has it can see the picture. Without arguments it shows the original; else a copy that is upright and has no metadata, of an animation the first frame.',
      args: {
        width: t.arg.int({
          validate: z.int().min(1, 'Ask for a width of 1 pixel or more.').nullish(),
          description:
            'How wide the picture should be at least, in pixels, 1 or more. Widths are 64, 128, 256, 384, 512, 768, 1024, 1536 and 2048: one in between is rounded up, one above takes the largest. A picture is never enlarged.',
        }),
        format: t.arg({
          type: ImageFormat,
          description: 'How the picture should be encoded; left out, as the original is.',
        }),
      },
      resolve: (image, { width, format }, ctx) =>
        ctx.imageUrl(image, { width: width ?? undefined, format: format ?? undefined }),
    }),
    placeholder: t.string({
      description:
        'A tiny copy of the image as a `data:` URL, about 16 pixels wide, to show while the picture loads. Costs what the facts cost.',
      resolve: (image, _, ctx) => ctx.cache.imagePlaceholder(image),
    }),
    contentType: t.string({
      description: 'Media type by the image’s first bytes: image/webp, image/png or image/jpeg.',
      resolve: async (image, _, ctx) => (await ctx.cache.imageFacts(image)).contentType,
    }),
    byteSize: t.int({
      description: 'Size of the file, in bytes.',
      resolve: async (image, _, ctx) => (await ctx.cache.imageFacts(image)).byteSize,
    }),
    width: t.int({
      description: 'Width as shown, in pixels.',
      resolve: async (image, _, ctx) => (await ctx.cache.imageFacts(image)).width,
    }),
    height: t.int({
      description: 'Height as shown, in pixels.',
      resolve: async (image, _, ctx) => (await ctx.cache.imageFacts(image)).height,
    }),
  }),
});
