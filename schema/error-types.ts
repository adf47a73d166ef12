import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import { ConflictError, FileTooLargeError, InvalidInputError, NotFoundError, UnsupportedImageError } from './errors.ts';

/** The interface of all errors that the user can correct. */
export const ErrorInterface = builder.interfaceRef<{ name: string; message: string }>('Error').implement({
  resolveType: ({ name }) => name,
  description: 'An error that the user can correct.',
  fields: (t) => ({
    message: t.exposeString('message', {
      nullable: false,
      description: 'Explanation for the user: what was expected, what was received and what to do.',
    }),
  }),
});

const InputIssue = builder.objectRef<InvalidInputError['issues'][number]>('InputIssue').implement({
  description: 'One invalid value in an input.',
  extensions: { cost: FREE },
  fields: (t) => ({
    path: t.exposeStringList('path', {
      nullable: { list: false, items: false },
      description:
        'Path to the value, starting at the argument; list indexes count from 0. Example: `["input", "size", "width"]`.',
    }),
    message: t.exposeString('message', { nullable: false, description: 'Explanation of the expected value.' }),
  }),
});

/** Matches errors by their name, which equals their type's name: as field values they are no longer Error instances. */
const isNamed = (name: string) => (value: unknown) => (value as { name?: unknown }).name === name;

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  isTypeOf: isNamed('InvalidInputError'),
  description: 'The input is invalid. Nothing was changed.',
  extensions: { cost: FREE },
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [InputIssue],
      nullable: { list: false, items: false },
      description:
        'All invalid values that were found. Empty if the upstream rejected the input without naming a field.',
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  isTypeOf: isNamed('NotFoundError'),
  description:
    'The object in the input does not exist, was deleted, or is not accessible with this key. Nothing was changed.',
  extensions: { cost: FREE },
  interfaces: [ErrorInterface],
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Global id of the object that was not found; null if the upstream did not report which.',
    }),
  }),
});

builder.objectType(ConflictError, {
  name: 'ConflictError',
  isTypeOf: isNamed('ConflictError'),
  description:
    'The current state does not allow the operation, for example canceling a finished training, or reusing an idempotency key with another input. Nothing was changed.',
  extensions: { cost: FREE },
  interfaces: [ErrorInterface],
});

builder.objectType(UnsupportedImageError, {
  name: 'UnsupportedImageError',
  isTypeOf: isNamed('UnsupportedImageError'),
  description:
    'The file is not a webp, png or jpeg image, judging by its first bytes, not by its name. Nothing was stored.',
  extensions: { cost: FREE },
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'Name of the file, as sent by the client.' }),
  }),
});

builder.objectType(FileTooLargeError, {
  name: 'FileTooLargeError',
  isTypeOf: isNamed('FileTooLargeError'),
  description: 'The file is larger than the upstream accepts. Nothing was stored.',
  extensions: { cost: FREE },
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'Name of the file, as sent by the client.' }),
    maxBytes: t.exposeInt('maxBytes', { nullable: false, description: 'Maximum file size, in bytes.' }),
  }),
});
