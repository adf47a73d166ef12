import type { UploadedFile } from '../images/validate-upload.ts';
import { badRequest } from './request-errors.ts';

/** What the first parts of a multipart request say, before any of its files. */
export interface MultipartRequest {
  /** The operation, in which a null stands for each file. */
  readonly params: Record<string, unknown>;
  /** Where each part belongs: paths such as `variables.input.file`. */
  readonly map: ReadonlyMap<string, readonly string[]>;
}

/** Entries of `map`, and steps of one path. */
const MAX_PATHS = 100;
const MAX_PATH_DEPTH = 8;

/** Names that lead out of an object's own properties. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws GraphQLError BAD_USER_INPUT with status 400. */
export function readOperations(text: string): MultipartRequest['params'] {
  const operations = parse('operations', text);
  if (Array.isArray(operations)) throw badRequest('`operations` must be one operation, but is a list of them.');
  if (!isRecord(operations)) throw badRequest('`operations` must be a JSON object with `query` and `variables`.');
  return operations;
}

/** @throws GraphQLError BAD_USER_INPUT with status 400. */
export function readMap(text: string): MultipartRequest['map'] {
  const map = parse('map', text);
  if (!isRecord(map)) {
    throw badRequest('`map` must be a JSON object that gives each file its paths, such as {"0": ["variables.file"]}.');
  }
  const entries = Object.entries(map).map(([part, paths]) => {
    if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
      throw badRequest(`\`map\` must give "${part}" a list of paths, such as ["variables.input.file"].`);
    }
    return [part, paths as string[]] as const;
  });
  const count = entries.reduce((sum, [, paths]) => sum + paths.length, 0);
  if (count > MAX_PATHS) throw badRequest(`\`map\` may hold ${MAX_PATHS} paths, but holds ${count}.`);
  return new Map(entries);
}

/**
 * Puts every file where `map` says (GraphQL multipart request specification).
 *
 * @throws GraphQLError BAD_USER_INPUT with status 400 when a file is missing, or a path leads to no null.
 */
export function placeFiles({ params, map }: MultipartRequest, files: ReadonlyMap<string, UploadedFile>): void {
  for (const [part, paths] of map) {
    const file = files.get(part);
    if (!file) throw badRequest(`\`map\` names the part "${part}", but there is no file of that name in the request.`);
    for (const path of paths) placeFile(params, path, file);
  }
}

function placeFile(params: MultipartRequest['params'], path: string, file: UploadedFile): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  if (steps.length >= MAX_PATH_DEPTH)
    throw badRequest(`A path of \`map\` may have ${MAX_PATH_DEPTH} steps; "${path}" has more.`);
  if (steps[0] !== 'variables') throw badRequest(`A path of \`map\` must begin with "variables."; "${path}" does not.`);
  if ([...steps, last].some((step) => FORBIDDEN_NAMES.has(step))) throw badRequest(`"${path}" is no path of \`map\`.`);

  let at: unknown = params;
  for (const step of steps) at = isObject(at) && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined;
  if (!isObject(at) || !Object.hasOwn(at, last) || Reflect.get(at, last) !== null) {
    throw badRequest(`\`operations\` must hold null at "${path}", where \`map\` wants a file.`);
  }
  Reflect.set(at, last, file);
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`\`${name}\` must be JSON, but is not.`);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isRecord = (value: unknown): value is Record<string, unknown> => isObject(value) && !Array.isArray(value);
