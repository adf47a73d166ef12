import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { schema } from '../../schema/index.ts';

type Root = 'query' | 'mutation' | 'subscription';

/** Fields that require a download of the image; they are selected only with `facts`. */
const IMAGE_FACTS: ReadonlySet<string> = new Set(['contentType', 'byteSize', 'width', 'height', 'placeholder']);

export interface DocumentOptions {
  /** True to select the fields that require a download of the image, too. */
  readonly facts?: boolean;
}

/**
 * A document that selects a path of fields, and below the last one all fields except those of other nodes.
 *
 * @param path A field of the root type, then nested fields. Required arguments become variables.
 */
export function documentFor(root: Root, path: readonly string[], options: DocumentOptions = {}): string {
  const variables: string[] = [];
  const rootType = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[root];
  const select = (type: GraphQLNamedType | null | undefined, [name, ...rest]: readonly string[]): string => {
    if (name === undefined) return type ? selectionOf(type, options, false) : '';
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (!field) throw new Error(`Expected a field ${name} of ${type}.`);
    const required = field.args.filter(isRequiredArgument);
    for (const argument of required) variables.push(`$${name}_${argument.name}: ${argument.type}`);
    const given = required.map((argument) => `${argument.name}: $${name}_${argument.name}`).join(', ');
    return `{ ${name}${given && `(${given})`} ${select(getNamedType(field.type), rest)} }`;
  };
  const selection = select(rootType, path);
  return `${root} ${variables.length > 0 ? `(${variables.join(', ')})` : ''} ${selection}`;
}

const isNode = (type: GraphQLNamedType): boolean =>
  type.name === 'Node' ||
  ((isObjectType(type) || isInterfaceType(type)) && type.getInterfaces().some(({ name }) => name === 'Node'));

/** @param insideNode True if the type is part of a node, so that no other node is selected. */
function selectionOf(type: GraphQLNamedType, options: DocumentOptions, insideNode: boolean): string {
  if (isUnionType(type))
    return `{ __typename ${type
      .getTypes()
      .map((one) => fragment(one, options, insideNode))
      .join(' ')} }`;
  if (isInterfaceType(type)) {
    const types = schema.getPossibleTypes(type);
    return `{ __typename ${types.map((one) => fragment(one, options, insideNode)).join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  return `{ ${fieldsOf(type, options, insideNode || isNode(type))} }`;
}

const fragment = (type: GraphQLObjectType, options: DocumentOptions, insideNode: boolean): string =>
  `... on ${type.name} ${selectionOf(type, options, insideNode)}`;

function fieldsOf(type: GraphQLObjectType, options: DocumentOptions, insideNode: boolean): string {
  return Object.values(type.getFields())
    .flatMap((field) => {
      const named = getNamedType(field.type);
      if (field.args.some(isRequiredArgument)) return [];
      if (type.name === 'Image' && IMAGE_FACTS.has(field.name) && !options.facts) return [];
      if (isLeafType(named)) return [aliased(type, field.name)];
      if (insideNode && (isNode(named) || /Connection$/.test(named.name))) return [];
      return [`${aliased(type, field.name)} ${selectionOf(named, options, insideNode)}`];
    })
    .join(' ');
}

/** Aliases the fields of errors: those of different types in a union may have the same name and conflicting types. */
const aliased = (type: GraphQLObjectType, name: string): string =>
  /Error$/.test(type.name) && name !== 'message' ? `${type.name}_${name}: ${name}` : name;
