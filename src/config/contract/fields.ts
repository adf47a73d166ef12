import type { Contract, FieldNames, Wire } from '../../contract/contract.ts';
import { findNearest } from '../../util/edit-distance.ts';
import { array, type ContractDocument, FLAIR_NAME, type Json } from './document.ts';

/** A schema of the built-in contract. */
type SchemaName = keyof Wire;

/** Fields of responses that are objects without a schema of their own. */
const NESTED: Readonly<Record<string, SchemaName>> = { image_size: 'ImageSize' };

/** Compares the schemas of the vendor's document with those of the built-in contract. */
export interface FieldReaderOptions {
  readonly document: ContractDocument;
  /** The built-in contract as a document, to read its schemas in the same way. */
  readonly builtIn: ContractDocument;
  readonly contract: Contract;
}

/** Names under which fields are accepted in responses, by schema and field. */
export type AcceptedNames = Map<SchemaName, Map<string, Set<string>>>;

/** A property of the vendor's schema that carries a field of the contract. */
interface Matched {
  readonly field: string;
  readonly name: string;
  readonly property: Json;
}

/** Collects the names of response fields. @param where Describes the response in messages. */
export function readResponseNames(
  options: FieldReaderOptions,
  accepted: AcceptedNames,
  { schema, vendor, where }: { schema: SchemaName; vendor: unknown; where: string },
): void {
  const { document, builtIn } = options;
  const own = builtIn.properties(reference(schema));
  const matched = match(options, own, vendor, where);
  const names = accepted.get(schema) ?? new Map<string, Set<string>>();
  accepted.set(schema, names);
  for (const { field, name, property } of matched) {
    const found = names.get(field) ?? new Set();
    names.set(field, found);
    for (const one of [name, ...array(property['x-also-read-as']).map(String)]) found.add(one);
    const inner = nestedSchema(options, field, own.get(field));
    if (!inner) continue;
    const nested = document.items(property) ?? property;
    if (document.properties(nested).size > 0) {
      readResponseNames(options, accepted, { schema: inner, vendor: nested, where: `${where}, ${name}` });
    }
  }
  const fields = matched.map(({ field }) => field);
  for (const field of builtIn.required(reference(schema)).filter((one) => !fields.includes(one))) {
    document.report(`${where} must contain \`${field}\`, but has no such property. ${renameHint(field)}`);
  }
}

/** The names of request fields that differ; undefined: none do. */
export function readRequestNames(
  options: FieldReaderOptions,
  { schema, vendor, where }: { schema: SchemaName; vendor: unknown; where: string },
): FieldNames | undefined {
  const { document, builtIn } = options;
  const own = builtIn.properties(reference(schema));
  const matched = match(options, own, vendor, where);
  const names: Record<string, { name: string; fields?: FieldNames }> = {};
  for (const field of own.keys()) {
    const found = matched.filter((one) => one.field === field);
    if (found.length !== 1) {
      const got =
        found.length === 0 ? 'has no such property' : `has ${found.map(({ name }) => `\`${name}\``).join(', ')}`;
      document.report(`${where} must have one property for \`${field}\`, but ${got}. ${renameHint(field)}`);
    }
    const [first] = found;
    const inner = nestedSchema(options, field, own.get(field));
    const fields =
      inner && first
        ? readRequestNames(options, { schema: inner, vendor: first.property, where: `${where}, ${first.name}` })
        : undefined;
    if (first && (first.name !== field || fields)) names[field] = { name: first.name, ...(fields && { fields }) };
  }
  const known = matched.map(({ name }) => name);
  for (const name of document.required(vendor).filter((one) => !known.includes(one))) {
    document.report(
      `${where} requires \`${name}\`, which the gateway does not send. Remove it from \`required\`, or name its field with \`${FLAIR_NAME}\`.`,
    );
  }
  return Object.keys(names).length > 0 ? names : undefined;
}

/** Matches the vendor's properties with the fields of a schema. Properties for which there is no field are ignored. */
function match(
  { document }: FieldReaderOptions,
  own: ReadonlyMap<string, Json>,
  vendor: unknown,
  where: string,
): readonly Matched[] {
  const properties = [...document.properties(vendor)];
  const matched: Matched[] = [];
  for (const [name, property] of properties) {
    const declared = property[FLAIR_NAME];
    if (declared !== undefined && !own.has(String(declared))) {
      const near = findNearest(String(declared), [...own.keys()])?.name;
      document.report(
        `${where}, ${name}: \`${FLAIR_NAME}\` must be one of ${[...own.keys()].join(', ')}, but is "${declared}".${near === undefined ? '' : ` Did you mean ${near}?`}`,
      );
    } else if (declared !== undefined) matched.push({ field: String(declared), name, property });
    else if (own.has(name)) matched.push({ field: name, name, property });
  }
  for (const [name] of properties.filter(([one, property]) => property[FLAIR_NAME] === undefined && !own.has(one))) {
    const missing = [...own.keys()].filter((field) => !matched.some((found) => found.field === field));
    const similar = missing.find((field) => isSimilar(field, name));
    if (similar !== undefined) {
      document.report(
        `${where}: \`${name}\` resembles the field \`${similar}\`, which is missing. If it is that field, add \`${FLAIR_NAME}: ${similar}\` to it, otherwise remove it.`,
      );
    }
  }
  return matched;
}

/** True for other spellings and misspellings of a name: `display_name`, `displayname`. */
function isSimilar(field: string, name: string): boolean {
  const [left, right] = [field, name].map((text) => text.toLowerCase().replace(/[^a-z0-9]/g, '')) as [string, string];
  return left === right || (left.length > 5 && (findNearest(left, [right])?.distance ?? 9) <= 2);
}

/** The schema of a field that is an object, or a list of objects, with fields of its own. */
function nestedSchema(
  { contract, builtIn }: FieldReaderOptions,
  field: string,
  property?: Json,
): SchemaName | undefined {
  const name = schemaNameOf(builtIn.items(property)) ?? NESTED[field];
  return name !== undefined && Object.hasOwn(contract.fields, name) ? (name as SchemaName) : undefined;
}

function schemaNameOf(node: unknown): string | undefined {
  const { $ref: found } = (node ?? {}) as { $ref?: unknown };
  return typeof found === 'string' ? found.split('/').at(-1) : undefined;
}

const reference = (schema: string): Json => ({ $ref: `#/components/schemas/${schema}` });

const renameHint = (field: string): string =>
  `If it has another name, add \`${FLAIR_NAME}: ${field}\` to the property.`;
