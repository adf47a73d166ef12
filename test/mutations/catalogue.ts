import { createHash } from 'node:crypto';
import { type GraphQLInterfaceType, isNonNullType } from 'graphql';
import { schema } from '../../schema/index.ts';
import { type Json, type Operation, operations, refName, resolve } from './openapi.ts';
import { jsonReply, type Reply, type Step, stepsOf } from './reply.ts';
import { IMAGE_FILE, type Scenario } from './scenarios.ts';
import { statusFaults } from './statuses.ts';
import { rowsField, validBody, type World } from './valid.ts';
import { change, type ValueChange, valueChanges } from './values.ts';
import { wireFaults } from './wire.ts';

/** The parts of the unmutated result that must not change. */
export interface Kept {
  /** True if the result must be the same as without the mutation. */
  readonly all: boolean;
  /** Rows of the first page that must be present: all, all but the first, or none in particular (`any`). */
  readonly rows: 'all' | 'others' | 'any';
  /** True if the rows of further pages must be present. */
  readonly pages: boolean;
  /** True if the status of the first row is readable. */
  readonly status: boolean;
}

/** One change of the responses of one operation. */
export interface Mutation {
  readonly id: string;
  readonly operation: string;
  readonly kind: 'value' | 'status' | 'wire';
  /** The changed field without array indices, the status, or the kind of fault; failures are grouped by it. */
  readonly subject: string;
  /** Names of the changed field that may appear in an error. */
  readonly names: readonly string[];
  /** The form of the valid response that is changed. */
  readonly variant: Variant;
  readonly steps: (valid: Reply, apiKey: string) => Step[];
  readonly kept: Kept;
  /** True if only one read of a watched job is mutated although the status is readable: a later read is complete. */
  readonly isTransient: boolean;
  /** The error status. */
  readonly status?: number;
  /** The message that must reach the client if the status causes an error. */
  readonly sentence?: string | undefined;
  /** Name of the change within its subject. */
  readonly change: string;
}

/** True if a stream may end with an error before its jobs end: the key is rejected, or the job is gone. */
export const mayEndStream = ({ status }: Pick<Mutation, 'status'>): boolean =>
  status === 401 || status === 403 || status === 410;

/** A form of an operation's valid response. */
export interface Variant {
  readonly name: string;
  readonly has: (field: string) => boolean;
  /** True if the body is the image itself. */
  readonly isRaw: boolean;
}

export const USUAL: Variant = { name: '', has: () => true, isRaw: false };

/** The forms of a response: an image may be a URL, base64 or raw bytes. */
function variantsOf({ response }: Operation): readonly Variant[] {
  const { properties = {} } = response ? resolve(response) : {};
  if (!properties.url || !properties.image) return [USUAL];
  return [
    { name: 'as a URL', has: (field) => field !== 'image', isRaw: false },
    { name: 'in base64', has: (field) => field !== 'url', isRaw: false },
    { name: 'as bytes', has: () => true, isRaw: true },
  ];
}

export const KEEP_ALL: Kept = { all: true, rows: 'all', pages: true, status: true };
const KEEP_NONE: Kept = { all: false, rows: 'any', pages: false, status: false };

function valueMutations(operation: Operation, variant: Variant, world: World): Mutation[] {
  if (!operation.response || variant.isRaw) return [];
  const given = { ...world, has: variant.has };
  const body = validBody(operation, given);
  const list = operation.id.startsWith('list') ? rowsField(operation.response) : undefined;
  return valueChanges(operation.response, body, given).map((one): Mutation => {
    const field = [...one.path];
    if (one.alias !== undefined) field.splice(-1, 1, one.alias);
    const subject = field.map((part) => (typeof part === 'number' ? '[]' : part)).join('.') || 'the body';
    const inside = one.within ? `${one.within.path.at(-1)} in another form, ` : '';
    return {
      id: [operation.id, variant.name, field.join('.') || 'body', inside + one.name]
        .filter((part) => part !== '')
        .join('/'),
      operation: operation.id,
      kind: 'value',
      subject: one.path.map((part) => (typeof part === 'number' ? '[]' : part)).join('.') || subject,
      names: field.concat(one.path).filter((part) => typeof part === 'string'),
      variant,
      steps: (valid) => stepsOf({ ...valid, body: Buffer.from(JSON.stringify(change(parsed(valid), one))) }),
      kept: keptOf(one.path, one, list),
      isTransient: one.alias === undefined && isWithoutImages(operation, one),
      change: one.name,
    };
  });
}

/** True if a change removes all images, as in a job that has just ended. */
function isWithoutImages({ response }: Operation, { path: [first, ...more], value }: ValueChange): boolean {
  if (!response || first === undefined || more.length > 0) return false;
  const { items } = resolve(response).properties?.[first] ?? {};
  const isNothing = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  return items !== undefined && refName(items) === 'ImageReference' && isNothing;
}

const parsed = ({ body }: Reply): Json => JSON.parse(body.toString());

/** True if a row is lost without this field: its id, or a field that is non-null in the schema. */
const isEssential = (name: string | number): boolean => /(^id|Id)$/.test(String(name)) || NON_NULL.has(String(name));

/** Changes of the spelling of a status that are tolerated. */
const SPELLINGS_OF_STATUS: ReadonlySet<string> = new Set([
  'upper case',
  'lower case',
  'title case',
  'padded',
  'spaced',
]);

/** Fields of nodes that are non-null in the schema. */
const NON_NULL: ReadonlySet<string> = new Set(
  schema
    .getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType)
    .flatMap((type) => Object.values(type.getFields()))
    .flatMap(({ name, type }) => (isNonNullType(type) ? [name] : [])),
);

/** The parts of the result that a change of a value must not affect. */
function keptOf(
  path: readonly (string | number)[],
  one: { isSame: boolean; name: string },
  list: string | undefined,
): Kept {
  if (one.isSame) return KEEP_ALL;
  if (path.at(-1) === 'status' && SPELLINGS_OF_STATUS.has(one.name)) return { ...KEEP_ALL, all: false };
  const [first, second, third] = path;
  if (list === undefined) {
    if (first === undefined || isEssential(first)) return KEEP_NONE;
    return { all: false, rows: 'all', pages: true, status: first !== 'status' };
  }
  if (first === undefined) return KEEP_NONE;
  if (first !== list) {
    const isLast = first === 'hasMore' && one.name !== 'missing' && one.name !== 'null';
    return { all: false, rows: 'all', pages: !isLast, status: true };
  }
  if (second === undefined) return KEEP_NONE;
  if (third === undefined || isEssential(third)) return { all: false, rows: 'others', pages: true, status: false };
  return { all: false, rows: 'all', pages: true, status: third !== 'status' };
}

const faultsOf = (operation: string, variant: Variant): Mutation[] => [
  ...statusFaults.map(
    ({ name, status, sentence, steps }): Mutation => ({
      id: [operation, variant.name, 'status', name].filter((part) => part !== '').join('/'),
      operation,
      kind: 'status',
      subject: `status ${status}`,
      names: [],
      variant,
      steps,
      kept: KEEP_NONE,
      isTransient: true,
      status,
      sentence,
      change: name,
    }),
  ),
  ...wireFaults.map(
    ({ name, isHarmless, isOfText = false, steps }): Mutation => ({
      id: [operation, variant.name, 'wire', name].filter((part) => part !== '').join('/'),
      operation,
      kind: 'wire',
      subject: name.replace(/ \d+: .*/, ''),
      names: [],
      variant,
      steps,
      kept: isHarmless && !(isOfText && variant.isRaw) ? KEEP_ALL : KEEP_NONE,
      isTransient: true,
      change: name,
    }),
  ),
];

/** All mutations of the responses of one operation. */
function mutationsOf(operation: string, world: World): Mutation[] {
  const found = operations.find(({ id }) => id === operation);
  if (!found) return faultsOf(operation, { ...USUAL, isRaw: true });
  const variants = variantsOf(found);
  const faults = variants.map((variant) => faultsOf(operation, variant));
  return [
    ...variants.flatMap((variant) => valueMutations(found, variant, world)),
    // A response that is truncated or replaced hardly depends on the variant: each fault is tried with one variant.
    ...(faults[0] ?? []).flatMap((_, at) => faults[at % faults.length]?.[at] ?? []),
  ];
}

/** The operations whose responses are mutated. */
export const mutatedOperations: readonly string[] = [...operations.map(({ id }) => id), IMAGE_FILE];

/** A mutation, and the scenario of the client. */
export interface Case {
  readonly id: string;
  readonly mutation: Mutation;
  readonly scenario: Scenario;
}

/** All cases of an operation: each mutation with one scenario of each kind, in rotation. */
export function casesOf(operation: string, scenarios: readonly Scenario[], world: World): Case[] {
  const exercised = scenarios.filter((scenario) => scenario.operations.includes(operation));
  const kinds = [...new Set(exercised.map(({ kind }) => kind))].map((kind) =>
    exercised.filter((scenario) => scenario.kind === kind),
  );
  return mutationsOf(operation, world).flatMap((mutation, nth) =>
    kinds.flatMap((ofKind) => {
      const scenario = ofKind[nth % ofKind.length];
      return scenario ? [{ id: `${mutation.id} @ ${scenario.name}`, mutation, scenario }] : [];
    }),
  );
}

/** A sample by a seed, evenly distributed over scenarios and kinds of mutations. */
export function sample(cases: readonly Case[], size: number, seed: number): Case[] {
  const groups = new Map<string, Case[]>();
  const rank = ({ id }: Case) => createHash('sha1').update(`${seed} ${id}`).digest('hex');
  const ranked = cases.map((one) => ({ one, rank: rank(one) })).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  for (const { one } of ranked) {
    const group = `${one.scenario.name} ${one.mutation.kind}`;
    const list = groups.get(group) ?? [];
    list.push(one);
    groups.set(group, list);
  }
  const sampled: Case[] = [];
  for (let round = 0; sampled.length < Math.min(size, cases.length); round++) {
    for (const list of groups.values()) {
      const one = list[round];
      if (one && sampled.length < size) sampled.push(one);
    }
  }
  return sampled;
}

/** The valid response of an operation, before the mutation. */
export function validReply(operation: Operation, variant: Variant, world: World, page: number, image: Buffer): Reply {
  if (variant.isRaw) return { status: 200, headers: [['content-type', 'image/png']], body: image };
  return jsonReply(200, validBody(operation, { ...world, has: variant.has }, page));
}
