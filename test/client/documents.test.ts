import { type DefinitionNode, Kind, OperationTypeNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import * as documents from '../../src/client/documents.gen.ts';

/** The fields of a mutation's definition. */
const mutationsIn = (definition: DefinitionNode) =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION
    ? definition.selectionSet.selections.map((field) => (field.kind === Kind.FIELD ? field.name.value : ''))
    : [];

test('the package exports a typed document for each mutation', () => {
  const covered = Object.values(documents).flatMap((document) =>
    parse(String(document)).definitions.flatMap(mutationsIn),
  );
  expect(covered.toSorted()).toEqual(Object.keys(schema.getMutationType()?.getFields() ?? {}).toSorted());
});
