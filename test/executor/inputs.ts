import {
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLNonNull,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Draws } from './draws.ts';

/** A variable of a drawn operation. */
export interface Variable {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** The literal that it has when nothing is given. */
  readonly fallback: string | undefined;
}

export const declarationOf = ({ name, type, fallback }: Variable): string =>
  `$${name}: ${type}${fallback === undefined ? '' : ` = ${fallback}`}`;

/** Names that objects have already, for whoever keeps things by name. */
const HOSTILE = ['constructor', 'toString', 'hasOwnProperty'];

/** Draws input that is valid: literals, the variables in them, and values for the variables. */
export class Inputs {
  readonly variables: Variable[] = [];
  /** Told of every variable that is written. */
  onUse: (variable: Variable) => void = () => {};
  readonly #draws: Draws;
  readonly #scalars: Readonly<Record<string, readonly unknown[]>>;

  /** @param scalars Values of scalars by their names, where they differ from the usual ones. */
  constructor(draws: Draws, scalars: Readonly<Record<string, readonly unknown[]>> = {}) {
    this.#draws = draws;
    this.#scalars = { ...SCALARS, ...scalars };
  }

  /** Arguments in brackets; nothing when there are none. */
  arguments(wanted: readonly GraphQLArgument[]): string {
    const given = wanted.filter((argument) => isRequiredArgument(argument) || this.#draws.chance(35));
    if (given.length === 0) return '';
    return `(${given.map(({ name, type }) => `${name}: ${this.literal(type)}`).join(', ')})`;
  }

  /** A literal or a variable. */
  literal(type: GraphQLInputType, depth = 2): string {
    if (this.#draws.chance(30)) return this.variable(type);
    if (!isNonNullType(type) && this.#draws.chance(10)) return 'null';
    return this.#literal(type, depth, false);
  }

  /** A variable that may stand where this type is wanted. */
  variable(type: GraphQLInputType, mayFallBack = true): string {
    const known = this.variables.filter((variable) => suits(variable, type, mayFallBack));
    const isKnown = known.length > 0 && (known.length > 3 || !this.#draws.chance(40));
    const variable = isKnown ? this.#draws.pick(known) : this.#declare(type, mayFallBack);
    this.onUse(variable);
    return `$${variable.name}`;
  }

  /** Values for the variables; those that need none may have none. */
  values(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { name, type, fallback } of this.variables) {
      const isRequired = isNonNullType(type) && fallback === undefined;
      if (!isRequired && this.#draws.chance(30)) continue;
      values[name] = this.value(type);
    }
    return values;
  }

  /** A value as JSON has it. */
  value(type: GraphQLInputType, depth = 3): unknown {
    if (isNonNullType(type)) return this.#present(type.ofType, depth);
    if (this.#draws.chance(15)) return null;
    return this.#present(type, depth);
  }

  #declare(type: GraphQLInputType, mayFallBack: boolean): Variable {
    const falls = mayFallBack && this.#draws.chance(30);
    const fallback = falls ? this.#literal(type, 1, true) : undefined;
    // With a default, a variable may be null although null may not stand where it does.
    const isNullable = falls && isNonNullType(type) && this.#draws.chance(50);
    const name = HOSTILE[this.variables.length - 2] ?? `v${this.variables.length}`;
    const variable = { name, type: isNullable ? type.ofType : type, fallback };
    this.variables.push(variable);
    return variable;
  }

  /** A literal that is not null itself. */
  #literal(type: GraphQLInputType, depth: number, isConstant: boolean): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, depth, isConstant);
    const within = (inner: GraphQLInputType) =>
      isConstant ? this.#literal(inner, depth - 1, true) : this.literal(inner, depth - 1);
    if (isListType(type)) {
      // A value that is no list stands for a list of itself.
      if (this.#draws.chance(20)) return this.#literal(type.ofType, depth - 1, isConstant);
      return `[${this.#several(depth, () => within(type.ofType)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const inField = type.isOneOf ? (inner: GraphQLInputType) => this.#only(inner, depth - 1, isConstant) : within;
      const fields = this.#fieldsOf(type, depth).map(([name, wanted]) => `${name}: ${inField(wanted)}`);
      return `{ ${fields.join(', ')} }`;
    }
    return isEnumType(type) ? this.#draws.pick(type.getValues()).name : JSON.stringify(this.#scalar(type.name));
  }

  /** The one field of an object that takes exactly one. */
  #only(type: GraphQLInputType, depth: number, isConstant: boolean): string {
    const wanted = isNonNullType(type) ? type : new GraphQLNonNull(type);
    if (!isConstant && this.#draws.chance(30)) return this.variable(wanted, false);
    return this.#literal(wanted, depth, isConstant);
  }

  #present(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#present(type.ofType, depth);
    if (isListType(type)) {
      if (this.#draws.chance(20)) return this.#present(type.ofType, depth - 1);
      return this.#several(depth, () => this.value(type.ofType, depth - 1));
    }
    if (isInputObjectType(type)) {
      const draw = (wanted: GraphQLInputType) =>
        type.isOneOf ? this.#present(wanted, depth - 1) : this.value(wanted, depth - 1);
      return Object.fromEntries(this.#fieldsOf(type, depth).map(([name, wanted]) => [name, draw(wanted)]));
    }
    return isEnumType(type) ? this.#draws.pick(type.getValues()).name : this.#scalar(type.name);
  }

  #fieldsOf(type: GraphQLInputObjectType, depth: number): [name: string, type: GraphQLInputType][] {
    const fields = Object.values(type.getFields());
    const given = type.isOneOf
      ? [this.#draws.pick(fields)]
      : fields.filter((field) => isRequiredInputField(field) || (depth > 0 && this.#draws.chance(50)));
    return given.map((field) => [field.name, field.type]);
  }

  #several<Item>(depth: number, draw: () => Item): Item[] {
    return Array.from({ length: this.#draws.upTo(depth > 0 ? 3 : 0) }, draw);
  }

  #scalar(name: string): unknown {
    return this.#draws.pick(this.#scalars[name] ?? ['text']);
  }
}

/** Where a variable may stand (GraphQL, 5.8.5 "All Variable Usages Are Allowed"). */
function suits({ type, fallback }: Variable, wanted: GraphQLInputType, mayFallBack: boolean): boolean {
  const given = `${type}`;
  if (!mayFallBack) return given === `${wanted}`;
  return [given, given.replace(/!$/, ''), ...(fallback === undefined ? [] : [`${given}!`])].includes(`${wanted}`);
}

/** Values of each scalar. */
const SCALARS: Readonly<Record<string, readonly unknown[]>> = {
  Int: [1, 0, 2, 20, -1, 2_147_483_647],
  Float: [1, 0.5, -2.5, 1_000],
  String: ['text', '', 'Model', 'a "quoted" ü\n'],
  Boolean: [true, false],
  ID: ['1', 7, 'TW9kZWw6MQ', ''],
  SafeInt: [7, 2 ** 40],
  DateTime: ['2026-01-01T00:00:00.000Z'],
  URL: ['https://example.com/'],
  File: ['data:image/png;base64,AAAA'],
};
