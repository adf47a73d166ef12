import type { ImageSource } from '../src/images/source.ts';
import { builder } from './builder.ts';

export const Image = builder.objectRef<ImageSource>('Image').implement({
  description:
    'An image that a browser can show. Its facts other than the address cost a download of the image by the gateway, when selected.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      nullable: false,
      description:
        'Absolute address that carries its own authority, so that `<img src>` works without headers. It expires after an hour or two; ask again then. Whoever has it can see the picture.',
      resolve: (image, _, ctx) => ctx.imageUrl(image),
    }),
    contentType: t.string({
      description: 'Media type by the image’s first bytes: image/webp, image/png or image/jpeg.',
      resolve: async (image, _, ctx) => (await ctx.answer.imageFacts(image)).contentType,
    }),
    byteSize: t.int({
      description: 'Size of the file, in bytes.',
      resolve: async (image, _, ctx) => (await ctx.answer.imageFacts(image)).byteSize,
    }),
    width: t.int({
      description: 'Width as shown, in pixels.',
      resolve: async (image, _, ctx) => (await ctx.answer.imageFacts(image)).width,
    }),
    height: t.int({
      description: 'Height as shown, in pixels.',
      resolve: async (image, _, ctx) => (await ctx.answer.imageFacts(image)).height,
    }),
  }),
});
