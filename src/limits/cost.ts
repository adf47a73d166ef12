/** Numbers of upstream requests, by the name of what is read. Reads of one parent with the same name are made once. */
export type Reads = Readonly<Record<string, number>>;

/** Arguments of a field, as its resolver receives them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The upstream requests that a field causes for each of its parent objects. */
export interface FieldCost {
  readonly reads?: Reads | ((args: Arguments) => Reads);
  /** Like `reads`, for requests that are made once per response, regardless of the number of parents. */
  readonly readsOnce?: Reads;
  /** Maximum number of objects that the field returns. The cost of their selection is multiplied by it. @default 1 */
  readonly maxItems?: number | ((args: Arguments) => number);
  /** A type below whose objects the field costs nothing, because the response has already read its value. */
  readonly freeBelow?: string;
}

/** The cost of every field of every object type; `free` for a type whose fields all cost nothing. */
export type Costs = Readonly<Record<string, Readonly<Record<string, FieldCost>> | 'free'>>;

const FREE: FieldCost = {};
/** A field without an entry counts as one request. */
const UNKNOWN: FieldCost = { reads: { unknown: 1 } };

/** The cost of a field. Introspection fields cost nothing. */
export function costOfField(costs: Costs, type: string, field: string): FieldCost {
  if (field.startsWith('__') || type.startsWith('__')) return FREE;
  const fields = costs[type];
  return fields === 'free' ? FREE : (fields?.[field] ?? UNKNOWN);
}
