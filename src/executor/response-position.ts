import type { GraphQLResolveInfo, ResponsePath } from 'graphql';
import type { Execution } from './execution.ts';
import type { PlannedField } from './plan.ts';

/** An object or a list in a response. */
export type Container = Record<string | number, unknown>;

/** A position in a response: its path, and the object or list that contains it. */
export interface ResponsePosition extends ResponsePath {
  readonly prev: ResponsePosition | undefined;
  readonly container: Container;
  /** True if the position is non-null. */
  readonly isNonNull: boolean;
  /** The position itself for a field, or the field that an item belongs to. */
  readonly field: FieldPosition;
}

/**
 * The position of a field, and the `info` argument of its resolver. One object for both, because it is created for almost
 * every field of every response. The properties of `info` are getters, so a spread copy of it lacks them.
 */
export class FieldPosition implements GraphQLResolveInfo, ResponsePosition {
  readonly prev: ResponsePosition | undefined;
  readonly key: string;
  readonly container: Container;
  readonly execution: Execution;
  readonly planned: PlannedField;

  constructor(execution: Execution, planned: PlannedField, prev: ResponsePosition | undefined, container: Container) {
    this.prev = prev;
    this.key = planned.key;
    this.container = container;
    this.execution = execution;
    this.planned = planned;
  }

  get field(): this {
    return this;
  }

  get isNonNull(): boolean {
    return this.planned.isNonNull;
  }

  get typename(): string {
    return this.planned.parentType.name;
  }

  get path(): ResponsePath {
    return this;
  }

  get fieldName(): string {
    return this.planned.definition.name;
  }

  get fieldNodes() {
    return this.planned.nodes;
  }

  get returnType() {
    return this.planned.definition.type;
  }

  get parentType() {
    return this.planned.parentType;
  }

  get schema() {
    return this.execution.schema;
  }

  get fragments() {
    return this.execution.plan.fragmentsByName;
  }

  get rootValue() {
    return this.execution.rootValue;
  }

  get operation() {
    return this.execution.plan.operation;
  }

  get variableValues() {
    return this.execution.variables;
  }
}

/** The position of a list item. */
export class ItemPosition implements ResponsePosition {
  readonly prev: ResponsePosition;
  readonly key: number;
  readonly container: Container;
  readonly isNonNull: boolean;
  readonly field: FieldPosition;

  /** @param list The position of the list. */
  constructor(list: ResponsePosition, key: number, container: Container, isNonNull: boolean) {
    this.prev = list;
    this.key = key;
    this.container = container;
    this.isNonNull = isNonNull;
    this.field = list.field;
  }

  get typename(): undefined {
    return undefined;
  }
}
