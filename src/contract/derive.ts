import type { Contract, Operation, Wire } from './contract.ts';

type Json = { [key: string]: unknown };

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * Derives the data that client and sandbox need at run time from an OpenAPI 3.1 document.
 *
 * @param document The parsed document.
 * @throws Error if a reference does not resolve, an operation has no `operationId`, or a JSON body is not a reference.
 */
export function deriveContract(document: unknown): Contract {
  const root = document as Json;
  const schemas = object(object(root.components).schemas);

  const resolve = (value: unknown): Json => {
    const node = object(value);
    if (typeof node.$ref !== 'string') return node;
    const target = node.$ref
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((at, key) => object(at)[key], root);
    if (target === undefined) throw new Error(`The reference ${node.$ref} does not resolve.`);
    return resolve(target);
  };

  const operations: Record<string, Operation> = {};
  for (const [path, item] of Object.entries(object(root.paths))) {
    for (const method of METHODS) {
      const operation = object(item)[method] as Json | undefined;
      if (!operation) continue;
      if (typeof operation.operationId !== 'string') throw new Error(`${method} ${path} has no operationId.`);
      const parameters = [...array(object(item).parameters), ...array(operation.parameters)].map(resolve);
      const response = schemaName(content(resolve(object(operation.responses)['200']))['application/json']);
      operations[operation.operationId] = {
        method: method.toUpperCase() as Operation['method'],
        path,
        query: parameters.filter((parameter) => parameter.in === 'query').map((parameter) => String(parameter.name)),
        body: bodyOf(operation.operationId, resolve(operation.requestBody)),
        ...(response && { response }),
      };
    }
  }

  const fieldsOf = (schema: unknown): Record<string, string[]> => {
    const node = resolve(schema);
    const fields: Record<string, string[]> = {};
    for (const part of [...array(node.allOf), ...array(node.oneOf)]) Object.assign(fields, fieldsOf(part));
    for (const [name, property] of Object.entries(object(node.properties))) {
      fields[name] = [name, ...array(object(property)['x-also-read-as']).map(String)];
    }
    return fields;
  };
  const fields: Record<string, Record<string, string[]>> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const found = fieldsOf(schema);
    if (Object.keys(found).length > 0) fields[name] = found;
  }

  return { operations, fields, schemas } as unknown as Contract;
}

function bodyOf(operationId: string, requestBody: Json): Operation['body'] {
  const { 'application/json': json, 'application/octet-stream': bytes } = content(requestBody);
  const schema = schemaName(json);
  if (schema) return { kind: 'json', schema };
  if (json) throw new Error(`The JSON body of ${operationId} must be a reference to a named schema.`);
  return bytes ? { kind: 'bytes' } : { kind: 'none' };
}

const content = (node: Json): Json => object(node.content);

function schemaName(media: unknown): keyof Wire | undefined {
  const reference = object(object(media).schema).$ref;
  return typeof reference === 'string' ? (reference.split('/').at(-1) as keyof Wire) : undefined;
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
