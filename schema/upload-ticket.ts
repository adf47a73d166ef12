import type { Context } from '../src/operations/context.ts';
import type { UploadTarget } from '../src/uploads/ticket.ts';
import { builder } from './builder.ts';
import { actionable, InvalidInputError, invalidInput, NotFoundError } from './errors.ts';
import { requireKey } from './ids.ts';

interface UploadTicket {
  url: string;
  expiresAt: Date;
}

const UploadTicket = builder.objectRef<UploadTicket>('UploadTicket').implement({
  description:
    'An address to which one picture is sent as it is, by `PUT` with the file as the body and nothing else. It carries its own authority and works once.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      nullable: false,
      description:
        'Absolute address for `PUT`, for one webp, png or jpeg of at most 10,485,760 bytes. Whoever has it can use it. After a refusal it may be used again.',
      resolve: ({ url }) => url,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When it stops working, an hour or two after it was made.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const UploadTargetInput = builder.inputType('UploadTargetInput', {
  description: 'Where uploaded pictures go: exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    newInModel: t.id({ description: 'Global id of a model, to which each picture is added as a new data item.' }),
    replaceDataItem: t.id({ description: 'Global id of a data item, whose picture is replaced.' }),
  }),
});

const MOST_TICKETS = 100;

const CreateUploadTicketsInput = builder.inputType('CreateUploadTicketsInput', {
  description: 'Which upload tickets to make.',
  fields: (t) => ({
    target: t.field({ type: UploadTargetInput, required: true, description: 'Where the pictures go.' }),
    count: t.int({
      defaultValue: 1,
      description: `How many tickets, one for each picture: 1 to ${MOST_TICKETS}; 1 to replace a picture.`,
    }),
  }),
});

/** What a target names, once the upstream has said that it is there. @throws NotFoundError when it is not. */
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

function requireCount(count: number, most: number): void {
  if (count >= 1 && count <= most) return;
  const expected = most === 1 ? 'Ask for 1 ticket to replace a picture' : `Ask for 1 to ${most} tickets`;
  throw invalidInput([{ path: ['input', 'count'], message: `${expected}, not ${count}.` }]);
}

builder.mutationField('createUploadTickets', (t) =>
  t.field({
    type: [UploadTicket],
    nullable: { list: false, items: false },
    description:
      'Makes addresses to which pictures are sent one by one, past the graph: by a browser with a progress bar, or by a program that has no key. Nothing is stored until a picture comes.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'CreateUploadTicketsResult', description: 'What became of createUploadTickets.' },
      result: { name: 'CreateUploadTicketsSuccess', description: 'The tickets were made.' },
      dataField: { name: 'tickets', description: 'As many as were asked for.' },
    },
    args: {
      input: t.arg({ type: CreateUploadTicketsInput, required: true, description: 'How many, and where to.' }),
    },
    resolve: (_, { input: { target, count } }, ctx) =>
      actionable({}, async () => {
        requireCount(count ?? 1, target.replaceDataItem == null ? MOST_TICKETS : 1);
        const found = await targetOf(ctx, target);
        return Array.from({ length: count ?? 1 }, () => ctx.uploadTicket(found));
      }),
  }),
);
