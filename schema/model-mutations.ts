import * as z from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { builder } from './builder.ts';
import { oneWrite, writeResult } from './costs.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { requireKey } from './ids.ts';
import { idempotencyKey } from './job.ts';
import { omitNullish } from './omit-nullish.ts';
import { Model } from './refs.ts';

const displayName = z.string().refine((name) => name.trim() !== '', 'Expected a name that is not blank.');

const CreateModelInput = builder.inputType('CreateModelInput', {
  description: 'Settings of a new model.',
  fields: (t) => ({
    displayName: t.string({ required: true, validate: displayName, description: 'Human-readable name; not blank.' }),
    customModelType: t.string({ description: 'Type of the model. Reserved by the upstream for future use.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const RenameModelInput = builder.inputType('RenameModelInput', {
  description: 'A new name for a model.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the model.' }),
    displayName: t.string({ required: true, validate: displayName, description: 'The new name; not blank.' }),
  }),
});

builder.mutationFields((t) => ({
  createModel: t.field({
    type: Model,
    nullable: false,
    description: 'Creates a model. To use it in predictions, upload training images and start a training.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, ConflictError],
      union: { name: 'CreateModelResult', description: 'Result of createModel.' },
      result: { name: 'CreateModelSuccess', description: 'The model was created.' },
      dataField: { name: 'model', description: 'The new model.', extensions: { cost: writeResult } },
    },
    args: { input: t.arg({ type: CreateModelInput, required: true, description: 'The settings of the model.' }) },
    resolve: (_, { input: { displayName, customModelType, idempotencyKey: key } }, ctx) =>
      actionable({}, async () => {
        const request = omitNullish<Wire['CreateModel']>({ displayName, customModelType });
        const once = { operation: 'createModel', input: request, key };
        return ctx.loaders.merge(await ctx.writes.once(once, ({ models }) => models.create(request)));
      }),
  }),
  renameModel: t.field({
    type: Model,
    nullable: false,
    description: 'Changes the name of a model.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'RenameModelResult', description: 'Result of renameModel.' },
      result: { name: 'RenameModelSuccess', description: 'The model was renamed.' },
      dataField: { name: 'model', description: 'The model with its new name.', extensions: { cost: writeResult } },
    },
    args: { input: t.arg({ type: RenameModelInput, required: true, description: 'The model and its new name.' }) },
    resolve: (_, { input: { id, displayName } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Model', id);
        return ctx.loaders.merge(await ctx.writes.run(({ models }) => models.rename(key.id, displayName)));
      }),
  }),
}));
