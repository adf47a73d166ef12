import { readFileSync } from 'node:fs';
import { ConfigError } from '../util/environment.ts';
import { isRecord } from '../util/json.ts';
import { MAX_QUOTE_LENGTH } from '../util/shorten.ts';

/** The documents of a front end, as written by its build. */
export interface Manifest {
  readonly documents: ReadonlyMap<string, string>;
  /** Error messages about invalid entries. */
  readonly mistakes: readonly string[];
}

const SETTING = '`PERSISTED_QUERIES_MANIFEST`';
const FORMAT = 'apollo-persisted-query-manifest';
const VERSION = 1;

/**
 * Reads a manifest in the format of Apollo (`apollo-persisted-query-manifest`) or Relay (an object of documents by id).
 *
 * @throws ConfigError if the file cannot be read, or has neither format.
 */
export function readManifest(path: string): Manifest {
  const content = readJson(path);
  const expected = `${SETTING} must name a JSON file with an Apollo manifest, or an object of documents by id, but "${path}"`;
  if (!isRecord(content)) throw new ConfigError([`${expected} contains neither.`]);
  const isApollo = 'format' in content && 'operations' in content;
  const { format, version, operations } = content;
  if (isApollo && !(format === FORMAT && version === VERSION && Array.isArray(operations))) {
    const received = `has format ${JSON.stringify(format)} and version ${JSON.stringify(version)}`;
    throw new ConfigError([`${expected} ${received}. Expected a list of operations in format "${FORMAT}", version 1.`]);
  }
  const entries = isApollo ? (operations as unknown[]).map(readOperation) : Object.entries(content);
  return collect(entries);
}

/**
 * Validates every document of a manifest.
 *
 * @param mistakesOf Returns the error messages about a document.
 * @throws ConfigError that lists every error.
 */
export function validateManifest(
  { documents, mistakes }: Manifest,
  mistakesOf: (text: string) => readonly string[],
): void {
  const all = [...mistakes];
  for (const [id, text] of documents) all.push(...mistakesOf(text).map((mistake) => `${location(id)}: ${mistake}`));
  if (all.length > 0) throw new ConfigError(all);
}

/** An id and a document of a manifest, not validated. */
type Entry = readonly [id: unknown, text: unknown];

function collect(entries: readonly Entry[]): Manifest {
  const documents = new Map<string, string>();
  const mistakes: string[] = [];
  if (entries.length === 0) mistakes.push(`${SETTING} must contain at least one document, but contains none.`);
  for (const [index, [id, text]] of entries.entries()) {
    if (typeof id !== 'string' || id === '') {
      mistakes.push(`${SETTING}, operation ${index + 1}: \`id\` must be a string, but is ${JSON.stringify(id)}.`);
    } else if (typeof text !== 'string') {
      mistakes.push(
        `${location(id)}: it must be a string, but is ${JSON.stringify(text)?.slice(0, MAX_QUOTE_LENGTH)}.`,
      );
    } else if (documents.has(id) && documents.get(id) !== text) {
      mistakes.push(`${location(id)}: two documents have this id. Give each document a different id.`);
    } else {
      documents.set(id, text);
    }
  }
  return { documents, mistakes };
}

const readOperation = (operation: unknown): Entry =>
  isRecord(operation) ? [operation.id, operation.body] : [undefined, undefined];

const location = (id: string): string => `${SETTING}, document "${id}"`;

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${SETTING} must name a readable file, but is "${path}": ${reason}.`]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${SETTING} must name a JSON file, but "${path}" is not valid JSON: ${reason}.`]);
  }
}
