import { builder } from './builder.ts';
import { ConflictError, FileTooLargeError, InvalidInputError, NotFoundError, UnsupportedImageError } from './errors.ts';

/** Something that a person can mend. */
export const ErrorInterface = builder.interfaceRef<{ name: string; message: string }>('Error').implement({
  resolveType: ({ name }) => name,
  description: 'Something that the person who asked can mend.',
  fields: (t) => ({
    message: t.exposeString('message', {
      nullable: false,
      description: 'What was expected, what came and what to do, in a sentence.',
    }),
  }),
});

const InputIssue = builder.objectRef<InvalidInputError['issues'][number]>('InputIssue').implement({
  description: 'One mistake in an input.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      nullable: { list: false, items: false },
      description:
        'Where it is, from the argument inwards; list positions count from 0. Example: `["input", "size", "width"]`.',
    }),
    message: t.exposeString('message', { nullable: false, description: 'What is expected there.' }),
  }),
});

/** Errors are told apart by their name, which is that of their type, because as data they are no longer Errors. */
const isNamed = (name: string) => (value: unknown) => (value as { name?: unknown }).name === name;

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  isTypeOf: isNamed('InvalidInputError'),
  description: 'The input cannot be accepted. Nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [InputIssue],
      nullable: { list: false, items: false },
      description: 'Every mistake found, all at once. Empty when the upstream refused the input without saying where.',
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  isTypeOf: isNamed('NotFoundError'),
  description: 'What the input names does not exist, was deleted, or belongs to somebody else. Nothing was done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id that leads nowhere; null when the upstream did not say which.' }),
  }),
});

builder.objectType(ConflictError, {
  name: 'ConflictError',
  isTypeOf: isNamed('ConflictError'),
  description:
    'The state of things does not allow it, for example canceling a training that has finished. Nothing was done.',
  interfaces: [ErrorInterface],
});

builder.objectType(UnsupportedImageError, {
  name: 'UnsupportedImageError',
  isTypeOf: isNamed('UnsupportedImageError'),
  description: 'The file is not a webp, png or jpeg image by its bytes, whatever its name says. Nothing was stored.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'The file’s name as the client sent it.' }),
  }),
});

builder.objectType(FileTooLargeError, {
  name: 'FileTooLargeError',
  isTypeOf: isNamed('FileTooLargeError'),
  description: 'The file is larger than the upstream accepts. Nothing was stored.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'The file’s name as the client sent it.' }),
    maxBytes: t.exposeInt('maxBytes', { nullable: false, description: 'The most that is accepted, in bytes.' }),
  }),
});
