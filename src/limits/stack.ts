/**
 * Runs a recursive function of graphql-js, and a fallback if the stack overflows: with a high token limit, a document
 * may be nested too deeply for recursion.
 */
export function catchStackOverflow<Result>(run: () => Result, fallback: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) return fallback();
    throw error;
  }
}

export const TOO_DEEP = 'The document is nested too deeply to be processed. Split it into several documents.';
