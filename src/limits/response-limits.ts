import { GraphQLError } from 'graphql';
import { extensionsOf, publicError } from '../errors.ts';
import type { ResultLimits } from '../executor/result-limits.ts';
import { jsonSize } from './json-size.ts';
import { type OperationLimits, SETTINGS } from './limits.ts';

/** Maximum number of bytes per character in JSON: control characters are written as `\u0000`. */
const MAX_BYTES_PER_CHARACTER = 6;

/** Creates the limits on the errors and the size of a response. */
export const createResponseLimits = ({
  reportedErrors,
  responseBytes,
}: Pick<OperationLimits, 'reportedErrors' | 'responseBytes'>): ResultLimits => ({
  maxErrors: reportedErrors,
  createOmittedError: (count) =>
    publicError(
      'ERRORS_OMITTED',
      `A response reports ${reportedErrors} errors (${SETTINGS.reportedErrors}), but ${count} more occurred. Request less at once, or correct the reported errors first.`,
      { omitted: count },
    ),
  checkSize(data, characters) {
    // A cheap upper bound, which suffices for most responses.
    if (characters * MAX_BYTES_PER_CHARACTER <= responseBytes) return undefined;
    if (jsonSize(data, responseBytes) <= responseBytes) return undefined;
    return publicError(
      'RESPONSE_TOO_LARGE',
      `A response may have ${responseBytes} bytes (${SETTINGS.responseBytes}), but this one would have more. Request smaller pages, or fewer fields of each item.`,
    );
  },
});

/** Limits the errors of variables. Replaces the error with which graphql-js reports that it stopped early. */
export function variableErrors(errors: readonly GraphQLError[], reported: number): readonly GraphQLError[] {
  if (errors.length <= reported) return errors;
  const message = `A response reports ${reported} errors (${SETTINGS.reportedErrors}). The variables after them were not checked.`;
  return [...errors.slice(0, reported), new GraphQLError(message, { extensions: extensionsOf('BAD_USER_INPUT') })];
}
