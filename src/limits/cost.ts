/** Requests, by the name of what is asked for. What has the same name on one parent is asked for once. */
export type Reads = Readonly<Record<string, number>>;

/** Arguments of a field, as its resolver gets them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What a field makes the gateway ask of the upstream, for each of its parents. */
export interface FieldCost {
  readonly reads?: Reads | ((args: Arguments) => Reads);
  /** As `reads`, where an answer asks for it once however many parents there are. */
  readonly readsOnce?: Reads;
  /** How many objects the field gives at most. What is selected of them is asked for so many times. @default 1 */
  readonly maxItems?: number | ((args: Arguments) => number);
  /** A type below whose objects the field asks for nothing, because the answer knows already what it gives. */
  readonly freeBelow?: string;
}

/** The cost of every field of every object type; `free` for a type of which no field asks for anything. */
export type Costs = Readonly<Record<string, Readonly<Record<string, FieldCost>> | 'free'>>;

const FREE: FieldCost = {};
/** A field of which nobody has thought counts as a request. */
const UNKNOWN: FieldCost = { reads: { unknown: 1 } };

/** The cost of a field. What GraphQL itself defines asks for nothing. */
export function costOfField(costs: Costs, type: string, field: string): FieldCost {
  if (field.startsWith('__') || type.startsWith('__')) return FREE;
  const fields = costs[type];
  return fields === 'free' ? FREE : (fields?.[field] ?? UNKNOWN);
}
