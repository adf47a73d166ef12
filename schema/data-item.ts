import { z } from 'zod';
import type { ImageSource } from '../src/images/source.ts';
import type { UploadedFile } from '../src/images/validate-upload.ts';
import type { Context } from '../src/operations/context.ts';
import type { DataItemRow } from '../src/upstream/data-items.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-types.ts';
import {
  ActionableError,
  actionable,
  FileTooLargeError,
  InvalidInputError,
  NotFoundError,
  UnsupportedImageError,
} from './errors.ts';
import { localId, requireKey } from './ids.ts';
import { Image } from './image.ts';
import { DataItem, Model } from './refs.ts';

builder.node(DataItem, {
  description: 'A training image of a model.',
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'DataItem',
  fields: (t) => ({
    model: t.field({
      type: Model,
      description: 'The model it belongs to; null once that is deleted.',
      resolve: ({ modelId }, _, { loaders }) => loaders.model(modelId),
    }),
    image: t.field({
      type: Image,
      nullable: false,
      description: 'The picture.',
      resolve: ({ modelId, id }): ImageSource => ({ kind: 'dataItem', modelId, dataId: id }),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was uploaded; null when the upstream does not say.',
      resolve: (item, _, { loaders }) => loaders.field(item, 'createdAt'),
    }),
  }),
});

const MOST_FILES = 20;

const UploadDataItemInput = builder.inputType('UploadDataItemInput', {
  description: 'A training image to add to a model.',
  fields: (t) => ({
    modelId: t.id({ required: true, description: 'Global id of the model.' }),
    file: t.field({
      type: 'File',
      required: true,
      description: 'A webp, png or jpeg image of at most 10,485,760 bytes.',
    }),
  }),
});

const UploadDataItemsInput = builder.inputType('UploadDataItemsInput', {
  description: 'Training images to add to a model.',
  fields: (t) => ({
    modelId: t.id({ required: true, description: 'Global id of the model.' }),
    files: t.field({
      type: ['File'],
      required: true,
      validate: z
        .array(z.unknown())
        .min(1, 'Send at least one file.')
        .max(MOST_FILES, `Send at most ${MOST_FILES} files at once.`),
      description: `1 to ${MOST_FILES} images, each as for uploadDataItem.`,
    }),
  }),
});

const ReplaceDataItemInput = builder.inputType('ReplaceDataItemInput', {
  description: 'A new picture for a training image.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the data item.' }),
    file: t.field({
      type: 'File',
      required: true,
      description: 'A webp, png or jpeg image of at most 10,485,760 bytes.',
    }),
  }),
});

const DeleteDataItemInput = builder.inputType('DeleteDataItemInput', {
  description: 'A training image to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the data item.' }) }),
});

/** One file of an upload of many: what was made of it, or why nothing was. */
interface UploadOutcome {
  fileName: string;
  /** An error stands for a failure that nobody can act on; it nulls this field alone. */
  dataItem: DataItemRow | Error | null;
  error: ActionableError | null;
}

const UploadOutcome = builder.objectRef<UploadOutcome>('UploadOutcome').implement({
  description: 'What became of one file of uploadDataItems.',
  fields: (t) => ({
    fileName: t.exposeString('fileName', { nullable: false, description: 'The file’s name as the client sent it.' }),
    dataItem: t.field({
      type: DataItem,
      description: 'The new data item; null when the file was refused.',
      resolve: ({ dataItem }) => dataItem as DataItemRow | null,
    }),
    error: t.field({
      type: ErrorInterface,
      description: 'Why the file was refused; null when it was stored.',
      // As a plain object: graphql-js would take an Error for a failure of this field.
      resolve: ({ error }) => error && { ...error, name: error.name, message: error.message },
    }),
  }),
});

/** Adds one file to a model. */
const upload = (ctx: Context, { modelId, file }: { modelId: string; file: UploadedFile }): Promise<DataItemRow> =>
  actionable({ id: modelId, fileName: file.name }, async () => {
    const model = requireKey('Model', modelId);
    const id = await ctx.storeImage(file, ({ dataItems }, bytes) => dataItems.upload(model.id, bytes));
    return ctx.loaders.merge({ kind: 'DataItem', modelId: model.id, id });
  });

/** As {@link upload}, for one file of many: a refusal of this file is its outcome, and leaves the others alone. */
async function outcomeOf(ctx: Context, modelId: string, file: UploadedFile): Promise<UploadOutcome> {
  try {
    return { fileName: file.name, dataItem: await upload(ctx, { modelId, file }), error: null };
  } catch (error) {
    if (error instanceof NotFoundError || !(error instanceof Error)) throw error;
    return error instanceof ActionableError
      ? { fileName: file.name, dataItem: null, error }
      : { fileName: file.name, dataItem: error, error: null };
  }
}

builder.mutationFields((t) => ({
  uploadDataItem: t.field({
    type: DataItem,
    nullable: false,
    description:
      'Adds one image to what a model learns from. Send it by multipart (GraphQL multipart request specification). Its first bytes decide the format, not its name.',
    errors: {
      types: [InvalidInputError, NotFoundError, UnsupportedImageError, FileTooLargeError],
      union: { name: 'UploadDataItemResult', description: 'What became of uploadDataItem.' },
      result: { name: 'UploadDataItemSuccess', description: 'The image was stored.' },
      dataField: { name: 'dataItem', description: 'The new data item.' },
    },
    args: { input: t.arg({ type: UploadDataItemInput, required: true, description: 'Which model, and the file.' }) },
    resolve: (_, { input }, ctx) => upload(ctx, input),
  }),
  uploadDataItems: t.field({
    type: [UploadOutcome],
    nullable: { list: false, items: false },
    description: 'Adds many images to what a model learns from. A file that is refused leaves the others alone.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'UploadDataItemsResult', description: 'What became of uploadDataItems.' },
      result: { name: 'UploadDataItemsSuccess', description: 'Every file was looked at; each has its own outcome.' },
      dataField: { name: 'outcomes', description: 'One outcome for each file, in the order of the files.' },
    },
    args: { input: t.arg({ type: UploadDataItemsInput, required: true, description: 'Which model, and the files.' }) },
    resolve: (_, { input: { modelId, files } }, ctx) => Promise.all(files.map((file) => outcomeOf(ctx, modelId, file))),
  }),
  replaceDataItem: t.field({
    type: DataItem,
    nullable: false,
    description: 'Puts a new picture in the place of a training image, under the same id.',
    errors: {
      types: [InvalidInputError, NotFoundError, UnsupportedImageError, FileTooLargeError],
      union: { name: 'ReplaceDataItemResult', description: 'What became of replaceDataItem.' },
      result: { name: 'ReplaceDataItemSuccess', description: 'The new picture was stored.' },
      dataField: { name: 'dataItem', description: 'The data item with its new picture.' },
    },
    args: {
      input: t.arg({ type: ReplaceDataItemInput, required: true, description: 'Which data item, and the file.' }),
    },
    resolve: (_, { input: { id, file } }, ctx) =>
      actionable({ id, fileName: file.name }, async () => {
        const key = requireKey('DataItem', id);
        await ctx.changeImages({ kind: 'dataItem', modelId: key.modelId, dataId: key.id }, () =>
          ctx.storeImage(file, ({ dataItems }, bytes) => dataItems.replace(key, bytes)),
        );
        return ctx.loaders.merge(key);
      }),
  }),
  deleteDataItem: t.field({
    type: 'ID',
    nullable: false,
    description: 'Deletes a training image for good.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'DeleteDataItemResult', description: 'What became of deleteDataItem.' },
      result: { name: 'DeleteDataItemSuccess', description: 'The data item is gone for good.' },
      dataField: { name: 'deletedId', description: 'Global id of the data item, as it was given.' },
    },
    args: { input: t.arg({ type: DeleteDataItemInput, required: true, description: 'Which data item.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('DataItem', id);
        await ctx.changeImages({ kind: 'dataItem', modelId: key.modelId, dataId: key.id }, () =>
          ctx.write(({ dataItems }) => dataItems.delete(key)),
        );
        return id;
      }),
  }),
}));
