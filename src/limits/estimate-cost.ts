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
import { type CollectOptions, collect } from '../executor/collect-fields.ts';
import { type Arguments, type Costs, costOfField, type FieldCost, type Reads } from './cost.ts';

/**
 * How many requests to the upstream a valid operation takes at most, if lists are as full as they may be. Equal reads of
 * one parent count once; those of different parents count each, because only the answers show which of them are equal.
 */
export function estimateCost(costs: Costs, operation: OperationDefinitionNode, options: CollectOptions): number {
  const root = options.schema.getRootType(operation.operation);
  if (!root) return 0;
  if (operation.operation === 'query') {
    const answer = estimateAnswer(costs, options);
    return answer.below(root, operation.selectionSet, NOWHERE) + answer.once();
  }
  // Each field of a mutation, and each event of a subscription, is an answer of its own.
  const fields = collect(options, root, [operation.selectionSet]);
  return fields.reduce((sum, node) => {
    const cost = costOfField(costs, root.name, node.name.value);
    const args = argumentsOf(root, node, options);
    const answer = estimateAnswer(costs, options);
    const each = answer.inner(root, node, NOWHERE) + answer.once();
    return sum + total(readsOf(cost, args)) + manyOf(cost, args) * each;
  }, 0);
}

/** Names of types above a selection, each between spaces. Only those that matter to some cost. */
const NOWHERE = ' ';

/** Works out what one answer asks for. Selections that are met again, by fragments, are worked out once. */
function estimateAnswer(costs: Costs, options: CollectOptions) {
  const once = new Map<string, number>();
  const known = new Map<SelectionSetNode, Map<string, number>>();
  const remembered = rememberedIn(costs);

  /** What is asked for to resolve these selections of one object. */
  const below = (type: GraphQLObjectType, selectionSet: SelectionSetNode, above: string): number => {
    const reads = new Map<string, number>();
    let sum = 0;
    for (const node of collect(options, type, [selectionSet])) {
      const cost = costOfField(costs, type.name, node.name.value);
      const args = argumentsOf(type, node, options);
      if (cost.freeBelow === undefined || !above.includes(` ${cost.freeBelow} `)) note(reads, readsOf(cost, args));
      note(once, cost.readsOnce ?? {});
      const each = inner(type, node, above);
      if (each > 0) sum += each * manyOf(cost, args);
    }
    return sum + total(Object.fromEntries(reads));
  };

  /** What is asked for below one of the objects that a field gives: of the types it may have, by the dearest. */
  const inner = (type: GraphQLObjectType, { name, selectionSet }: FieldNode, above: string): number => {
    const given = type.getFields()[name.value]?.type;
    if (!given || !selectionSet) return 0;
    const found = known.get(selectionSet) ?? new Map<string, number>();
    known.set(selectionSet, found);
    const costsByType = objectTypes(options.schema, given).map((each) => {
      const place = `${above}/${each.name}`;
      const isNew = remembered.has(each.name) && !above.includes(` ${each.name} `);
      const cost = found.get(place) ?? below(each, selectionSet, isNew ? `${above}${each.name} ` : above);
      found.set(place, cost);
      return cost;
    });
    return Math.max(0, ...costsByType);
  };

  return { below, inner, once: () => total(Object.fromEntries(once)) };
}

const rememberedByCosts = new WeakMap<Costs, ReadonlySet<string>>();

/** The types that make some field below them free. */
function rememberedIn(costs: Costs): ReadonlySet<string> {
  const known = rememberedByCosts.get(costs);
  if (known) return known;
  const fields = Object.values(costs).flatMap((entry) => (entry === 'free' ? [] : Object.values(entry)));
  const remembered = new Set(fields.flatMap(({ freeBelow }) => freeBelow ?? []));
  rememberedByCosts.set(costs, remembered);
  return remembered;
}

function objectTypes(schema: GraphQLSchema, given: GraphQLOutputType): readonly GraphQLObjectType[] {
  const type = getNamedType(given);
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

/** None where they cannot be read: the field is then refused when it is its turn. */
function argumentsOf(type: GraphQLObjectType, node: FieldNode, { variables }: CollectOptions): Arguments {
  const field = type.getFields()[node.name.value];
  if (!field || field.args.length === 0) return {};
  try {
    return getArgumentValues(field, node, { ...variables });
  } catch {
    return {};
  }
}

const readsOf = ({ reads = {} }: FieldCost, args: Arguments): Reads =>
  typeof reads === 'function' ? reads(args) : reads;

const manyOf = ({ maxItems: many = 1 }: FieldCost, args: Arguments): number =>
  typeof many === 'function' ? many(args) : many;

function note(known: Map<string, number>, reads: Reads): void {
  for (const [name, requests] of Object.entries(reads)) known.set(name, Math.max(known.get(name) ?? 0, requests));
}

const total = (reads: Reads): number => Object.values(reads).reduce((sum, requests) => sum + requests, 0);
