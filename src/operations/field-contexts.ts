import type { ContextOf, PlannedField } from '../executor/execution.ts';
import type { Context } from './context.ts';

/**
 * Gives the resolvers of each field a context of their own, so that their upstream requests are traced together. All items
 * of a list share it.
 *
 * @returns Undefined if the operation is not traced.
 */
export function fieldContexts(context: Context): ContextOf | undefined {
  const requesterOf = context.requester?.traceFields?.();
  if (!requesterOf) return undefined;
  const contexts = new Map<PlannedField, Context>();
  return (field) => {
    const known = contexts.get(field.planned);
    if (known) return known;
    const created = context.forField(requesterOf(field.path));
    contexts.set(field.planned, created);
    return created;
  };
}
