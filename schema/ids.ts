import { isUpstreamId } from '../src/contract/rules.ts';
import { publicError } from '../src/errors.ts';
import type { Context } from '../src/operations/context.ts';
import type { DataItemRow } from '../src/upstream/data-items.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { NotFoundError } from './errors.ts';

/** What tells a node apart: the upstream's id, and the model's where the upstream needs it to find the thing. */
export interface NodeKeys {
  Model: Pick<ModelRow, 'kind' | 'id'>;
  DataItem: Pick<DataItemRow, 'kind' | 'id' | 'modelId'>;
  Training: Pick<TrainingRow, 'kind' | 'id' | 'modelId'>;
  Prediction: Pick<PredictionRow, 'kind' | 'id'>;
}
export type NodeKind = keyof NodeKeys;
export type NodeKey = NodeKeys[NodeKind];

// Neither ":" nor "/" may stand in an upstream id.
const OWNED = new Set<string>(['DataItem', 'Training'] satisfies NodeKind[]);
const KINDS = new Set<string>(['Model', 'DataItem', 'Training', 'Prediction'] satisfies NodeKind[]);

/** What Pothos puts behind the type's name in a global id. */
export const localId = (key: NodeKey): string => ('modelId' in key ? `${key.modelId}/${key.id}` : key.id);

/** The global id of a thing, as `Node.id` shows it. */
export const globalId = (key: NodeKey): string => base64url(`${key.kind}:${localId(key)}`);

/** RFC 4648, section 5, of a text of ASCII: as `Buffer` does it, in half of its time. Most of an answer may be ids. */
function base64url(text: string): string {
  const padded = btoa(text);
  const url = padded.slice(0, Math.ceil((text.length * 4) / 3));
  // Nothing in ASCII becomes a `/` but `?` and what cannot be printed, of which ids have none.
  return url.includes('+') ? url.replaceAll('+', '-') : url;
}

export const encodeGlobalId = (kind: string, local: string): string =>
  Buffer.from(`${kind}:${local}`).toString('base64url');

/** Reads a global id; undefined for anything that this graph cannot have given out. Nothing of it reaches the upstream then. */
export function readGlobalId(id: string): NodeKey | undefined {
  const [kind = '', local = '', ...more] = Buffer.from(id, 'base64url').toString().split(':');
  if (more.length > 0 || encodeGlobalId(kind, local) !== id || !KINDS.has(kind)) return undefined;
  const parts = local.split('/');
  if (parts.length !== (OWNED.has(kind) ? 2 : 1) || !parts.every(isUpstreamId)) return undefined;
  const [first = '', second = ''] = parts;
  return (OWNED.has(kind) ? { kind, modelId: first, id: second } : { kind, id: first }) as NodeKey;
}

/** Reads a global id that must be of one kind; undefined for any other. */
export function keyOf<Kind extends NodeKind>(kind: Kind, id: string): NodeKeys[Kind] | undefined {
  const key = readGlobalId(id);
  return key?.kind === kind ? (key as NodeKeys[Kind]) : undefined;
}

/**
 * As {@link keyOf}, for arguments of queries. An id of another kind, or none, is explained to developers.
 *
 * @param argument The name of the argument.
 */
export function keyOfArgument<Kind extends NodeKind>(
  kind: Kind,
  id: string,
  context: Pick<Context, 'hint'>,
  argument = 'id',
): NodeKeys[Kind] | undefined {
  const key = keyOf(kind, id);
  if (!key) context.hint(explainId(argument, id, kind));
  return key;
}

/** As {@link keyOf}, for arguments of subscriptions. @throws GraphQLError BAD_USER_INPUT for any other id. */
export function requireKeyOfArgument<Kind extends NodeKind>(kind: Kind, id: string, argument = 'id'): NodeKeys[Kind] {
  const key = keyOf(kind, id);
  if (!key) throw publicError('BAD_USER_INPUT', explainId(argument, id, kind));
  return key;
}

/**
 * What is wrong with an id that {@link keyOf} does not read.
 *
 * @param kind What it should be the id of. @default any node
 */
export function explainId(argument: string, id: string, kind?: NodeKind): string {
  const expected = `the global id of a ${kind ?? 'node'}`;
  const other = readGlobalId(id);
  if (other) return `\`${argument}\` must be ${expected}, but is that of a ${other.kind}.`;
  const problem = `\`${argument}\` must be ${expected}, as \`id\` fields of this graph return it, but is "${id.slice(0, LONGEST_QUOTE)}".`;
  if (!isUpstreamId(id) || (kind !== 'Model' && kind !== 'Prediction')) return problem;
  return `${problem} If that is the id at the upstream, the global id is "${globalId({ kind, id })}".`;
}

/** How much of an id is quoted, in characters. */
const LONGEST_QUOTE = 100;

/** As {@link keyOf}, for mutations. @throws NotFoundError for an id that leads nowhere. */
export function requireKey<Kind extends NodeKind>(kind: Kind, id: string): NodeKeys[Kind] {
  const key = keyOf(kind, id);
  if (!key) throw new NotFoundError(id, `Expected the global id of a ${kind}, as the graph gave it out.`);
  return key;
}
