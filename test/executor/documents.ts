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
  /** Operation names; undefined for an anonymous operation. */
  readonly names: readonly (string | undefined)[];
  /** Generates values for the variables of all operations. */
  readonly values: () => Record<string, unknown>;
}

export interface DocumentOptions {
  schema: GraphQLSchema;
  /** @default 'query' */
  kind?: 'query' | 'mutation';
  /** Number of operations. @default 1 */
  operations?: number;
  /** Values of scalars by type name; they replace the default ones. */
  scalars?: Readonly<Record<string, readonly unknown[]>>;
}

/** Generates a valid document. Only its introspection may be nested deeper than validation permits. */
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

/** Properties of `Object.prototype`. */
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'hasOwnProperty'];
/** Maximum number of fields with a selection set in one operation. */
const MAX_PARENTS = 24;
const MAX_DEPTH = 6;

class Writer {
  readonly fragments: Fragment[] = [];
  readonly #draws: Draws;
  readonly #inputs: Inputs;
  readonly #schema: GraphQLSchema;
  readonly #kind: 'query' | 'mutation';
  readonly #compositeTypes: readonly GraphQLCompositeType[];
  readonly #keys: Keys;
  /** Variables used by the part that is being generated. */
  #uses = new Set<Variable>();
  #parentsLeft = MAX_PARENTS;

  constructor(draws: Draws, inputs: Inputs, { schema, kind = 'query' }: DocumentOptions) {
    this.#draws = draws;
    this.#inputs = inputs;
    this.#keys = new Keys(draws);
    this.#schema = schema;
    this.#kind = kind;
    this.#compositeTypes = Object.values(schema.getTypeMap()).filter(isCompositeType);
    inputs.onUse = (variable) => this.#uses.add(variable);
  }

  operation(name: string | undefined): string {
    const root = this.#kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType();
    if (!root) throw new RangeError(`The schema has no ${this.#kind}.`);
    this.#parentsLeft = MAX_PARENTS;
    const { text, uses } = this.#collectingVariables(() => this.#selectionSet(root, MAX_DEPTH));
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
    const newType = this.#draws.pick(this.#compositeTypes.filter((other) => doTypesOverlap(this.#schema, type, other)));
    if (kind === 8) return `... on ${newType} ${this.#directives()} ${this.#selectionSet(newType, depth - 1)}`;
    return `...${this.#fragment(type, newType, depth).name} ${this.#directives()}`;
  }

  /** @param newType Type of a new fragment; an existing one may be spread instead. */
  #fragment(type: GraphQLCompositeType, newType: GraphQLCompositeType, depth: number): Fragment {
    const existing = this.fragments.filter((fragment) => doTypesOverlap(this.#schema, type, fragment.type));
    const fragment =
      existing.length > 0 && !this.#draws.chance(40) ? this.#draws.pick(existing) : this.#define(newType, depth);
    for (const variable of fragment.uses) this.#uses.add(variable);
    return fragment;
  }

  #define(type: GraphQLCompositeType, depth: number): Fragment {
    const { text, uses } = this.#collectingVariables(() => this.#selectionSet(type, depth - 1));
    // Named after its selection set is generated, so that it cannot spread itself.
    const name = PROTOTYPE_NAMES[this.fragments.length - 2] ?? `F${this.fragments.length}`;
    const fragment = { name, type, text: `fragment ${name} on ${type} ${text}`, uses };
    this.fragments.push(fragment);
    return fragment;
  }

  #field(type: GraphQLCompositeType, depth: number): string {
    const field = this.#pickField(type, depth);
    const key = this.#keys.for(field, () => this.#collectingVariables(() => this.#inputs.arguments(field.args)));
    for (const variable of key.arguments.uses) this.#uses.add(variable);
    const alias = key.name === field.name ? '' : `${key.name}: `;
    const start = `${alias}${field.name}${key.arguments.text} ${this.#directives()}`;
    const namedType = getNamedType(field.type);
    if (!isCompositeType(namedType)) return start;
    this.#parentsLeft--;
    // Validation limits the depth of lists in introspection.
    return `${start} ${this.#selectionSet(namedType, Math.min(depth - 1, field.name.startsWith('__') ? 2 : MAX_DEPTH))}`;
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

  /** Generates a part of the document, and collects the variables in it. */
  #collectingVariables(write: () => string): Written {
    const around = this.#uses;
    const uses = new Set<Variable>();
    this.#uses = uses;
    const text = write();
    this.#uses = around;
    return { text, uses };
  }
}
