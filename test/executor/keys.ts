import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Draws } from './draws.ts';
import type { Variable } from './inputs.ts';

export type Field = GraphQLField<unknown, unknown>;

/** A part of a document, and the variables in it. */
export interface Written {
  readonly text: string;
  readonly uses: ReadonlySet<Variable>;
}

/** A response key: always for the same field and arguments. */
export interface Key {
  readonly name: string;
  /** Field name, argument types and field type. */
  readonly signature: string;
  readonly arguments: Written;
}

/** Properties of `Object.prototype`, `then`, and names of other fields. */
const UNUSUAL = ['__proto__', 'constructor', 'then', 'hasOwnProperty', 'id', 'nodes'];

/** Generates response keys. Each always has the same field and arguments, so that all selections can be merged. */
export class Keys {
  readonly #draws: Draws;
  readonly #keys = new Map<string, Key>();

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  /**
   * Returns an existing or new key for a field.
   *
   * @param generateArguments Generates arguments.
   */
  for({ name, type, args }: Field, generateArguments: () => Written): Key {
    const signature = `${name}(${args.map((argument) => `${argument.name}: ${argument.type}`).join(', ')}): ${type}`;
    const candidates = [...this.#keys.values()].filter((key) => key.signature === signature);
    if (candidates.length > 0 && !this.#draws.chance(40)) return this.#draws.pick(candidates);
    const generated = generateArguments();
    const same = candidates.find((key) => key.arguments.text === generated.text);
    if (same && !this.#draws.chance(40)) return same;
    const key = { name: this.#newName(name), signature, arguments: generated };
    this.#keys.set(key.name, key);
    return key;
  }

  #newName(field: string): string {
    const free = [field, ...UNUSUAL].filter((name) => !this.#keys.has(name));
    if (free.length > 0 && this.#draws.chance(5)) return this.#draws.pick(free);
    return free.includes(field) && !this.#draws.chance(15) ? field : `a${this.#keys.size}`;
  }
}

/** Fields of a document by response key. */
export type DocumentFields = ReadonlyMap<string, Field>;

export function fieldsIn(schema: GraphQLSchema, document: DocumentNode): DocumentFields {
  const fields = new Map<string, Field>();
  const info = new TypeInfo(schema);
  const note = ({ alias, name }: FieldNode) => {
    const field = info.getFieldDef();
    if (field) fields.set((alias ?? name).value, field);
  };
  visit(document, visitWithTypeInfo(info, { Field: note }));
  return fields;
}
