import { type Json, refName, resolve, type Schema, typesOf } from './openapi.ts';
import { ids, validValue, type World } from './valid.ts';

/** The path of a value in a body: field names and array indices. */
export type Path = readonly (string | number)[];

/** A change of one value of a body. */
export interface ValueChange {
  readonly path: Path;
  /** Short description, unique for its path. */
  readonly name: string;
  /** The new value; undefined removes it. */
  readonly value: Json | undefined;
  /** The alias under which the field is sent. */
  readonly alias?: string;
  /** The value of an enclosing field that contains this one. */
  readonly within?: { readonly path: Path; readonly value: Json };
  /** True if the contract allows the result. */
  readonly isValid: boolean;
  /** True if the value has the same meaning as before. */
  readonly isSame: boolean;
}

/** Changes of the spelling only, which a tolerant reader accepts. */
const SPELLINGS: ReadonlySet<string> = new Set([
  'valid',
  'seconds',
  'milliseconds',
  'Firestore',
  'Firestore without underscores',
  'without a zone',
]);

const HUGE_TEXT = 'x'.repeat(20_000);

/** Values of all types, for any field. */
const valuesOfAllTypes: readonly (readonly [name: string, value: Json])[] = [
  ['null', null],
  ['text', 'text'],
  ['empty text', ''],
  ['blank text', ' \t\n'],
  ['huge text', HUGE_TEXT],
  ['text with controls', '\u0000\u001b[31m\ud800\u202e'],
  ['zero', 0],
  ['one', 1],
  ['negative', -1],
  ['fraction', 0.5],
  ['thousands', 45_678],
  ['huge integer', 2 ** 64],
  ['huge', 1e300],
  ['huge negative', -1e300],
  ['tiny', 5e-324],
  ['true', true],
  ['false', false],
  ['empty object', {}],
  ['object', { unexpected: { deeply: [1] } }],
  ['object with a message', { message: 'text', code: 7 }],
  ['inherited names', JSON.parse('{"__proto__":{"status":"completed"},"constructor":1,"toString":"text"}')],
  ['empty list', []],
  ['list', [1, 'text', null]],
  ['list of lists', [[[]]]],
];

/** Variations of a valid value: of its unit, case, spelling or nesting. */
function variations(value: Json): (readonly [name: string, value: Json])[] {
  const found: (readonly [string, Json])[] = [
    ['wrapped', [value]],
    ['wrapped twice', [[value]]],
    ['wrapped in an object', { value }],
    ['in a list with null', [null, value]],
    ['twice', [value, value]],
  ];
  if (typeof value === 'number') {
    found.push(
      ['as text', String(value)],
      ['as text with a unit', `${value} %`],
      ['as text with a comma', `${value},5`],
      ['percent', value * 100],
      ['per cent', value / 100],
      ['a thousand times', value * 1_000],
      ['a thousandth', value / 1_000],
      ['negated', -value],
      ['a little more', value + 0.25],
    );
  }
  if (typeof value === 'boolean') found.push(['as text', String(value)], ['as a number', Number(value)]);
  if (typeof value === 'string') {
    found.push(
      ['upper case', value.toUpperCase()],
      ['lower case', value.toLowerCase()],
      ['title case', value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase()],
      ['padded', `  ${value}\n`],
      ['spaced', value.replace(/[_-]/g, ' ')],
      ['cut', value.slice(0, -1)],
    );
    if (/^\d{4}-\d\d-\d\dT/.test(value)) found.push(...times(value));
  }
  if (Array.isArray(value)) {
    const [first = null] = value;
    found.push(
      ['unwrapped', first],
      ['with null', [null, ...value]],
      ['with null at the end', [...value, null]],
      ['every item twice', value.flatMap((item) => [item, item])],
      ['backwards', [...value].reverse()],
      ['a thousand items', Array.from({ length: 1_000 }, () => first)],
      ['as an object', Object.fromEntries(value.map((item, at) => [String(at), item]))],
    );
  } else if (typeof value === 'object' && value !== null) {
    found.push(
      ['as entries', Object.entries(value)],
      ['as text', JSON.stringify(value)],
      ['with odd names', Object.fromEntries(Object.entries(value).map(([name, item]) => [`${name}/../x y`, item]))],
      ['with an empty name', { ...value, '': Object.values(value)[0] ?? null }],
    );
  }
  return found;
}

/** A time in other units and formats. */
function times(value: string): (readonly [name: string, value: Json])[] {
  const milliseconds = Date.parse(value);
  const seconds = milliseconds / 1_000;
  return [
    ['seconds', seconds],
    ['milliseconds', milliseconds],
    ['microseconds', milliseconds * 1_000],
    ['seconds as text', String(seconds)],
    ['milliseconds as text', String(milliseconds)],
    ['Firestore', { _seconds: seconds, _nanoseconds: 0 }],
    ['Firestore without underscores', { seconds, nanoseconds: 0 }],
    ['Firestore with text', { seconds: String(seconds) }],
    ['without a zone', value.replace('Z', '')],
    ['without a time', value.slice(0, 10)],
    ['with an offset', value.replace('Z', '+02:00')],
    ['an invalid date', '2026-02-31T25:61:61Z'],
    ['far away', '+275760-09-13T00:00:00.001Z'],
    ['HTTP date', new Date(milliseconds).toUTCString()],
  ];
}

/** The changes that are tried under the aliases of a field, too. */
const ALIASED: ReadonlySet<string> = new Set(['null', 'text', 'one', 'object', 'empty list', 'wrapped', 'unwrapped']);

/** All changes of all values of a valid body. */
export function valueChanges(schema: Schema, body: Json, world: World): ValueChange[] {
  const bodyChanges: ValueChange[] = [...valuesOfAllTypes, ...variations(body)].map(([name, value]) => ({
    path: [],
    name,
    value,
    isValid: false,
    isSame: false,
  }));
  return [...bodyChanges, ...fieldsIn(schema, body, [], world).flatMap(changesOf)];
}

/** A value of a body with its schema. */
interface Field {
  readonly path: Path;
  readonly schema: Schema;
  readonly value: Json;
  readonly aliases: readonly string[];
  readonly isRequired: boolean;
  readonly within?: { readonly path: Path; readonly value: Json };
  /** Other forms of the field that the contract allows. */
  readonly alternatives: readonly Json[];
}

function fieldsIn(
  given: Schema,
  value: Json,
  path: Path,
  world: World,
  within?: { readonly path: Path; readonly value: Json },
): Field[] {
  const schema = resolve(given);
  const reached = within ? { within } : {};
  if (Array.isArray(value)) {
    const { items } = schema;
    return items
      ? value.slice(0, 1).flatMap((item) => fieldAt(items, item, [...path, 0], world, [], false, reached))
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {}, required = [], additionalProperties } = schema;
  return Object.entries(value).flatMap(([name, item]) => {
    const own = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (!own) return [];
    const aliases = own['x-also-read-as'] ?? resolve(own)['x-also-read-as'] ?? [];
    return fieldAt(own, item, [...path, name], world, aliases, required.includes(name), reached);
  });
}

function fieldAt(
  schema: Schema,
  value: Json,
  path: Path,
  world: World,
  aliases: readonly string[],
  isRequired: boolean,
  reached: { within?: { readonly path: Path; readonly value: Json } },
): Field[] {
  const name = String(path.findLast((part) => typeof part === 'string') ?? '');
  const branches = resolve(schema).oneOf ?? [];
  const types = typesOf(resolve(schema));
  const objects = types.includes('object') && types.length > 1 && !resolve(schema).additionalProperties;
  const alternatives = branches.slice(1).map((branch) => validValue(branch, name, world));
  // A form that the contract defines without properties.
  if (objects) alternatives.push({ message: 'text' });
  return [
    { path, schema, value, aliases, isRequired, alternatives, ...reached },
    ...fieldsIn(schema, value, path, world, reached.within),
    // Alternatives are not nested in other alternatives.
    ...(reached.within
      ? []
      : branches
          .slice(1)
          .flatMap((branch, at) =>
            fieldsIn(branch, alternatives[at] ?? null, path, world, { path, value: alternatives[at] ?? null }),
          )),
  ];
}

function changesOf({ path, schema, value, aliases, isRequired, alternatives, within }: Field): ValueChange[] {
  const isId = refName(schema) === 'Id' || /(^id|Id)$/.test(String(path.at(-1)));
  const odd: (readonly [string, Json])[] = isId
    ? [
        ['dots', '..'],
        ['a slash', 'a/b'],
        ['escaped', '%2e%2e'],
        ['too long', 'x'.repeat(129)],
        ['of another entity', `${ids.model}9`],
      ]
    : [];
  const types = typesOf(resolve(schema));
  const one = (name: string, changed: Json | undefined, isValid: boolean, alias?: string): ValueChange => ({
    path,
    name: alias === undefined ? name : `as ${alias}, ${name}`,
    value: changed,
    isValid,
    // Within an alternative form of an enclosing field, the value differs from the valid body.
    isSame: SPELLINGS.has(name) || (within === undefined && typeof value === 'number' && name === 'as text'),
    ...(alias !== undefined && { alias }),
    ...(within && { within }),
  });
  const all: (readonly [string, Json])[] = [...valuesOfAllTypes, ...variations(value), ...odd];
  // Under another name the field is read in the same way: what differs most is enough.
  const aliasedChanges = all.filter(([name]) => ALIASED.has(name));
  const optional = !isRequired && typeof path.at(-1) === 'string';
  return [undefined, ...aliases].flatMap((alias) => [
    ...(alias === undefined ? [one('missing', undefined, optional)] : [one('valid', value, true, alias)]),
    ...alternatives.map((alternative, at) => one(`form ${at + 2}`, alternative, true, alias)),
    ...(alias === undefined ? all : aliasedChanges).map(([name, changed]) =>
      one(name, changed, changed === null && types.includes('null'), alias),
    ),
  ]);
}

/** A copy of a body with a change applied. */
export function change(body: Json, { path, value, alias, within }: ValueChange): Json {
  const changed = structuredClone(body);
  if (path.length === 0) return value ?? null;
  if (within) put(changed, within.path, structuredClone(within.value));
  if (alias === undefined) return put(changed, path, value);
  put(changed, path, undefined);
  return put(changed, [...path.slice(0, -1), alias], value);
}

/** Sets a value at a path of a body, or removes it. */
function put(body: Json, path: Path, value: Json | undefined): Json {
  const at = path.slice(0, -1).reduce<Json>((inside, part) => {
    const next: unknown = Reflect.get(Object(inside), part);
    return next as Json;
  }, body);
  const last = path.at(-1) ?? '';
  if (Array.isArray(at) && typeof last === 'number') {
    if (value === undefined) at.splice(last, 1);
    else at[last] = value;
  } else if (typeof at === 'object' && at !== null && !Array.isArray(at)) {
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return body;
}
