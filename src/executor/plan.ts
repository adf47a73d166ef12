import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  isLeafType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { collect } from './collect-fields.ts';
import { type Complete, completerOf } from './complete.ts';
import { SHORT_VALUE, shared } from './execution.ts';

/** Arguments or variables, by their names. */
export type Values = Readonly<Record<string, unknown>>;

/** What is selected of an object, worked out once for each type that it turns out to have. */
export interface Selection {
  fieldsOf(type: GraphQLObjectType): PlannedFields;
}

/** The fields of an object in an answer. */
export interface PlannedFields {
  readonly fields: readonly PlannedField[];
  /** Makes the object with all its keys in their order, before any has its value. */
  readonly empty: () => Record<string, unknown>;
  /** An estimate of the length of the object as JSON without the texts in it, in characters. */
  readonly characters: number;
}

/** A field of an answer: all that is known of it before it is executed. */
export interface PlannedField {
  /** Its name in the answer. */
  readonly key: string;
  /** Where it is asked for; more than one where selections are merged. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly isNonNull: boolean;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly complete: Complete;
  /**
   * Writes a value of a leaf that has no resolver, or one that asks for no more than its arguments and the context, so that
   * a value that is there needs no place. @default the value is completed in its place
   */
  readonly serialize: ((value: unknown) => unknown) | undefined;
  /** Where a leaf without a resolver has its value in its parent; undefined for others. */
  readonly property: string | undefined;
  /** The arguments that its resolver gets; undefined when they depend on variables. */
  readonly args: Values | undefined;
}

/** An operation of a document, with what is kept of it between executions. */
export interface PlannedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** As {@link fragments}, in the form in which resolvers know them. */
  readonly fragmentsByName: GraphQLResolveInfo['fragments'];
  /** What it selects, with these values of its variables. */
  selectionFor(variables: Values): Selection;
}

/** Of each operation that of the last schema and document with which it was executed: there are hardly ever others. */
const plans = new WeakMap<OperationDefinitionNode, PlannedOperation>();

/** The plan of an operation. It is kept for as long as its document is. */
export function planOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PlannedOperation {
  const known = plans.get(operation);
  if (known?.schema === schema && known.document === document) return known;
  const plan = makePlan(schema, document, operation);
  plans.set(operation, plan);
  return plan;
}

/** How many selections of one operation are kept. Each `@skip` or `@include` by a variable may double their number. */
const MOST_SELECTIONS = 16;

function makePlan(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): PlannedOperation {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const conditions = conditionsIn(document);
  const selections = new Map<string, Selection>();

  return {
    schema,
    document,
    operation,
    fragments,
    fragmentsByName: Object.fromEntries(fragments),
    selectionFor(variables) {
      // Null is neither: it is no argument for either directive, and has to be told so.
      const name = conditions.map((condition) => String(variables[condition])).join();
      const known = selections.get(name);
      if (known) return known;
      const made = select({ schema, fragments, variables }, [operation.selectionSet]);
      if (selections.size < MOST_SELECTIONS) selections.set(name, made);
      return made;
    },
  };
}

/** The variables on which it depends what is selected. */
function conditionsIn(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

type Selecting = Parameters<typeof collect>[0];

function select(selecting: Selecting, selectionSets: readonly SelectionSetNode[]): Selection {
  const known = new Map<GraphQLObjectType, PlannedFields>();
  return {
    fieldsOf(type) {
      const planned = known.get(type);
      if (planned) return planned;
      const fields = planFields(selecting, type, selectionSets);
      const characters = fields.reduce((sum, { key }) => sum + key.length + SHORT_VALUE, SHORT_VALUE);
      const fresh = { fields, empty: emptyWith(fields.map(({ key }) => key)), characters };
      known.set(type, fresh);
      return fresh;
    },
  };
}

/** A copy of an object that has its keys is faster to fill than one without; but this one key needs no prototype. */
function emptyWith(keys: readonly string[]): () => Record<string, unknown> {
  if (keys.includes('__proto__')) return () => Object.create(null);
  const keyed = Object.fromEntries(keys.map((key) => [key, undefined]));
  return () => ({ ...keyed });
}

function planFields(
  selecting: Selecting,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): readonly PlannedField[] {
  const nodesByKey = new Map<string, [FieldNode, ...FieldNode[]]>();
  for (const node of collect(selecting, type, selectionSets)) {
    const key = (node.alias ?? node.name).value;
    const nodes = nodesByKey.get(key);
    if (nodes) nodes.push(node);
    else nodesByKey.set(key, [node]);
  }
  return [...nodesByKey].flatMap(([key, nodes]) => planField(selecting, type, key, nodes) ?? []);
}

/** Undefined for a field that the type does not have, which validation refuses. */
function planField(
  selecting: Selecting,
  parentType: GraphQLObjectType,
  key: string,
  nodes: PlannedField['nodes'],
): PlannedField | undefined {
  const [node] = nodes;
  const definition = fieldOf(selecting.schema, parentType, node.name.value);
  if (!definition) return undefined;
  const below = select(
    selecting,
    nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
  );
  const { complete, isNonNull } = completerOf(definition.type, below);
  const resolve = definition.resolve ?? defaultFieldResolver;
  const args = constantArguments(definition, node);
  const property = definition.resolve ? undefined : definition.name;
  const serialize = property === undefined && takesInfo(resolve) ? undefined : serializerOf(definition.type);
  return { key, nodes, parentType, definition, isNonNull, resolve, complete, serialize, property, args };
}

/** An arrow function of up to three parameters, none of them with a default or of rest, and patterns without defaults. */
const PARAMETER = String.raw`\s*(?:[\w$]+|\{[\w$\s,:]*\})\s*`;
const ARROW_WITHOUT_INFO = new RegExp(
  String.raw`^(?:async\b\s*)?(?:[\w$]+|\((?:${PARAMETER}(?:,${PARAMETER}){0,2},?)?\s*\))\s*=>`,
);

/**
 * Whether a resolver may look at its fourth argument. Only the text of a function shows that it cannot: its `length` does
 * not count parameters behind a default, nor a rest parameter, and what is no arrow function has `arguments` besides.
 */
const takesInfo = (resolve: PlannedField['resolve']): boolean =>
  !ARROW_WITHOUT_INFO.test(Function.prototype.toString.call(resolve));

function serializerOf(type: GraphQLOutputType): PlannedField['serialize'] {
  const leaf = isNonNullType(type) ? type.ofType : type;
  return isLeafType(leaf) ? (value) => leaf.serialize(value) : undefined;
}

/** GraphQL, 4 "Introspection": what every schema has besides its own fields. */
function fieldOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return type.getFields()[name];
}

/** Undefined too for arguments that cannot be read, each execution is told so anew, and for those with objects in them. */
function constantArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): Values | undefined {
  if (definition.args.length === 0) return NO_ARGUMENTS;
  let hasVariables = false;
  for (const argument of node.arguments ?? []) {
    visit(argument, {
      Variable() {
        hasVariables = true;
      },
    });
  }
  if (hasVariables) return undefined;
  try {
    return shared(getArgumentValues(definition, node, {}));
  } catch {
    return undefined;
  }
}

const NO_ARGUMENTS: Values = Object.freeze({});
