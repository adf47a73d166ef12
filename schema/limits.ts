import { MAX_IMAGE_BYTES } from '../src/contract/rules.ts';
import type { ImageFormat as Format } from '../src/images/signature.ts';
import type { ServedLimits } from '../src/operations/context.ts';
import { builder } from './builder.ts';
import { DEFAULT_PAGE_SIZE } from './connection.ts';
import { DEFAULT_ACTIVE_JOBS, FREE, MAX_ITEMS, MAX_SCANNED_PAGES } from './costs.ts';
import { MAX_FILES } from './data-item-mutations.ts';
import { ImageFormat } from './image.ts';
import { JobLimits, PredictionLimits, TrainingLimits } from './job-limits.ts';
import { intRange, number } from './ranges.ts';
import { MAX_TICKETS } from './upload-ticket.ts';

const UploadLimits = builder.objectRef<ServedLimits['uploads']>('UploadLimits').implement({
  description: 'Limits of the images that are uploaded as training images.',
  extensions: { cost: FREE },
  fields: (t) => ({
    maxBytes: t.int(number('Maximum size of one file, in bytes.', () => MAX_IMAGE_BYTES)),
    maxPixels: t.int(number('Maximum width times height of an image, in pixels.', ({ pixels }) => pixels)),
    formats: t.field({
      type: [ImageFormat],
      nullable: { list: false, items: false },
      description:
        'Accepted file formats, in no particular order. The bytes of a file determine its format, not its name.',
      resolve: ({ mediaTypes }) => Object.keys(mediaTypes) as Format[],
    }),
    contentTypes: t.stringList({
      nullable: { list: false, items: false },
      description:
        'Media types of the formats, in the same order: join them by commas for the attribute `accept` of a file input.',
      resolve: ({ mediaTypes }) => Object.values(mediaTypes),
    }),
    filesPerRequest: t.int(
      number('Maximum number of files of `uploadDataItems`.', ({ files }) => Math.min(files, MAX_FILES)),
    ),
    requestBytes: t.field({
      type: 'SafeInt',
      nullable: false,
      description: 'Maximum size of a multipart request with all its files, in bytes.',
      resolve: ({ bytes }) => bytes,
    }),
    tickets: t.field(intRange('Number of tickets of `createUploadTickets`.', { min: 1, max: MAX_TICKETS, default: 1 })),
  }),
});

const ImageLimits = builder.objectRef<Pick<ServedLimits, 'imageWidths'>>('ImageLimits').implement({
  description: 'Sizes in which the gateway serves images.',
  extensions: { cost: FREE },
  fields: (t) => ({
    widths: t.intList({
      nullable: { list: false, items: false },
      description: 'Widths to which `Image.url(width:)` is rounded up, in pixels, in ascending order.',
      resolve: ({ imageWidths }) => imageWidths,
    }),
  }),
});

const pageOf = (usual: number) => ({ min: 1, max: MAX_ITEMS, default: usual });

const ListLimits = builder.objectRef<object>('ListLimits').implement({
  description: 'Limits of lists.',
  extensions: { cost: FREE },
  fields: (t) => ({
    first: t.field(intRange('Number of items of a page.', pageOf(DEFAULT_PAGE_SIZE))),
    activeJobs: t.field(intRange('Number of jobs of `activeJobs`.', pageOf(DEFAULT_ACTIVE_JOBS))),
    ids: t.int(number('Maximum number of ids of `nodes`.', () => MAX_ITEMS)),
    scannedPages: t.int(
      number(
        'Maximum number of pages of one list of the upstream that all filtered fields of a response scan together.',
        () => MAX_SCANNED_PAGES,
      ),
    ),
  }),
});

const OperationLimits = builder.objectRef<ServedLimits['operations']>('OperationLimits').implement({
  description: 'Limits of one operation, as set by the operator of this gateway.',
  extensions: { cost: FREE },
  fields: (t) => ({
    cost: t.int(number('Maximum number of requests to the upstream.', ({ cost }) => cost)),
    depth: t.int(number('Maximum nesting depth of fields.', ({ depth }) => depth)),
    aliases: t.int(number('Maximum number of aliased fields.', ({ aliases }) => aliases)),
    rootFields: t.int(number('Maximum number of root fields.', ({ rootFields }) => rootFields)),
    tokens: t.int(number('Maximum number of lexical tokens in a document.', ({ tokens }) => tokens)),
    responseBytes: t.field({
      type: 'SafeInt',
      nullable: false,
      description: 'Maximum size of a response, in bytes.',
      resolve: ({ responseBytes }) => responseBytes,
    }),
  }),
});

/** The groups whose limits do not depend on the settings of the gateway. */
const CONSTANT = {};

const Limits = builder.objectRef<ServedLimits>('Limits').implement({
  description: 'Sizes, formats, ranges and defaults of inputs, for forms and for checks before a request.',
  extensions: { cost: FREE },
  fields: (t) => ({
    uploads: t.field({
      type: UploadLimits,
      nullable: false,
      description: 'Files that can be uploaded.',
      resolve: ({ uploads }) => uploads,
    }),
    images: t.field({
      type: ImageLimits,
      nullable: false,
      description: 'Sizes of served images.',
      resolve: (limits) => limits,
    }),
    training: t.field({
      type: TrainingLimits,
      nullable: false,
      description: 'Settings of `startTraining`.',
      resolve: () => CONSTANT,
    }),
    prediction: t.field({
      type: PredictionLimits,
      nullable: false,
      description: 'Settings of `createPrediction`.',
      resolve: () => CONSTANT,
    }),
    jobs: t.field({
      type: JobLimits,
      nullable: false,
      description: 'Starting and watching trainings and predictions.',
      resolve: () => CONSTANT,
    }),
    lists: t.field({
      type: ListLimits,
      nullable: false,
      description: 'Pages, and lists of ids.',
      resolve: () => CONSTANT,
    }),
    operations: t.field({
      type: OperationLimits,
      nullable: false,
      description: 'Documents and responses.',
      resolve: ({ operations }) => operations,
    }),
  }),
});

builder.queryField('limits', (t) =>
  t.field({
    type: Limits,
    nullable: false,
    description:
      'Limits of all inputs, as this gateway checks them. Needs no API key and sends no request to the upstream. Changes only when the gateway is restarted.',
    extensions: { cost: FREE },
    resolve: (_source, _arguments, ctx) => ctx.limits,
  }),
);
