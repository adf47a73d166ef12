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

/** Something that is written, and the variables in it. */
export interface Written {
  readonly text: string;
  readonly uses: ReadonlySet<Variable>;
}

/** What a name stands for in every answer. */
export interface Key {
  readonly name: string;
  /** The field, with the types of its arguments and its own. */
  readonly signature: string;
  readonly arguments: Written;
}

/** Names that objects have already, one that makes a promise of an object, and some that other fields have. */
const UNUSUAL = ['__proto__', 'constructor', 'then', 'hasOwnProperty', 'id', 'nodes'];

/** The names of fields in answers: each stands for one thing, so that whatever is selected under it can be merged. */
export class Keys {
  readonly #draws: Draws;
  readonly #keys = new Map<string, Key>();

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  /**
   * A name for a field and arguments: one that stands for them already, or a new one.
   *
   * @param draw Draws arguments.
   */
  for({ name, type, args }: Field, draw: () => Written): Key {
    const signature = `${name}(${args.map((argument) => `${argument.name}: ${argument.type}`).join(', ')}): ${type}`;
    const known = [...this.#keys.values()].filter((key) => key.signature === signature);
    if (known.length > 0 && !this.#draws.chance(40)) return this.#draws.pick(known);
    const given = draw();
    const same = known.find((key) => key.arguments.text === given.text);
    if (same && !this.#draws.chance(40)) return same;
    const key = { name: this.#newName(name), signature, arguments: given };
    this.#keys.set(key.name, key);
    return key;
  }

  #newName(field: string): string {
    const free = [field, ...UNUSUAL].filter((name) => !this.#keys.has(name));
    if (free.length > 0 && this.#draws.chance(5)) return this.#draws.pick(free);
    return free.includes(field) && !this.#draws.chance(15) ? field : `a${this.#keys.size}`;
  }
}

/** The fields of a document by their names in answers, where a name stands for one thing. */
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
