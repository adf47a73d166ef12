import type { Context } from '../src/operations/context.ts';
import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import { ErrorInterface } from './error-types.ts';
import { type ItemError, isUnexpected, toItemError } from './errors.ts';

/** The result for one id of a bulk deletion. */
export interface DeleteOutcome {
  readonly id: string;
  /** An Error is a bug, which is reported as the error of this field. */
  readonly deletedId: string | Error | null;
  readonly error: ItemError | null;
}

export const DeleteOutcome = builder.objectRef<DeleteOutcome>('DeleteOutcome').implement({
  description: 'Result for one id of a bulk deletion.',
  extensions: { cost: FREE },
  fields: (t) => ({
    id: t.exposeID('id', { nullable: false, description: 'The id, as passed in the input.' }),
    deletedId: t.id({
      description: 'The same id if the object was deleted; null if there is an error.',
      resolve: ({ deletedId }) => deletedId as string | null,
    }),
    error: t.field({
      type: ErrorInterface,
      description:
        'Reason why the object was not deleted, or may not have been; null if it was deleted. NotFoundError: it does not exist, or the id is that of another type. RequestFailedError: see its `code`, `retryable` and `retryAfter`.',
      resolve: ({ error }) => error,
    }),
  }),
});

/**
 * Deletes several objects, each only once.
 *
 * @param remove Deletes one object.
 * @returns One outcome per id, in order; equal ids have equal outcomes.
 */
export function deleteEach(
  ctx: Context,
  ids: readonly string[],
  remove: (id: string) => Promise<unknown>,
): Promise<DeleteOutcome[]> {
  const runPaced = ctx.writes.startBulk();
  const outcomes = new Map<string, Promise<DeleteOutcome>>();
  return Promise.all(
    ids.map((id) => {
      const outcome = outcomes.get(id) ?? outcomeOf(id, () => runPaced(() => remove(id)));
      outcomes.set(id, outcome);
      return outcome;
    }),
  );
}

async function outcomeOf(id: string, remove: () => Promise<unknown>): Promise<DeleteOutcome> {
  try {
    await remove();
    return { id, deletedId: id, error: null };
  } catch (error) {
    return { id, deletedId: isUnexpected(error) ? error : null, error: toItemError(error) };
  }
}
