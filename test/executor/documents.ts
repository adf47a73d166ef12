import {
  doTypesOverlap,
  GraphQLBoolean,
  type GraphQLCompositeType,
  GraphQLNonNull,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  parse,
  print,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { Draws } from './draws.ts';
import { declarationOf, Inputs, type Variable } from './inputs.ts';
import { type Field, Keys, type Written } from './keys.ts';

/** A document that validation accepts. */
export interface DrawnDocument {
  readonly text: string;
  /** Undefined is the name of one that has none. */
  readonly names: readonly (string | undefined)[];
  /** Draws values for the variables of all its operations. */
  readonly values: () => Record<string, unknown>;
}

export interface DocumentOptions {
  schema: GraphQLSchema;
  /** @default 'query' */
  kind?: 'query' | 'mutation';
  /** How many operations it has. @default 1 */
  operations?: number;
  /** Values of scalars by their names, where they matter. */
  scalars?: Readonly<Record<string, readonly unknown[]>>;
}

/** Draws a document. It is valid by how it is made, but for rare ones that ask too much of introspection. */
export function drawDocument(draws: Draws, options: DocumentOptions): DrawnDocument {
  const inputs = new Inputs(draws, options.scalars);
  const writer = new Writer(draws, inputs, options);
  const names = Array.from({ length: options.operations ?? 1 }, (_, index) =>
    options.operations === undefined && draws.chance(50) ? undefined : (['Read', 'toString'][index] ?? `Read${index}`),
  );
  const operations = names.map((name) => writer.operation(name));
  const text = print(parse([...operations, ...writer.fragments.map(({ text }) => text)].join('\n')));
  return { text, names, values: () => inputs.values() };
}

interface Fragment extends Written {
  readonly name: string;
  readonly type: GraphQLCompositeType;
}

/** Names that objects have already. */
const HOSTILE = ['__proto__', 'constructor', 'hasOwnProperty'];
/** How many fields a document has at most that have fields themselves. */
const MOST_PARENTS = 24;
const DEPTH = 6;

class Writer {
  readonly fragments: Fragment[] = [];
  readonly #draws: Draws;
  readonly #inputs: Inputs;
  readonly #schema: GraphQLSchema;
  readonly #kind: 'query' | 'mutation';
  readonly #composites: readonly GraphQLCompositeType[];
  readonly #keys: Keys;
  /** The variables of what is being written. */
  #uses = new Set<Variable>();
  #parentsLeft = MOST_PARENTS;

  constructor(draws: Draws, inputs: Inputs, { schema, kind = 'query' }: DocumentOptions) {
    this.#draws = draws;
    this.#inputs = inputs;
    this.#keys = new Keys(draws);
    this.#schema = schema;
    this.#kind = kind;
    this.#composites = Object.values(schema.getTypeMap()).filter(isCompositeType);
    inputs.onUse = (variable) => this.#uses.add(variable);
  }

  operation(name: string | undefined): string {
    const root = this.#kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType();
    if (!root) throw new RangeError(`The schema has no ${this.#kind}.`);
    this.#parentsLeft = MOST_PARENTS;
    const { text, uses } = this.#apart(() => this.#selectionSet(root, DEPTH));
    const declarations = [...uses].map(declarationOf).join(', ');
    return `${this.#kind} ${name ?? ''} ${declarations && `(${declarations})`} ${text}`;
  }

  #selectionSet(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.#draws.upTo(depth > 2 ? 4 : 3);
    return `{ ${Array.from({ length: count }, () => this.#selection(type, depth)).join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const kind = depth > 0 ? this.#draws.upTo(9) : 0;
    if (kind < 7) return this.#field(type, depth);
    if (kind === 7) return `... ${this.#directives()} ${this.#selectionSet(type, depth - 1)}`;
    const wanted = this.#draws.pick(this.#composites.filter((other) => doTypesOverlap(this.#schema, type, other)));
    if (kind === 8) return `... on ${wanted} ${this.#directives()} ${this.#selectionSet(wanted, depth - 1)}`;
    return `...${this.#fragment(type, wanted, depth).name} ${this.#directives()}`;
  }

  /** @param wanted The type of a new one; those that there are may be used again. */
  #fragment(type: GraphQLCompositeType, wanted: GraphQLCompositeType, depth: number): Fragment {
    const known = this.fragments.filter((fragment) => doTypesOverlap(this.#schema, type, fragment.type));
    const fragment =
      known.length > 0 && !this.#draws.chance(40) ? this.#draws.pick(known) : this.#define(wanted, depth);
    for (const variable of fragment.uses) this.#uses.add(variable);
    return fragment;
  }

  #define(type: GraphQLCompositeType, depth: number): Fragment {
    const { text, uses } = this.#apart(() => this.#selectionSet(type, depth - 1));
    // Named after it was written, so that it does not hold itself.
    const name = HOSTILE[this.fragments.length - 2] ?? `F${this.fragments.length}`;
    const fragment = { name, type, text: `fragment ${name} on ${type} ${text}`, uses };
    this.fragments.push(fragment);
    return fragment;
  }

  #field(type: GraphQLCompositeType, depth: number): string {
    const field = this.#pickField(type, depth);
    const key = this.#keys.for(field, () => this.#apart(() => this.#inputs.arguments(field.args)));
    for (const variable of key.arguments.uses) this.#uses.add(variable);
    const alias = key.name === field.name ? '' : `${key.name}: `;
    const start = `${alias}${field.name}${key.arguments.text} ${this.#directives()}`;
    const below = getNamedType(field.type);
    if (!isCompositeType(below)) return start;
    this.#parentsLeft--;
    // Introspection may not ask for lists within lists within lists.
    return `${start} ${this.#selectionSet(below, Math.min(depth - 1, field.name.startsWith('__') ? 2 : DEPTH))}`;
  }

  #pickField(type: GraphQLCompositeType, depth: number): Field {
    const own: Field[] = isUnionType(type) ? [] : Object.values(type.getFields());
    if (type === this.#schema.getQueryType()) own.push(TypeMetaFieldDef, SchemaMetaFieldDef);
    const parents = own.filter((field) => isCompositeType(getNamedType(field.type)));
    const leaves = own.filter((field) => !parents.includes(field));
    const mayNest = parents.length > 0 && depth > 0 && this.#parentsLeft > 0;
    if (mayNest && this.#draws.chance(leaves.length > 0 ? 55 : 90)) return this.#draws.pick(parents);
    return leaves.length > 0 && this.#draws.chance(85) ? this.#draws.pick(leaves) : TypeNameMetaFieldDef;
  }

  #directives(): string {
    if (!this.#draws.chance(15)) return '';
    const names = this.#draws.pick([['include'], ['skip'], ['include', 'skip'], ['skip', 'include']]);
    return names.map((name) => `@${name}(if: ${this.#condition()})`).join(' ');
  }

  #condition(): string {
    return this.#draws.chance(70)
      ? this.#inputs.variable(new GraphQLNonNull(GraphQLBoolean))
      : this.#draws.pick(['true', 'false']);
  }

  /** Writes something, and notes which variables that takes. */
  #apart(write: () => string): Written {
    const around = this.#uses;
    const uses = new Set<Variable>();
    this.#uses = uses;
    const text = write();
    this.#uses = around;
    return { text, uses };
  }
}
