import type { CodegenPlugin, Types } from '@graphql-codegen/plugin-helpers';
import {
  type DefinitionNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';

/**
 * A codegen plugin that prints each operation as one string literal with the types of its data and variables, so that
 * bundlers remove the unused ones.
 */
export const typedStrings: CodegenPlugin = {
  plugin(_schema: GraphQLSchema, documents: Types.DocumentFile[]) {
    const definitions = documents.flatMap(({ document }) => document?.definitions ?? []);
    const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
    const operations = definitions.filter(isOperation);
    return {
      prepend: [`import type { TypedDocument } from './typed-document.ts';`],
      content: operations.map((operation) => declarationOf(operation, fragments)).join('\n'),
    };
  },
};

const isFragment = (node: DefinitionNode): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION;
const isOperation = (node: DefinitionNode): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function declarationOf(operation: OperationDefinitionNode, fragments: Fragments): string {
  const name = operation.name?.value ?? '';
  const type = name.charAt(0).toUpperCase() + name.slice(1) + SUFFIXES[operation.operation];
  const text = [operation, ...fragmentsOf(operation, fragments)].map(print).join('\n');
  const [root] = operation.selectionSet.selections;
  const field = root?.kind === Kind.FIELD ? root.name.value : '';
  return `
/** Executes \`${field}\`. */
export const ${name} = ${JSON.stringify(stripIgnoredCharacters(text))} as TypedDocument<${type}, ${type}Variables>;`;
}

/** The fragments that a definition spreads, directly or in another fragment, each once. */
function fragmentsOf(definition: DefinitionNode, fragments: Fragments): Set<FragmentDefinitionNode> {
  const found = new Set<FragmentDefinitionNode>();
  const collect = (each: DefinitionNode): void => {
    visit(each, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || found.has(fragment)) return;
        found.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(definition);
  return found;
}

const SUFFIXES = {
  [OperationTypeNode.QUERY]: 'Query',
  [OperationTypeNode.MUTATION]: 'Mutation',
  [OperationTypeNode.SUBSCRIPTION]: 'Subscription',
};
