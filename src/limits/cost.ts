import type { GraphQLObjectType } from 'graphql';

/** Numbers of upstream requests, by the name of the read. Reads of one parent with the same name are sent once. */
export type Reads = Readonly<Record<string, number>>;

/** Arguments of a field, as its resolver receives them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The upstream requests that a field causes for each of its parent objects. */
export interface FieldCost {
  readonly reads?: Reads | ((args: Arguments) => Reads);
  /** Like `reads`, for requests that are made once per response, regardless of the number of parents. */
  readonly readsOnce?: Reads | ((args: Arguments) => Reads);
  /** Maximum number of objects that the field returns. The cost of their selection is multiplied by it. @default 1 */
  readonly maxItems?: number | ((args: Arguments) => number);
  /** A type below whose objects the field costs nothing, because the response has already read its value. */
  readonly freeBelow?: string;
}

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    readonly cost?: FieldCost;
  }
  interface GraphQLObjectTypeExtensions<_TSource, _TContext> {
    /** The cost of each field without a cost of its own. */
    readonly cost?: FieldCost;
  }
}

const FREE: FieldCost = {};

/** The cost of a field. Only introspection fields declare none: they are free. */
export const costOfField = (type: GraphQLObjectType, field: string): FieldCost =>
  type.getFields()[field]?.extensions.cost ?? type.extensions.cost ?? FREE;
