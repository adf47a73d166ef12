import { type GraphQLError, locatedError, responsePathAsArray } from 'graphql';
import { ignoreRejections, whenFulfilled } from '../util/promises.ts';
import { LEFT_OUT } from './field-errors.ts';
import type { ResponsePosition } from './response-position.ts';

/** How a value that has come is completed for its position. @throws What is wrong with it. */
export type Completing = (place: ResponsePosition, value: unknown) => unknown;

/**
 * Completes a value when it has come, and puts it in its position. Nothing waits for it but the response as a whole: that
 * objects and lists around it waited for each other would cost more than all else in a response.
 *
 * @returns What stands there until then.
 */
export function completeLater(place: ResponsePosition, later: PromiseLike<unknown>, complete: Completing): null {
  const { run } = place.field;
  whenFulfilled(
    later,
    (value) => {
      if (run.errors.isDiscarded(place)) {
        // Nothing is resolved below a position that the response does not show.
        ignoreRejections(value);
      } else {
        try {
          place.container[place.key] = complete(place, value);
        } catch (error) {
          nullify(place, error);
        }
      }
      run.settle(pending);
    },
    (reason) => {
      nullify(place, reason);
      run.settle(pending);
    },
  );
  const pending = run.addPending(place);
  return null;
}

/**
 * What stands in a position for an error while the object or list around it is being made (GraphQL, 6.4.4 "Handling
 * Execution Errors").
 *
 * @throws GraphQLError where null may not stand; then what is around it is null, or fails in turn.
 */
export function handleFieldError(place: ResponsePosition, thrown: unknown): null {
  const error = located(place, thrown, nearestNullable(place));
  if (place.isNonNull) throw error;
  place.field.run.errors.add(error, place);
  return null;
}

/** As {@link handleFieldError}, when everything around it has been made: the nearest nullable position becomes null. */
function nullify(place: ResponsePosition, thrown: unknown): void {
  const nulled = nearestNullable(place);
  const error = located(place, thrown, nulled);
  if (nulled) nulled.container[nulled.key] = null;
  place.field.run.errors.add(error, nulled);
}

/** The position that is null for an error in this one; undefined for the whole response. */
function nearestNullable(place: ResponsePosition): ResponsePosition | undefined {
  let position: ResponsePosition | undefined = place;
  while (position?.isNonNull) position = position.prev;
  return position;
}

/** The error with its path. One that is left out needs none: to make it takes far longer than to count it. */
const located = (place: ResponsePosition, thrown: unknown, nulled: ResponsePosition | undefined): GraphQLError =>
  place.field.run.errors.isKept(nulled, thrown)
    ? locatedError(thrown, place.field.planned.nodes, responsePathAsArray(place))
    : LEFT_OUT;
