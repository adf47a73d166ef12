import { MAX_IMAGE_SIZE } from '../src/contract/rules.ts';
import type { Context } from '../src/operations/context.ts';
import type { UploadTarget } from '../src/uploads/ticket.ts';
import { builder } from './builder.ts';
import { FREE, oneRead } from './costs.ts';
import { actionable, InvalidInputError, invalidInput, NotFoundError } from './errors.ts';
import { requireKey } from './ids.ts';

interface UploadTicket {
  url: string;
  expiresAt: Date;
}

const UploadTicket = builder.objectRef<UploadTicket>('UploadTicket').implement({
  description:
    'A signed URL for uploading one image without an API key: send a `PUT` request with the file as the body. It can be used once.',
  extensions: { cost: FREE },
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      nullable: false,
      description: `Absolute URL for the \`PUT\` request, which takes one webp, png or jpeg image of at most ${MAX_IMAGE_SIZE}. The URL alone grants access. After a rejected upload it can be used again.`,
      resolve: ({ url }) => url,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'Time at which the URL expires, one to two hours after it was created.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const UploadTargetInput = builder.inputType('UploadTargetInput', {
  description: 'Target of the uploaded images: exactly one of the two fields.',
  isOneOf: true,
  fields: (t) => ({
    newInModel: t.id({ description: 'Global id of a model, to which each image is added as a new data item.' }),
    replaceDataItem: t.id({ description: 'Global id of a data item, whose image is replaced.' }),
  }),
});

/** Maximum number of tickets that one mutation creates. */
export const MAX_TICKETS = 100;

const CreateUploadTicketsInput = builder.inputType('CreateUploadTicketsInput', {
  description: 'Settings of upload tickets.',
  fields: (t) => ({
    target: t.field({
      type: UploadTargetInput,
      required: true,
      description: 'The model or data item that receives the images.',
    }),
    count: t.int({
      defaultValue: 1,
      description: `Number of tickets, one per image: 1 to ${MAX_TICKETS}; exactly 1 for \`replaceDataItem\`.`,
    }),
  }),
});

/** Resolves the target of an upload and checks that it exists. @throws NotFoundError if it does not. */
async function targetOf(ctx: Context, input: typeof UploadTargetInput.$inferInput): Promise<UploadTarget> {
  if (input.replaceDataItem != null) {
    const { modelId, id } = requireKey('DataItem', input.replaceDataItem);
    if (!(await ctx.loaders.dataItem({ modelId, id }))) throw new NotFoundError(input.replaceDataItem);
    return { modelId, replace: id };
  }
  const id = input.newInModel ?? '';
  const model = requireKey('Model', id);
  if (!(await ctx.loaders.model(model.id))) throw new NotFoundError(id);
  return { modelId: model.id, replace: undefined };
}

function requireCount(count: number, max: number): void {
  if (count >= 1 && count <= max) return;
  const expected = max === 1 ? 'Expected exactly 1 ticket to replace an image' : `Expected 1 to ${max} tickets`;
  throw invalidInput([{ path: ['input', 'count'], message: `${expected}, not ${count}.` }]);
}

builder.mutationField('createUploadTickets', (t) =>
  t.field({
    type: [UploadTicket],
    nullable: { list: false, items: false },
    description:
      'Creates signed URLs for uploading images outside GraphQL, one image each: from a browser with a progress bar, or from a program without an API key. Nothing is stored until an image is uploaded.',
    extensions: { cost: oneRead('target') },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'CreateUploadTicketsResult', description: 'Result of createUploadTickets.' },
      result: { name: 'CreateUploadTicketsSuccess', description: 'The tickets were created.' },
      dataField: {
        name: 'tickets',
        description:
          'The tickets, as many as requested. They differ only in their URLs, so their order has no meaning.',
        extensions: { cost: FREE },
      },
    },
    args: {
      input: t.arg({
        type: CreateUploadTicketsInput,
        required: true,
        description: 'The target and the number of tickets.',
      }),
    },
    resolve: (_, { input: { target, count } }, ctx) =>
      actionable({}, async () => {
        requireCount(count ?? 1, target.replaceDataItem == null ? MAX_TICKETS : 1);
        const uploadTarget = await targetOf(ctx, target);
        return Array.from({ length: count ?? 1 }, () => ctx.uploads.issueTicket(uploadTarget));
      }),
  }),
);
