import {
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  type OperationDefinitionNode,
  type ResponsePath,
} from 'graphql';
import { FieldErrors } from './field-errors.ts';
import type { PlannedField, PlannedOperation, Values } from './plan.ts';

export interface RunOptions {
  schema: GraphQLSchema;
  plan: PlannedOperation;
  rootValue: unknown;
  contextValue: unknown;
  /** As they are after coercion. */
  variables: Values;
}

/** One execution of an operation. */
export class Run {
  readonly errors = new FieldErrors();
  readonly contextValue: unknown;
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: GraphQLResolveInfo['fragments'];
  readonly #rootValue: unknown;
  readonly #variables: Values;
  readonly #arguments = new Map<PlannedField, Values>();

  constructor({ schema, plan, rootValue, contextValue, variables }: RunOptions) {
    this.contextValue = contextValue;
    this.#schema = schema;
    this.#operation = plan.operation;
    this.#fragments = plan.fragmentsByName;
    this.#rootValue = rootValue;
    this.#variables = variables;
  }

  /**
   * What a field's resolver gets as its arguments: the same for every parent.
   *
   * @throws GraphQLError when they cannot be read.
   */
  argumentsOf(field: PlannedField): Values {
    if (field.args) return field.args;
    const known = this.#arguments.get(field);
    if (known) return known;
    const [node] = field.nodes;
    const args = Object.freeze(getArgumentValues(field.definition, node, { ...this.#variables }));
    this.#arguments.set(field, args);
    return args;
  }

  /** What a resolver gets to know of its field. */
  infoOf({ definition, nodes, parentType }: PlannedField, path: ResponsePath): GraphQLResolveInfo {
    return {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path,
      schema: this.#schema,
      fragments: this.#fragments,
      rootValue: this.#rootValue,
      operation: this.#operation,
      variableValues: this.#variables,
    };
  }
}
