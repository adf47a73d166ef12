/** A JSON object of an OpenAPI document, whose members are unchecked. */
export type Json = Readonly<Record<string, unknown>>;

export const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The vendor's own name for something of the built-in contract is declared with this extension. */
export const FLAIR_NAME = 'x-flair-name';

/** An OpenAPI document with the mistakes that have been found in it. */
export class ContractDocument {
  readonly root: Json;
  readonly #mistakes = new Set<string>();

  constructor(root: unknown) {
    this.root = object(root);
  }

  get mistakes(): readonly string[] {
    return [...this.#mistakes];
  }

  /** Records a mistake, as a sentence. */
  report(mistake: string): void {
    this.#mistakes.add(mistake);
  }

  /** Follows references. Members beside a reference, such as {@link FLAIR_NAME}, take precedence over those of its target. */
  resolve(value: unknown, depth = 0): Json {
    const node = object(value);
    const { $ref: reference, ...beside } = node;
    if (typeof reference !== 'string') return node;
    const target = reference.startsWith('#/')
      ? reference
          .slice(2)
          .split('/')
          .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
          .reduce<unknown>((at, key) => object(at)[key], this.root)
      : undefined;
    if (target === undefined || depth > MAX_DEPTH) {
      this.report(`The reference ${reference} must lead to a part of this file, but does not.`);
      return beside;
    }
    return { ...this.resolve(target, depth + 1), ...beside };
  }

  /** The properties of an object schema, including those of `allOf`, `oneOf` and `anyOf`. */
  properties(schema: unknown, depth = 0): ReadonlyMap<string, Json> {
    const node = this.resolve(schema);
    const found = new Map<string, Json>();
    if (depth > MAX_DEPTH) return found;
    for (const part of [...array(node.allOf), ...array(node.oneOf), ...array(node.anyOf)]) {
      for (const [name, property] of this.properties(part, depth + 1)) found.set(name, property);
    }
    for (const [name, property] of Object.entries(object(node.properties))) found.set(name, this.resolve(property));
    return found;
  }

  /** The names of required properties, including those of `allOf`. */
  required(schema: unknown, depth = 0): readonly string[] {
    const node = this.resolve(schema);
    const inner = depth > MAX_DEPTH ? [] : array(node.allOf).flatMap((part) => this.required(part, depth + 1));
    return [...inner, ...array(node.required).map(String)];
  }

  /** The schema of the items of an array, also of one that may be null. */
  items(schema: unknown): unknown {
    const node = this.resolve(schema);
    const parts = [node, ...[...array(node.oneOf), ...array(node.anyOf)].map((part) => this.resolve(part))];
    return parts.find((part) => part.items !== undefined)?.items;
  }
}

const MAX_DEPTH = 16;
