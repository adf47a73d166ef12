import type { ImageSource } from '../src/images/source.ts';
import { builder } from './builder.ts';
import { FREE, parentModel } from './costs.ts';
import { localId } from './ids.ts';
import { Image } from './image.ts';
import { DataItem, Model } from './refs.ts';
import { upstreamId } from './upstream-ids.ts';

builder.node(DataItem, {
  description: 'A training image of a model.',
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'DataItem',
  fields: (t) => ({
    upstreamId: t.exposeString('id', upstreamId),
    model: t.field({
      type: Model,
      description: 'The model that the image belongs to; null after the model is deleted.',
      extensions: { cost: parentModel },
      resolve: ({ modelId }, _, { loaders }) => loaders.model(modelId),
    }),
    image: t.field({
      type: Image,
      nullable: false,
      description: 'The image itself: its URL, dimensions and media type.',
      extensions: { cost: FREE },
      resolve: ({ modelId, id }): ImageSource => ({ kind: 'dataItem', modelId, dataId: id }),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'Time of the upload; null if the upstream does not report it.',
      extensions: { cost: FREE },
      resolve: (item, _, { loaders }) => loaders.field(item, 'createdAt'),
    }),
  }),
});
