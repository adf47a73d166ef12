import { isUpstreamId } from '../src/contract/rules.ts';
import { publicError } from '../src/errors.ts';
import type { Context } from '../src/operations/context.ts';
import type { DataItemRow } from '../src/upstream/data-items.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { NotFoundError } from './errors.ts';

/** Keys of the node types: the upstream's id, and the model's id where the upstream's paths contain it. */
export interface NodeKeys {
  Model: Pick<ModelRow, 'kind' | 'id'>;
  DataItem: Pick<DataItemRow, 'kind' | 'id' | 'modelId'>;
  Training: Pick<TrainingRow, 'kind' | 'id' | 'modelId'>;
  Prediction: Pick<PredictionRow, 'kind' | 'id'>;
}
export type NodeKind = keyof NodeKeys;
export type NodeKey = NodeKeys[NodeKind];

/** Maximum number of jobs on one stream, and of one watch token. */
export const MAX_WATCHED_JOBS = 100;

// ":" and "/" are safe separators: an upstream id contains neither.
const KINDS_WITH_MODEL = new Set<string>(['DataItem', 'Training'] satisfies NodeKind[]);
const KINDS = new Set<string>(['Model', 'DataItem', 'Training', 'Prediction'] satisfies NodeKind[]);

/** The part of a global id after the type name, as Pothos expects it. */
export const localId = (key: NodeKey): string => ('modelId' in key ? `${key.modelId}/${key.id}` : key.id);

/** Number of global ids of each kind that are remembered. */
const MAX_REMEMBERED = 5_000;

interface Remembered {
  readonly modelId: string | undefined;
  readonly globalId: string;
}

/** The last global ids, by kind and upstream id: responses consist largely of ids, most of which were in an earlier one. */
const remembered: Readonly<Record<NodeKind, Map<string, Remembered>>> = {
  Model: new Map(),
  DataItem: new Map(),
  Training: new Map(),
  Prediction: new Map(),
};

/** The global id of a node, as `Node.id` returns it. */
export function globalId(key: NodeKey): string {
  const ids = remembered[key.kind];
  const modelId = 'modelId' in key ? key.modelId : undefined;
  const known = ids.get(key.id);
  if (known && known.modelId === modelId) return known.globalId;
  if (ids.size >= MAX_REMEMBERED) ids.clear();
  const made = base64url(`${key.kind}:${localId(key)}`);
  ids.set(key.id, { modelId, globalId: made });
  return made;
}

/**
 * Encodes ASCII text as base64url (RFC 4648, section 5). Twice as fast as `Buffer`; responses consist largely of ids.
 */
function base64url(text: string): string {
  const padded = btoa(text);
  const url = padded.slice(0, Math.ceil((text.length * 4) / 3));
  // In ASCII only `?` and unprintable characters produce a `/`, and ids contain neither.
  return url.includes('+') ? url.replaceAll('+', '-') : url;
}

export const encodeGlobalId = (kind: string, local: string): string =>
  Buffer.from(`${kind}:${local}`).toString('base64url');

/**
 * Decodes a global id; undefined for any text that is not a global id of this graph. Such text is never sent to the
 * upstream.
 */
export function readGlobalId(id: string): NodeKey | undefined {
  const [kind = '', local = '', ...more] = Buffer.from(id, 'base64url').toString().split(':');
  if (more.length > 0 || encodeGlobalId(kind, local) !== id || !KINDS.has(kind)) return undefined;
  const parts = local.split('/');
  if (parts.length !== (KINDS_WITH_MODEL.has(kind) ? 2 : 1) || !parts.every(isUpstreamId)) return undefined;
  const [first = '', second = ''] = parts;
  return (KINDS_WITH_MODEL.has(kind) ? { kind, modelId: first, id: second } : { kind, id: first }) as NodeKey;
}

/** Decodes a global id of one kind; undefined for any other. */
export function keyOf<Kind extends NodeKind>(kind: Kind, id: string): NodeKeys[Kind] | undefined {
  const key = readGlobalId(id);
  return key?.kind === kind ? (key as NodeKeys[Kind]) : undefined;
}

/**
 * Like {@link keyOf}, for arguments of queries. An invalid id, or an id of another kind, adds a hint to the response.
 *
 * @param argument Name of the argument.
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

/** Like {@link keyOf}, for arguments of subscriptions. @throws GraphQLError BAD_USER_INPUT for any other id. */
export function requireKeyOfArgument<Kind extends NodeKind>(kind: Kind, id: string, argument = 'id'): NodeKeys[Kind] {
  const key = keyOf(kind, id);
  if (!key) throw publicError('BAD_USER_INPUT', explainId(argument, id, kind));
  return key;
}

/**
 * Explains why {@link keyOf} rejects an id.
 *
 * @param kind The expected kind. @default any node
 */
export function explainId(argument: string, id: string, kind?: NodeKind): string {
  const expected = `the global id of a ${kind ?? 'node'}`;
  const other = readGlobalId(id);
  if (other) return `\`${argument}\` must be ${expected}, but is the global id of a ${other.kind}.`;
  const problem = `\`${argument}\` must be ${expected}, as \`id\` fields of this graph return it, but is "${id.slice(0, MAX_QUOTED_LENGTH)}".`;
  if (!isUpstreamId(id)) return problem;
  if (kind === 'Training') return `${problem} If that is an upstream id, use \`trainingByUpstreamId\`.`;
  if (kind !== 'Model' && kind !== 'Prediction') return problem;
  return `${problem} If that is an upstream id, its global id is "${globalId({ kind, id })}".`;
}

/** Maximum length of an id quoted in a message, in characters. */
const MAX_QUOTED_LENGTH = 100;

/** Like {@link keyOf}, for mutations. @throws NotFoundError for any other id. */
export function requireKey<Kind extends NodeKind>(kind: Kind, id: string): NodeKeys[Kind] {
  const key = keyOf(kind, id);
  if (!key)
    throw new NotFoundError(id, `Expected the global id of a ${kind}, as \`id\` fields of this graph return it.`);
  return key;
}
