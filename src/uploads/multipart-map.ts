import type { UploadedFile } from '../images/validate-upload.ts';
import { isObject, isRecord, parseJson } from '../util/json.ts';
import { badRequest } from './request-errors.ts';

/** The parts of a multipart request that precede its files. */
export interface MultipartRequest {
  /** The operation, with null for each file. */
  readonly params: Record<string, unknown>;
  /** Paths of each file by part name, such as `variables.input.file`. */
  readonly map: ReadonlyMap<string, readonly string[]>;
}

/** Maximum number of paths in `map`. */
const MAX_PATHS = 100;
/** Maximum number of segments of one path. */
const MAX_PATH_DEPTH = 8;

/** Property names that would allow prototype pollution. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws GraphQLError BAD_USER_INPUT with status 400. */
export function readOperations(text: string): MultipartRequest['params'] {
  const operations = parse('operations', text);
  if (Array.isArray(operations))
    throw badRequest('`operations` must be a single operation, but is a list: batches are not supported.');
  if (!isRecord(operations)) throw badRequest('`operations` must be a JSON object with `query` and `variables`.');
  return operations;
}

/** @throws GraphQLError BAD_USER_INPUT with status 400. */
export function readMap(text: string): MultipartRequest['map'] {
  const map = parse('map', text);
  if (!isRecord(map)) {
    throw badRequest(
      '`map` must be a JSON object that maps each file to its paths, such as {"0": ["variables.file"]}.',
    );
  }
  const entries = Object.entries(map).map(([part, paths]) => {
    if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
      throw badRequest(`\`map\` must map "${part}" to a list of paths, such as ["variables.input.file"].`);
    }
    return [part, paths as string[]] as const;
  });
  const count = entries.reduce((sum, [, paths]) => sum + paths.length, 0);
  if (count > MAX_PATHS) throw badRequest(`\`map\` must contain at most ${MAX_PATHS} paths, but contains ${count}.`);
  return new Map(entries);
}

/**
 * Sets every file at its paths in `map` (GraphQL multipart request specification).
 *
 * @throws GraphQLError BAD_USER_INPUT with status 400 when a file is missing, or the value at a path is not null.
 */
export function placeFiles({ params, map }: MultipartRequest, files: ReadonlyMap<string, UploadedFile>): void {
  for (const [part, paths] of map) {
    const file = files.get(part);
    if (!file)
      throw badRequest(`\`map\` contains the part "${part}", but the request contains no file with that name.`);
    for (const path of paths) placeFile(params, path, file);
  }
}

function placeFile(params: MultipartRequest['params'], path: string, file: UploadedFile): void {
  const segments = path.split('.');
  const last = segments.pop() ?? '';
  if (segments.length >= MAX_PATH_DEPTH)
    throw badRequest(`A path in \`map\` must have at most ${MAX_PATH_DEPTH} segments, but "${path}" has more.`);
  if (segments[0] !== 'variables')
    throw badRequest(`A path in \`map\` must begin with "variables.", but "${path}" does not.`);
  if ([...segments, last].some((name) => FORBIDDEN_NAMES.has(name)))
    throw badRequest(
      `A path in \`map\` must not contain "__proto__", "constructor" or "prototype", but "${path}" does.`,
    );

  let parent: unknown = params;
  for (const name of segments)
    parent = isObject(parent) && Object.hasOwn(parent, name) ? Reflect.get(parent, name) : undefined;
  if (!isObject(parent) || !Object.hasOwn(parent, last) || Reflect.get(parent, last) !== null) {
    throw badRequest(`\`operations\` must contain null at "${path}", because \`map\` sets a file there.`);
  }
  Reflect.set(parent, last, file);
}

function parse(name: string, text: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw badRequest(`\`${name}\` must be valid JSON, but is not.`);
  return value;
}
