import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A JSON object with unchecked members. */
export type Json = { [key: string]: unknown };

const file = new URL('../../schema/flair.openapi.yaml', import.meta.url);

/** Text of the contract. */
export const yaml = readFileSync(file, 'utf8');

/** Parses the contract; every call returns a new copy. */
export const readDocument = (): Json => object(parse(yaml));

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the value if it is an object, else an empty object. */
export const object = (value: unknown): Json => (isObject(value) ? value : {});

/** Returns the value if it is an array, else an empty array. */
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Reads the value at a path of keys, resolving `$ref`s on the way; undefined if there is none. */
export function at(document: Json, ...keys: string[]): unknown {
  const step = (value: unknown, key: string): unknown => object(deref(document, value))[key];
  return deref(document, keys.reduce<unknown>(step, document));
}

/** Resolves a `$ref`, to undefined if its target does not exist; returns any other value unchanged. */
export function deref(document: Json, value: unknown): unknown {
  if (!isObject(value) || typeof value.$ref !== 'string') return value;
  const target = value.$ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((found, key) => object(found)[key], document);
  return deref(document, target);
}

/** Returns the object at a path of keys, for editing. @throws Error if there is none. */
export function edit(document: Json, ...keys: string[]): Json {
  const found = keys.reduce<unknown>((value, key) => object(value)[key], document);
  if (!isObject(found)) throw new Error(`The document has no object at ${keys.join(' › ')}.`);
  return found;
}

/** Renames a member, keeping the order of members. */
export function rename(parent: Json, from: string, to: string): void {
  if (!(from in parent)) throw new Error(`There is no ${from} to rename.`);
  const members = Object.entries(parent);
  for (const [name] of members) delete parent[name];
  for (const [name, value] of members) parent[name === from ? to : name] = value;
}
