import { GraphQLError } from 'graphql';
import { extensionsOf, publicError } from '../errors.ts';
import type { ResultLimits } from '../executor/result-limits.ts';
import { jsonSize } from './json-size.ts';
import { type OperationLimits, SETTINGS } from './limits.ts';

/** The most bytes that JSON takes for one character: control characters are written as `\u0000`. */
const BYTES_PER_CHARACTER = 6;

/** Keeps responses within the limits on their errors and their size. */
export const createResponseLimits = ({
  reportedErrors,
  responseBytes,
}: Pick<OperationLimits, 'reportedErrors' | 'responseBytes'>): ResultLimits => ({
  errors: reportedErrors,
  omitted: (count) =>
    publicError(
      'ERRORS_OMITTED',
      `A response reports ${reportedErrors} errors (${SETTINGS.reportedErrors}), but ${count} more occurred. Request less at once, or correct the reported errors first.`,
      { omitted: count },
    ),
  refusalOf(data, characters) {
    // Most responses are far from the limit, and need no more than this.
    if (characters * BYTES_PER_CHARACTER <= responseBytes) return undefined;
    if (jsonSize(data, responseBytes) <= responseBytes) return undefined;
    return publicError(
      'RESPONSE_TOO_LARGE',
      `A response may have ${responseBytes} bytes (${SETTINGS.responseBytes}), but this one would have more. Request smaller pages, or fewer fields of each item.`,
    );
  },
});

/** The errors of variables, of which graphql-js stopped to look for more after so many. */
export function variableErrors(errors: readonly GraphQLError[], reported: number): readonly GraphQLError[] {
  if (errors.length <= reported) return errors;
  const message = `A response reports ${reported} errors (${SETTINGS.reportedErrors}). The variables after them were not checked.`;
  return [...errors.slice(0, reported), new GraphQLError(message, { extensions: extensionsOf('BAD_USER_INPUT') })];
}
