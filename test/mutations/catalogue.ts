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

/** What of the usual result has to be there in spite of a mutation. */
export interface Kept {
  /** Whether the result is the same as without it. */
  readonly all: boolean;
  /** Which rows of the first page are there: all, those but the first, or not necessarily any. */
  readonly rows: 'all' | 'others' | 'any';
  /** Whether the rows of further pages are there. */
  readonly pages: boolean;
  /** Whether the status of the first row is readable. */
  readonly status: boolean;
}

/** One change of the responses of one operation. */
export interface Mutation {
  readonly id: string;
  readonly operation: string;
  readonly kind: 'value' | 'status' | 'wire';
  /** What is changed: a field without its positions, a status, or a kind of fault; failures are grouped by it. */
  readonly subject: string;
  /** Names of the changed field that an error may use. */
  readonly names: readonly string[];
  /** Form of the valid response that is changed. */
  readonly variant: Variant;
  readonly steps: (valid: Reply, apiKey: string) => Step[];
  readonly kept: Kept;
  /** Whether a watched job meets it only once, although its status is readable: what is missing comes a moment later. */
  readonly isPassing: boolean;
  /** The status instead of a success. */
  readonly status?: number;
  /** The sentence that has to reach the client where the status leads to an error. */
  readonly sentence?: string | undefined;
  /** Name of the change within its subject. */
  readonly change: string;
}

/** Whether a stream may end with an error instead of the end of its jobs: the key is refused, or the job is gone. */
export const mayEndStream = ({ status }: Pick<Mutation, 'status'>): boolean =>
  status === 401 || status === 403 || status === 410;

/** A form of an operation's valid response. */
export interface Variant {
  readonly name: string;
  readonly has: (field: string) => boolean;
  /** Whether the body is the image itself. */
  readonly isRaw: boolean;
}

export const USUAL: Variant = { name: '', has: () => true, isRaw: false };

/** The forms of a response: where an image may be given by its address or by its bytes, each of them. */
function variantsOf({ response }: Operation): readonly Variant[] {
  const { properties = {} } = response ? resolve(response) : {};
  if (!properties.url || !properties.image) return [USUAL];
  return [
    { name: 'by address', has: (field) => field !== 'image', isRaw: false },
    { name: 'in base64', has: (field) => field !== 'url', isRaw: false },
    { name: 'as bytes', has: () => true, isRaw: true },
  ];
}

export const EVERYTHING: Kept = { all: true, rows: 'all', pages: true, status: true };
const NOTHING: Kept = { all: false, rows: 'any', pages: false, status: false };

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
      isPassing: one.alias === undefined && isWithoutImages(operation, one),
      change: one.name,
    };
  });
}

/** Whether a change takes all images away, as from a job that has just ended. */
function isWithoutImages({ response }: Operation, { path: [first, ...more], value }: ValueChange): boolean {
  if (!response || first === undefined || more.length > 0) return false;
  const { items } = resolve(response).properties?.[first] ?? {};
  const isNothing = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  return items !== undefined && refName(items) === 'ImageReference' && isNothing;
}

const parsed = ({ body }: Reply): Json => JSON.parse(body.toString());

/** Whether a row is lost without this field: it is its id, or the graph promises that it is there. */
const isEssential = (name: string | number): boolean => /(^id|Id)$/.test(String(name)) || PROMISED.has(String(name));

/** A status is read in any case, and however its words are parted. */
const SPELLINGS_OF_STATUS: ReadonlySet<string> = new Set([
  'upper case',
  'lower case',
  'title case',
  'padded',
  'spaced',
]);

/** Fields of nodes that are never null. */
const PROMISED: ReadonlySet<string> = new Set(
  schema
    .getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType)
    .flatMap((type) => Object.values(type.getFields()))
    .flatMap(({ name, type }) => (isNonNullType(type) ? [name] : [])),
);

/** What a change of a value must leave alone. */
function keptOf(
  path: readonly (string | number)[],
  one: { isSame: boolean; name: string },
  list: string | undefined,
): Kept {
  if (one.isSame) return EVERYTHING;
  if (path.at(-1) === 'status' && SPELLINGS_OF_STATUS.has(one.name)) return { ...EVERYTHING, all: false };
  const [first, second, third] = path;
  if (list === undefined) {
    if (first === undefined || isEssential(first)) return NOTHING;
    return { all: false, rows: 'all', pages: true, status: first !== 'status' };
  }
  if (first === undefined) return NOTHING;
  if (first !== list) {
    const isLast = first === 'hasMore' && one.name !== 'missing' && one.name !== 'null';
    return { all: false, rows: 'all', pages: !isLast, status: true };
  }
  if (second === undefined) return NOTHING;
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
      kept: NOTHING,
      isPassing: true,
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
      kept: isHarmless && !(isOfText && variant.isRaw) ? EVERYTHING : NOTHING,
      isPassing: true,
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
    // The form of a valid response hardly matters where it is cut or replaced: each fault is tried with one of them.
    ...(faults[0] ?? []).flatMap((_, at) => faults[at % faults.length]?.[at] ?? []),
  ];
}

/** Every operation whose responses are mutated. */
export const mutatedOperations: readonly string[] = [...operations.map(({ id }) => id), IMAGE_FILE];

/** A mutation together with what a client does while it is there. */
export interface Case {
  readonly id: string;
  readonly mutation: Mutation;
  readonly scenario: Scenario;
}

/** Every case of an operation: each mutation in one scenario of each kind, by turns. */
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

/** An even choice by a seed: of every subject of every scenario the same number, as far as it has so many. */
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
  const chosen: Case[] = [];
  for (let round = 0; chosen.length < Math.min(size, cases.length); round++) {
    for (const list of groups.values()) {
      const one = list[round];
      if (one && chosen.length < size) chosen.push(one);
    }
  }
  return chosen;
}

/** The valid response of an operation, before anything is changed. */
export function validReply(operation: Operation, variant: Variant, world: World, page: number, image: Buffer): Reply {
  if (variant.isRaw) return { status: 200, headers: [['content-type', 'image/png']], body: image };
  return jsonReply(200, validBody(operation, { ...world, has: variant.has }, page));
}
