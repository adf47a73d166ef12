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

/** Fields that cost a download of the image; everything else is selected everywhere. */
const IMAGE_FACTS: ReadonlySet<string> = new Set(['contentType', 'byteSize', 'width', 'height', 'placeholder']);

/** @param facts Whether the facts of images are selected, too. */
export interface DocumentOptions {
  readonly facts?: boolean;
}

/**
 * A document that selects a path of fields, and of the last one everything that belongs to it: all its fields, and those
 * of its parts, but of no other node.
 *
 * @param path The first field of the root type, then fields inside of each other; all arguments become variables.
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

/** @param insideNode Whether it belongs to a node already, so that no other one is selected. */
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

/** Fields of the types of one union may have one name and another type; each has a name of its own there. */
const aliased = (type: GraphQLObjectType, name: string): string =>
  /Error$/.test(type.name) && name !== 'message' ? `${type.name}_${name}: ${name}` : name;
