import { stringify } from 'yaml';
import type { Contract, Operation } from '../../contract/contract.ts';
import { FLAIR_NAME } from './document.ts';

const HEADER = `# The contract of the upstream as the gateway assumes it. The vendor's reference omits paths, methods and many names.
# Where they differ, correct them here, and set FLAIR_CONTRACT to this file:
#
# - Change paths and methods, but not operationIds. Reads must be GET.
# - Rename a property, and add the name that it has here, so that the gateway finds it:
#     display_name: { type: string, ${FLAIR_NAME}: displayName }
#   The same works for parameters: { name: model_id, in: path, required: true, ${FLAIR_NAME}: modelId }
# - x-also-read-as lists further names under which a property of a response is accepted.
#
# Schemas may have any name, and may be written in place. Types and limits are not read from this file.

`;

/** The built-in contract as an OpenAPI file. */
export function printContract({ operations, schemas }: Contract): string {
  const paths: Record<string, Record<string, object>> = {};
  for (const [id, operation] of Object.entries(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(id, operation) };
  }
  const document = {
    openapi: '3.1.0',
    info: { title: 'Flair AI Custom Model API', version: '1.0.0' },
    paths,
    components: { schemas },
  };
  return HEADER + stringify(document, { lineWidth: 120, aliasDuplicateObjects: false });
}

function describe(operationId: string, { path, query, body, response }: Operation): object {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: schema('Id') })),
    ...query.map((name) => ({ name, in: 'query', schema: schema('Cursor') })),
  ];
  const requestBody = {
    none: undefined,
    json: {
      required: true,
      content: { 'application/json': { schema: schema(body.kind === 'json' ? body.schema : '') } },
    },
    bytes: { required: true, content: { 'application/octet-stream': { schema: schema('ImageBytes') } } },
  }[body.kind];
  const content = response && { 'application/json': { schema: schema(response) } };
  return {
    operationId,
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: { '200': { description: 'Success.', ...(content && { content }) } },
  };
}

const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
