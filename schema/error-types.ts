import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import {
  ConflictError,
  FileTooLargeError,
  InvalidInputError,
  NotFoundError,
  type RequestFailedError,
  UnsupportedImageError,
} from './errors.ts';

/** The interface of all errors that are data. */
export const ErrorInterface = builder.interfaceRef<{ name: string; message: string }>('Error').implement({
  resolveType: ({ name }) => name,
  description: 'An error that the user can correct, or the failure of one item of a bulk operation.',
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
        'All invalid values that were found, in no particular order. Empty if the upstream rejected the input without naming a field.',
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

builder.objectRef<RequestFailedError>('RequestFailedError').implement({
  isTypeOf: isNamed('RequestFailedError'),
  description:
    'One item of a bulk operation failed for a reason other than its input. The other items are not affected. Its fields mean the same as the extensions of a GraphQL error.',
  extensions: { cost: FREE },
  interfaces: [ErrorInterface],
  fields: (t) => ({
    code: t.exposeString('code', {
      nullable: false,
      description:
        'Reason for the failure, one of the values of `extensions.code`. Examples: UPSTREAM_TIMEOUT and RATE_LIMITED (not executed in time), UPSTREAM_UNAVAILABLE, UPSTREAM_OUTCOME_UNKNOWN (may or may not have been executed).',
    }),
    retryable: t.exposeBoolean('retryable', {
      nullable: false,
      description:
        'True if the same item may be sent again. False after UPSTREAM_OUTCOME_UNKNOWN: query the current state first. An item with an idempotency key may be sent again with the same key even then: it is never executed twice.',
    }),
    retryAfter: t.exposeInt('retryAfter', {
      description: 'Time to wait before sending the item again, in seconds; null if no time is known.',
    }),
  }),
});
