/** graphql-js reads nested things by recursion. With a high limit of tokens the stack may end before the document. */
export function catchStackOverflow<Result>(read: () => Result, otherwise: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return otherwise();
    throw error;
  }
}

export const TOO_DEEP = 'The document is nested more deeply than it can be read. Send less at once.';
