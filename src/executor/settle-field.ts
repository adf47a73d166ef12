import { type GraphQLError, locatedError, responsePathAsArray } from 'graphql';
import { ignoreRejections, whenFulfilled } from '../util/promises.ts';
import type { Complete, ResponsePosition } from './execution.ts';
import { OMITTED_ERROR } from './field-errors.ts';

/**
 * Completes a pending value once its promise is fulfilled, and sets it at its position. Only the response as a whole waits for
 * it: a promise for each object and list around it would cost more than the rest of the execution.
 *
 * @returns Null, as a placeholder.
 */
export function completeLater(position: ResponsePosition, promise: PromiseLike<unknown>, complete: Complete): null {
  const { execution } = position.field;
  whenFulfilled(
    promise,
    (value) => {
      if (execution.errors.isDiscarded(position)) {
        // No resolver runs below a position that the response does not contain.
        ignoreRejections(value);
      } else {
        try {
          position.container[position.key] = complete(position, value);
        } catch (error) {
          nullify(position, error);
        }
      }
      execution.settle(pending);
    },
    (reason) => {
      nullify(position, reason);
      execution.settle(pending);
    },
  );
  const pending = execution.addPending(position);
  return null;
}

/**
 * Handles an error while the object or list around the position is being built: reports it and returns null (GraphQL, 6.4.4
 * "Handling Execution Errors").
 *
 * @throws GraphQLError if the position is non-null, so that the error propagates to the parent.
 */
export function handleFieldError(position: ResponsePosition, thrown: unknown): null {
  const error = toLocatedError(position, thrown, nearestNullable(position));
  if (position.isNonNull) throw error;
  position.field.execution.errors.add(error, position);
  return null;
}

/** Handles an error once the objects and lists around the position are built: sets the nearest nullable ancestor to null. */
function nullify(position: ResponsePosition, thrown: unknown): void {
  const nulledPosition = nearestNullable(position);
  const error = toLocatedError(position, thrown, nulledPosition);
  if (nulledPosition) nulledPosition.container[nulledPosition.key] = null;
  position.field.execution.errors.add(error, nulledPosition);
}

/** The position that an error at this one sets to null; undefined for the whole response. */
function nearestNullable(position: ResponsePosition): ResponsePosition | undefined {
  let ancestor: ResponsePosition | undefined = position;
  while (ancestor?.isNonNull) ancestor = ancestor.prev;
  return ancestor;
}

/** Adds path and locations to an error, unless it is omitted. */
const toLocatedError = (
  position: ResponsePosition,
  thrown: unknown,
  nulledPosition: ResponsePosition | undefined,
): GraphQLError =>
  position.field.execution.errors.isKept(nulledPosition, thrown)
    ? locatedError(thrown, position.field.planned.nodes, responsePathAsArray(position))
    : OMITTED_ERROR;
