import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The part of JSON Schema that the contract uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly contentMediaType?: string;
  readonly 'x-also-read-as'?: readonly string[];
}

/** An operation of the upstream. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** The path template, for example `/models/{modelId}`. */
  readonly template: string;
  /** Matches the paths of its requests; its groups are named after the parameters. */
  readonly pattern: RegExp;
  /** Schema of the successful JSON response; undefined if the contract defines no body. */
  readonly response: Schema | undefined;
}

interface OpenApi {
  paths: Record<string, Record<string, { operationId?: string; responses?: Record<string, unknown> }>>;
  components: Record<string, Record<string, unknown>>;
}

const file = fileURLToPath(new URL('../../schema/flair.openapi.yaml', import.meta.url));
const document: OpenApi = parse(readFileSync(file, 'utf8'));

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

/** Follows a reference within the document. */
function follow(pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
      document,
    );
}

/** Resolves the reference of a schema and merges its `allOf`. Keywords beside a reference are retained. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const { $ref, ...rest } = schema;
    return resolve({ ...(follow($ref) as Schema), ...rest });
  }
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map(resolve);
  return {
    ...schema,
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties ?? {})),
    required: parts.flatMap(({ required }) => required ?? []),
  };
}

/** The name of the component that a schema refers to. */
export const refName = ({ $ref }: Schema): string | undefined => $ref?.split('/').at(-1);

function responseOf(operation: { responses?: Record<string, unknown> }): Schema | undefined {
  let response = operation.responses?.['200'] as { $ref?: string; content?: Record<string, { schema: Schema }> };
  if (response.$ref !== undefined) response = follow(response.$ref) as typeof response;
  return response.content?.['application/json']?.schema;
}

/** The operations of the contract, in order. */
export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([template, item]) =>
  Object.entries(item).flatMap(([method, operation]): Operation[] =>
    METHODS.has(method)
      ? [
          {
            id: operation.operationId ?? '',
            method: method.toUpperCase(),
            template,
            pattern: new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
            response: responseOf(operation),
          },
        ]
      : [],
  ),
);

/** The types that a schema allows at the top level. */
export const typesOf = (schema: Schema): readonly string[] =>
  schema.type === undefined ? [] : typeof schema.type === 'string' ? [schema.type] : schema.type;
