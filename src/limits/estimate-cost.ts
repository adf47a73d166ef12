import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type CollectOptions, collectFields } from '../executor/collect-fields.ts';
import { type Arguments, costOfField, type FieldCost, type Reads } from './cost.ts';

/**
 * Estimates the maximum number of upstream requests of a valid operation, assuming that lists are as long as they may
 * be. Equal reads of one parent count once; equal reads of different parents count separately, because only the
 * responses show which of them coincide.
 */
export function estimateCost(operation: OperationDefinitionNode, options: CollectOptions): number {
  const root = options.schema.getRootType(operation.operation);
  if (!root) return 0;
  if (operation.operation === 'query') {
    const estimator = createEstimator(options);
    return estimator.costOfSelection(root, operation.selectionSet, NO_ANCESTORS) + estimator.oncePerResponse();
  }
  // Each field of a mutation, and each event of a subscription, reads into its own request cache.
  const fields = collectFields(options, root, [operation.selectionSet]);
  return fields.reduce((sum, node) => {
    const cost = costOfField(root, node.name.value);
    const args = argumentsOf(root, node, options);
    const estimator = createEstimator(options);
    const perItem = estimator.costOfItem(root, node, NO_ANCESTORS) + estimator.oncePerResponse();
    return sum + total(readsOf(cost, args)) + maxItemsOf(cost, args) * perItem;
  }, 0);
}

/** Names of the types above a selection, each between spaces: only types that make some field free. */
const NO_ANCESTORS = ' ';

/** Estimates the cost of selections that share a request cache. Selections that fragments repeat are estimated once. */
function createEstimator(options: CollectOptions) {
  const readsOnce = new Map<string, number>();
  const cache = new Map<SelectionSetNode, Map<string, number>>();
  const freeingTypes = freeingTypesOf(options.schema);

  /** Cost of a selection on one object. */
  const costOfSelection = (type: GraphQLObjectType, selectionSet: SelectionSetNode, ancestors: string): number => {
    const reads = new Map<string, number>();
    let sum = 0;
    for (const node of collectFields(options, type, [selectionSet])) {
      const cost = costOfField(type, node.name.value);
      const args = argumentsOf(type, node, options);
      if (cost.freeBelow === undefined || !ancestors.includes(` ${cost.freeBelow} `))
        addReads(reads, readsOf(cost, args));
      addReads(readsOnce, readsOf({ reads: cost.readsOnce }, args));
      const perItem = costOfItem(type, node, ancestors);
      if (perItem > 0) sum += perItem * maxItemsOf(cost, args);
    }
    return sum + total(Object.fromEntries(reads));
  };

  /** Cost of a field's selection on one of the objects that the field returns: the maximum over its possible types. */
  const costOfItem = (type: GraphQLObjectType, { name, selectionSet }: FieldNode, ancestors: string): number => {
    const returnType = type.getFields()[name.value]?.type;
    if (!returnType || !selectionSet) return 0;
    const cached = cache.get(selectionSet) ?? new Map<string, number>();
    cache.set(selectionSet, cached);
    const costsByType = objectTypes(options.schema, returnType).map((each) => {
      const key = `${ancestors}/${each.name}`;
      const isNew = freeingTypes.has(each.name) && !ancestors.includes(` ${each.name} `);
      const cost =
        cached.get(key) ?? costOfSelection(each, selectionSet, isNew ? `${ancestors}${each.name} ` : ancestors);
      cached.set(key, cost);
      return cost;
    });
    return Math.max(0, ...costsByType);
  };

  return { costOfSelection, costOfItem, oncePerResponse: () => total(Object.fromEntries(readsOnce)) };
}

const freeingTypesBySchema = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/** The types that make some field below them free. */
function freeingTypesOf(schema: GraphQLSchema): ReadonlySet<string> {
  const cached = freeingTypesBySchema.get(schema);
  if (cached) return cached;
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields()) : [],
  );
  const types = new Set(fields.flatMap(({ extensions }) => extensions.cost?.freeBelow ?? []));
  freeingTypesBySchema.set(schema, types);
  return types;
}

function objectTypes(schema: GraphQLSchema, returnType: GraphQLOutputType): readonly GraphQLObjectType[] {
  const type = getNamedType(returnType);
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

/** Arguments of a field; empty if they are invalid, because execution then reports the error. */
function argumentsOf(type: GraphQLObjectType, node: FieldNode, { variables }: CollectOptions): Arguments {
  const field = type.getFields()[node.name.value];
  if (!field || field.args.length === 0) return {};
  try {
    return getArgumentValues(field, node, { ...variables });
  } catch {
    return {};
  }
}

const readsOf = ({ reads = {} }: { readonly reads?: FieldCost['reads'] | undefined }, args: Arguments): Reads =>
  typeof reads === 'function' ? reads(args) : reads;

const maxItemsOf = ({ maxItems = 1 }: FieldCost, args: Arguments): number =>
  typeof maxItems === 'function' ? maxItems(args) : maxItems;

/** Merges reads by name: reads with the same name count once. */
function addReads(target: Map<string, number>, reads: Reads): void {
  for (const [name, requests] of Object.entries(reads)) target.set(name, Math.max(target.get(name) ?? 0, requests));
}

const total = (reads: Reads): number => Object.values(reads).reduce((sum, requests) => sum + requests, 0);
