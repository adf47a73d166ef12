import type { RequestIds } from '../src/upstream/policy/to-upstream-error.ts';
import { isRecord } from '../src/util/json.ts';
import { globalId, type NodeKey } from './ids.ts';

/**
 * Replaces upstream ids in a message of the upstream by global ids, the only ids that clients of the graph know.
 *
 * @param request The request to which the message responds. Only ids in it are replaced.
 */
export function translateIds(message: string, request: RequestIds): string {
  const ids = new Map(keysIn(request).map((key) => [key.id, globalId(key)]));
  return message.replace(WORD, (word, quote?: string, quoted?: string) => {
    const found = ids.get(quoted ?? word) ?? (quoted === undefined ? withoutEnd(word, ids) : undefined);
    // An id that looks like a word is replaced only in quotes.
    if (found === undefined || (quoted === undefined && PLAIN_WORD.test(word))) return word;
    return quote === undefined ? found : `${quote}${found}${quote}`;
  });
}

/** Matches an id in quotes, or any other sequence of characters that ids consist of. */
const WORD = /(["'`])([\w.~-]+)\1|[\w.~-]+/g;
const PLAIN_WORD = /^[A-Z]?[a-z]+\.*$/;

/** Replaces an id at the end of a sentence, which is not a part of the id. */
function withoutEnd(word: string, ids: ReadonlyMap<string, string>): string | undefined {
  const id = word.replace(/\.+$/, '');
  const found = ids.get(id);
  return found === undefined ? undefined : found + word.slice(id.length);
}

/** All path parameters of the contract. */
type PathParameters = Partial<Record<'modelId' | 'dataId' | 'trainingId' | 'predictionId', string>>;

function keysIn({ path, json }: RequestIds): NodeKey[] {
  const { modelId, dataId, trainingId, predictionId } = path as PathParameters;
  const keys: NodeKey[] = [];
  const scales = isRecord(json) ? json.scaleConfigs : undefined;
  for (const id of isRecord(scales) ? Object.keys(scales) : []) keys.push({ kind: 'Model', id });
  if (predictionId !== undefined) keys.push({ kind: 'Prediction', id: predictionId });
  if (modelId === undefined) return keys;
  keys.push({ kind: 'Model', id: modelId });
  if (dataId !== undefined) keys.push({ kind: 'DataItem', modelId, id: dataId });
  if (trainingId !== undefined) keys.push({ kind: 'Training', modelId, id: trainingId });
  return keys;
}
