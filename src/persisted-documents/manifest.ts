import { readFileSync } from 'node:fs';
import { ConfigError } from '../util/environment.ts';

/** The documents that a front end was built with, as its build wrote them down. */
export interface Manifest {
  readonly documents: ReadonlyMap<string, string>;
  /** What is wrong with it, a sentence each. */
  readonly mistakes: readonly string[];
}

const SETTING = '`PERSISTED_QUERIES_MANIFEST`';
const FORMAT = 'apollo-persisted-query-manifest';
const VERSION = 1;

/**
 * Reads a manifest of Apollo's (`apollo-persisted-query-manifest`) or Relay's form, an object of documents by their ids.
 *
 * @throws ConfigError when the file cannot be read, or is nothing of the kind.
 */
export function readManifest(path: string): Manifest {
  const content = readJson(path);
  const expected = `${SETTING} must name a JSON file that is a manifest of Apollo's, or an object of documents by their ids, but "${path}"`;
  if (!isRecord(content)) throw new ConfigError([`${expected} holds neither.`]);
  const isApollo = 'format' in content && 'operations' in content;
  const { format, version, operations } = content;
  if (isApollo && !(format === FORMAT && version === VERSION && Array.isArray(operations))) {
    const came = `is of format ${JSON.stringify(format)} and version ${JSON.stringify(version)}`;
    throw new ConfigError([`${expected} ${came}. Expected a list of operations in format "${FORMAT}", version 1.`]);
  }
  const entries = isApollo ? (operations as unknown[]).map(readOperation) : Object.entries(content);
  return collect(entries);
}

/**
 * Checks every document of a manifest.
 *
 * @param mistakesOf What is wrong with a document, a sentence each.
 * @throws ConfigError that lists every mistake.
 */
export function checkManifest(
  { documents, mistakes }: Manifest,
  mistakesOf: (text: string) => readonly string[],
): void {
  const all = [...mistakes];
  for (const [id, text] of documents) all.push(...mistakesOf(text).map((mistake) => `${place(id)}: ${mistake}`));
  if (all.length > 0) throw new ConfigError(all);
}

/** An id and a document, as they stand in a manifest. */
type Entry = readonly [id: unknown, text: unknown];

function collect(entries: readonly Entry[]): Manifest {
  const documents = new Map<string, string>();
  const mistakes: string[] = [];
  if (entries.length === 0) mistakes.push(`${SETTING} must hold a document, or nothing can be executed, but has none.`);
  for (const [index, [id, text]] of entries.entries()) {
    if (typeof id !== 'string' || id === '') {
      mistakes.push(`${SETTING}, operation ${index + 1}: \`id\` must be a text, but is ${JSON.stringify(id)}.`);
    } else if (typeof text !== 'string') {
      mistakes.push(`${place(id)}: it must be a text, but is ${JSON.stringify(text)?.slice(0, 100)}.`);
    } else if (documents.has(id) && documents.get(id) !== text) {
      mistakes.push(`${place(id)}: two documents have this id. Give each its own.`);
    } else {
      documents.set(id, text);
    }
  }
  return { documents, mistakes };
}

const readOperation = (operation: unknown): Entry =>
  isRecord(operation) ? [operation.id, operation.body] : [undefined, undefined];

const place = (id: string): string => `${SETTING}, document "${id}"`;

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${SETTING} must name a file that can be read, but is "${path}": ${reason}.`]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${SETTING} must name a JSON file, but "${path}" is none: ${reason}.`]);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
