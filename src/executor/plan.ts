import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
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
import { type CollectOptions, collectFields } from './collect-fields.ts';
import { getCompleter } from './complete.ts';
import {
  NON_STRING_CHARACTERS,
  type PlannedField,
  type PlannedFields,
  type PlannedOperation,
  type Selection,
  toSharedArguments,
  type Values,
} from './execution.ts';

/** The plan of each operation, for the schema and document that it was last executed with. */
const plans = new WeakMap<OperationDefinitionNode, PlannedOperation>();

/** Returns the plan of an operation, cached for as long as its document is referenced. */
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

/** Maximum number of selections cached per operation. Each `@skip` or `@include` with a variable may double their number. */
const MAX_SELECTIONS = 16;

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
      // Null is a key of its own: it is an error for either directive.
      const key = conditions.map((condition) => String(variables[condition])).join();
      const cached = selections.get(key);
      if (cached) return cached;
      const made = select({ schema, fragments, variables }, [operation.selectionSet]);
      if (selections.size < MAX_SELECTIONS) selections.set(key, made);
      return made;
    },
  };
}

/** Names of the variables in `@skip` and `@include` directives. */
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

function select(options: CollectOptions, selectionSets: readonly SelectionSetNode[]): Selection {
  const known = new Map<GraphQLObjectType, PlannedFields>();
  return {
    fieldsOf(type) {
      const planned = known.get(type);
      if (planned) return planned;
      const fields = planFields(options, type, selectionSets);
      const characters = fields.reduce(
        (sum, { key }) => sum + key.length + NON_STRING_CHARACTERS,
        NON_STRING_CHARACTERS,
      );
      const fresh = { fields, empty: emptyWith(fields.map(({ key }) => key)), characters };
      known.set(type, fresh);
      return fresh;
    },
  };
}

/** Copying an object that has all keys is faster than adding them one by one; `__proto__` requires a null prototype. */
function emptyWith(keys: readonly string[]): () => Record<string, unknown> {
  if (keys.includes('__proto__')) return () => Object.create(null);
  const keyed = Object.fromEntries(keys.map((key) => [key, undefined]));
  return () => ({ ...keyed });
}

function planFields(
  options: CollectOptions,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): readonly PlannedField[] {
  const nodesByKey = new Map<string, [FieldNode, ...FieldNode[]]>();
  for (const node of collectFields(options, type, selectionSets)) {
    const key = (node.alias ?? node.name).value;
    const nodes = nodesByKey.get(key);
    if (nodes) nodes.push(node);
    else nodesByKey.set(key, [node]);
  }
  return [...nodesByKey].flatMap(([key, nodes]) => planField(options, type, key, nodes) ?? []);
}

/** Undefined for a field that the type does not have; validation rejects it. */
function planField(
  options: CollectOptions,
  parentType: GraphQLObjectType,
  key: string,
  nodes: PlannedField['nodes'],
): PlannedField | undefined {
  const [node] = nodes;
  const definition = fieldOf(options.schema, parentType, node.name.value);
  if (!definition) return undefined;
  const subselection = select(
    options,
    nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
  );
  const { complete, isNonNull } = getCompleter(definition.type, subselection);
  const resolve = definition.resolve ?? defaultFieldResolver;
  const args = constantArguments(definition, node);
  const property = definition.resolve ? undefined : definition.name;
  const serialize = property === undefined && takesInfo(resolve) ? undefined : serializerOf(definition.type);
  return { key, nodes, parentType, definition, isNonNull, resolve, complete, serialize, property, args };
}

/** Matches a parameter without a default: an identifier, or an object pattern. */
const PARAMETER = String.raw`\s*(?:[\w$]+|\{[\w$\s,:]*\})\s*`;
/** Matches an arrow function with up to three such parameters and no rest parameter. */
const ARROW_WITHOUT_INFO = new RegExp(
  String.raw`^(?:async\b\s*)?(?:[\w$]+|\((?:${PARAMETER}(?:,${PARAMETER}){0,2},?)?\s*\))\s*=>`,
);

/**
 * True if a resolver may read its fourth argument. Only the source text of a function excludes that: `length` counts neither
 * parameters after a default nor a rest parameter, and functions other than arrow functions have `arguments`.
 */
const takesInfo = (resolve: PlannedField['resolve']): boolean =>
  !ARROW_WITHOUT_INFO.test(Function.prototype.toString.call(resolve));

function serializerOf(type: GraphQLOutputType): PlannedField['serialize'] {
  const leaf = isNonNullType(type) ? type.ofType : type;
  return isLeafType(leaf) ? (value) => leaf.serialize(value) : undefined;
}

/** Finds a field of a type, or a meta-field (GraphQL, 4 "Introspection"). */
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

/**
 * Coerces arguments that do not depend on variables. Undefined for others, for arguments that contain objects, and for invalid
 * ones, which each execution reports.
 */
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
    return toSharedArguments(getArgumentValues(definition, node, {}));
  } catch {
    return undefined;
  }
}

const NO_ARGUMENTS: Values = Object.freeze({});
