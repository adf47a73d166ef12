import { type Json, type Operation, refName, resolve, type Schema, typesOf } from './openapi.ts';

/** The data from which valid values are built. */
export interface World {
  /** Absolute URL of all images. */
  readonly imageUrl: string;
  /** The bytes of all images, in base64. */
  readonly imageBase64: string;
  /** The status of all jobs. */
  readonly status: string;
  /** True if the optional field with this name is present. */
  readonly has: (field: string) => boolean;
}

/** The ids of the first entities. */
export const ids = { model: 'model-1', data: 'data-1', training: 'training-1', prediction: 'prediction-1' } as const;

const CREATED_AT = '2025-12-31T23:00:00.000Z';
const FINISHED_AT = '2025-12-31T23:30:00.000Z';

/** A value that is valid for a schema, from its type, its bounds and the examples in its description. */
export function validValue(given: Schema, name: string, world: World): Json {
  const schema = resolve(given);
  const ref = refName(given);
  if (ref === 'Timestamp') return name === 'finishedAt' ? FINISHED_AT : CREATED_AT;
  const [first] = schema.oneOf ?? [];
  if (ref === 'ImageReference') return world.imageUrl;
  if (first) return validValue(first, name, world);
  const type = typesOf(schema).find((one) => one !== 'null');
  const { description = '' } = schema;
  switch (type) {
    case 'string': {
      if (name === 'status') return world.status;
      if (/^Absolute http/.test(description)) return world.imageUrl;
      if (/base64/.test(description)) return world.imageBase64;
      return exampleIn(description) ?? WORDS[name] ?? `the ${name}`;
    }
    case 'integer':
      return Math.max(schema.minimum ?? 0, 7);
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return schema.items ? [validValue(schema.items, name, world)] : [];
    case 'object':
      return validObject(schema, world);
    default:
      return null;
  }
}

/** Enum values of requests that are repeated in responses. */
const WORDS: Readonly<Record<string, string>> = {
  trainingSpeed: 'high_quality',
  trainingStyle: 'balanced',
};

const exampleIn = (description: string): string | undefined => /for example `([^`]+)`/.exec(description)?.[1];

function validObject(schema: Schema, world: World): Json {
  const value: Record<string, Json> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name) || world.has(name)) value[name] = validValue(property, name, world);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') value[ids.model] = validValue(additionalProperties, 'scale', world);
  return value;
}

/** The numbers of the rows on each page of a list. */
export const PAGES = [['1', '2'], ['3']] as const;

/** The field of a list page that contains the rows. */
export const rowsField = (schema: Schema | undefined): string | undefined =>
  Object.entries(schema ? (resolve(schema).properties ?? {}) : {}).find(([, property]) =>
    typesOf(resolve(property)).includes('array'),
  )?.[0];

/** The valid response body of an operation; for a list, of the given page. */
export function validBody(operation: Operation, world: World, page = 0): Json {
  if (!operation.response) return {};
  const body = validObject(resolve(operation.response), world) as Record<string, Json>;
  const field = operation.id.startsWith('list') ? rowsField(operation.response) : undefined;
  if (field === undefined) {
    for (const [name, value] of Object.entries(body)) {
      if (value === `the ${name}` && /[iI]d$/.test(name)) body[name] = idFor(name, operation.id, '1');
    }
    return body;
  }
  const [row] = body[field] as Json[];
  const rows = PAGES[page] ?? [];
  body[field] = rows.map((number) => ({ ...(row as Record<string, Json>), id: idFor('id', operation.id, number) }));
  body.hasMore = page + 1 < PAGES.length;
  body.nextPageCursor = body.hasMore ? idFor('id', operation.id, rows.at(-1) ?? '') : null;
  return body;
}

/** The id of an entity by the name of its operation: `data-1` for `listDataItems` and `uploadDataItem`. */
function idFor(name: string, operation: string, number: string): string {
  const kind = /^(model|data|training|prediction)Id$/.exec(name)?.[1];
  const [, word = ''] = /(Model|Data|Training|Prediction)/.exec(operation) ?? [];
  return `${kind ?? word.toLowerCase()}-${number}`;
}
