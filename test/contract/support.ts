import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A JSON object whose members nobody has looked at yet. */
export type Json = { [key: string]: unknown };

const file = new URL('../../schema/flair.openapi.yaml', import.meta.url);

/** The contract's text. */
export const yaml = readFileSync(file, 'utf8');

/** A copy of the contract's document, to read or to edit. */
export const readDocument = (): Json => object(parse(yaml));

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as an object; an empty one when it is none. */
export const object = (value: unknown): Json => (isObject(value) ? value : {});

/** The value as a list; an empty one when it is none. */
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Follows keys into a document, and `$ref`s on the way; undefined where it ends. */
export function at(document: Json, ...keys: string[]): unknown {
  const step = (value: unknown, key: string): unknown => object(deref(document, value))[key];
  return deref(document, keys.reduce<unknown>(step, document));
}

/** What a `$ref` leads to, undefined when that is nothing; anything else as it is. */
export function deref(document: Json, value: unknown): unknown {
  if (!isObject(value) || typeof value.$ref !== 'string') return value;
  const target = value.$ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((found, key) => object(found)[key], document);
  return deref(document, target);
}

/** The object at these keys, for editing; a test that edits something which is not there is wrong. */
export function edit(document: Json, ...keys: string[]): Json {
  const found = keys.reduce<unknown>((value, key) => object(value)[key], document);
  if (!isObject(found)) throw new Error(`The document has no object at ${keys.join(' › ')}.`);
  return found;
}

/** Gives a member another name, in its place. */
export function rename(parent: Json, from: string, to: string): void {
  if (!(from in parent)) throw new Error(`There is no ${from} to rename.`);
  const members = Object.entries(parent);
  for (const [name] of members) delete parent[name];
  for (const [name, value] of members) parent[name === from ? to : name] = value;
}
