import { type GraphQLError, locatedError, responsePathAsArray } from 'graphql';
import type { Place } from './places.ts';

/** How a value that has come is completed for its place. @throws What is wrong with it. */
export type Completing = (place: Place, value: unknown) => unknown;

/**
 * Puts a value in its place when it has come. Nothing waits for it but the answer as a whole: that objects and lists around
 * it waited for each other would cost more than all else in an answer.
 *
 * @returns What stands there until then.
 */
export function putLater(place: Place, later: Promise<unknown>, complete: Completing): null {
  const { run } = place.field;
  run.begin();
  later.then(
    (value) => {
      try {
        place.container[place.key] = complete(place, value);
      } catch (error) {
        fail(place, error);
      }
      run.end();
    },
    (error: unknown) => {
      fail(place, error);
      run.end();
    },
  );
  return null;
}

/**
 * What stands in a place for an error while its surroundings are being made (GraphQL, 6.4.4 "Handling Execution Errors").
 *
 * @throws GraphQLError where null may not stand; then what is around it is null, or fails in turn.
 */
export function refuse(place: Place, thrown: unknown): null {
  const error = located(place, thrown);
  if (place.isNonNull) throw error;
  place.field.run.errors.add(error, place);
  return null;
}

/** As {@link refuse}, when all around it has been made: it is found there, and taken out again. */
function fail(place: Place, thrown: unknown): void {
  const error = located(place, thrown);
  let nulled: Place | undefined = place;
  while (nulled?.isNonNull) nulled = nulled.prev;
  if (nulled) nulled.container[nulled.key] = null;
  place.field.run.errors.add(error, nulled);
}

const located = (place: Place, thrown: unknown): GraphQLError =>
  locatedError(thrown, place.field.planned.nodes, responsePathAsArray(place));
