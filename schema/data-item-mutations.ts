import * as z from 'zod';
import { MAX_IMAGE_SIZE } from '../src/contract/rules.ts';
import type { UploadedFile } from '../src/images/validate-upload.ts';
import type { Arguments } from '../src/limits/cost.ts';
import type { Context } from '../src/operations/context.ts';
import type { DataItemRow } from '../src/upstream/data-items.ts';
import { builder } from './builder.ts';
import { FREE, listOf, oneWrite, writeResult } from './costs.ts';
import { ErrorInterface } from './error-types.ts';
import {
  ActionableError,
  actionable,
  FileTooLargeError,
  InvalidInputError,
  NotFoundError,
  UnsupportedImageError,
} from './errors.ts';
import { requireKey } from './ids.ts';
import { DataItem } from './refs.ts';

/** Maximum number of files of `uploadDataItems`. */
export const MAX_FILES = 20;

const UploadDataItemInput = builder.inputType('UploadDataItemInput', {
  description: 'A training image to add to a model.',
  fields: (t) => ({
    modelId: t.id({ required: true, description: 'Global id of the model.' }),
    file: t.field({
      type: 'File',
      required: true,
      description: `A webp, png or jpeg image of at most ${MAX_IMAGE_SIZE}.`,
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
        .min(1, 'Expected at least one file.')
        .max(MAX_FILES, `Expected at most ${MAX_FILES} files. Send the others in another request.`),
      description: `1 to ${MAX_FILES} webp, png or jpeg images, each of at most ${MAX_IMAGE_SIZE}.`,
    }),
  }),
});

const ReplaceDataItemInput = builder.inputType('ReplaceDataItemInput', {
  description: 'A new file for a training image.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the data item.' }),
    file: t.field({
      type: 'File',
      required: true,
      description: `A webp, png or jpeg image of at most ${MAX_IMAGE_SIZE}.`,
    }),
  }),
});

/** The result for one file of an upload of several. */
interface UploadOutcome {
  fileName: string;
  /** An error is a failure that the user cannot correct; it nulls this field alone. */
  dataItem: DataItemRow | Error | null;
  error: ActionableError | null;
}

const UploadOutcome = builder.objectRef<UploadOutcome>('UploadOutcome').implement({
  description: 'Result for one file of uploadDataItems.',
  fields: (t) => ({
    fileName: t.exposeString('fileName', {
      nullable: false,
      description: 'Name of the file, as sent by the client.',
      extensions: { cost: FREE },
    }),
    dataItem: t.field({
      type: DataItem,
      description: 'The new data item; null if the file was rejected.',
      extensions: { cost: writeResult },
      resolve: ({ dataItem }) => dataItem as DataItemRow | null,
    }),
    error: t.field({
      type: ErrorInterface,
      description: 'Reason why the file was rejected; null if it was stored.',
      extensions: { cost: FREE },
      // A plain object: graphql-js would report an Error as a failure of this field.
      resolve: ({ error }) => error && { ...error, name: error.name, message: error.message },
    }),
  }),
});

/** Number of files of an upload. Invalid arguments count as one file. */
const filesOf = ({ input }: Arguments): number => Math.max(1, listOf(input, 'files').length);

/** Adds one file to a model. */
const upload = (ctx: Context, { modelId, file }: { modelId: string; file: UploadedFile }): Promise<DataItemRow> =>
  actionable({ id: modelId, fileName: file.name }, async () => {
    const model = requireKey('Model', modelId);
    const id = await ctx.writes.run(({ dataItems }) =>
      ctx.uploads.withBytes(file, (bytes) => dataItems.upload(model.id, bytes)),
    );
    return ctx.loaders.merge({ kind: 'DataItem', modelId: model.id, id });
  });

/**
 * Like {@link upload}, for one of several files: an error of this file becomes its outcome, and the others are uploaded.
 */
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
      'Adds a training image to a model. Send the file as a multipart request (GraphQL multipart request specification). Its format is detected from its first bytes, not from its name.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError, UnsupportedImageError, FileTooLargeError],
      union: { name: 'UploadDataItemResult', description: 'Result of uploadDataItem.' },
      result: { name: 'UploadDataItemSuccess', description: 'The image was stored.' },
      dataField: { name: 'dataItem', description: 'The new data item.', extensions: { cost: writeResult } },
    },
    args: { input: t.arg({ type: UploadDataItemInput, required: true, description: 'The model and the file.' }) },
    resolve: (_, { input }, ctx) => upload(ctx, input),
  }),
  uploadDataItems: t.field({
    type: [UploadOutcome],
    nullable: { list: false, items: false },
    description: 'Adds several training images to a model. A rejected file does not affect the others.',
    extensions: { cost: { reads: (args) => ({ write: filesOf(args) }), maxItems: filesOf } },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'UploadDataItemsResult', description: 'Result of uploadDataItems.' },
      result: {
        name: 'UploadDataItemsSuccess',
        description: 'Every file was processed; each has its own outcome, which may be an error.',
      },
      dataField: {
        name: 'outcomes',
        description: 'One outcome per file, in the order of the files.',
        extensions: { cost: FREE },
      },
    },
    args: { input: t.arg({ type: UploadDataItemsInput, required: true, description: 'The model and the files.' }) },
    resolve: (_, { input: { modelId, files } }, ctx) => Promise.all(files.map((file) => outcomeOf(ctx, modelId, file))),
  }),
  replaceDataItem: t.field({
    type: DataItem,
    nullable: false,
    description: 'Replaces the file of a training image. The id stays the same.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError, UnsupportedImageError, FileTooLargeError],
      union: { name: 'ReplaceDataItemResult', description: 'Result of replaceDataItem.' },
      result: { name: 'ReplaceDataItemSuccess', description: 'The new image was stored.' },
      dataField: {
        name: 'dataItem',
        description: 'The data item with its new image.',
        extensions: { cost: writeResult },
      },
    },
    args: {
      input: t.arg({ type: ReplaceDataItemInput, required: true, description: 'The data item and the new file.' }),
    },
    resolve: (_, { input: { id, file } }, ctx) =>
      actionable({ id, fileName: file.name }, async () => {
        const key = requireKey('DataItem', id);
        await ctx.images.evictAfter({ kind: 'dataItem', modelId: key.modelId, dataId: key.id }, () =>
          ctx.writes.run(({ dataItems }) => ctx.uploads.withBytes(file, (bytes) => dataItems.replace(key, bytes))),
        );
        return ctx.loaders.merge(key);
      }),
  }),
}));
