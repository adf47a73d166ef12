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

/** A variable of a generated operation. */
export interface Variable {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Default value, as a literal. */
  readonly defaultValue: string | undefined;
}

export const declarationOf = ({ name, type, defaultValue }: Variable): string =>
  `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;

/** Properties of `Object.prototype`, which break lookups by name in plain objects. */
const PROTOTYPE_NAMES = ['constructor', 'toString', 'hasOwnProperty'];

/** Generates valid input: literals, the variables in them, and values for the variables. */
export class Inputs {
  readonly variables: Variable[] = [];
  /** Called for every use of a variable. */
  onUse: (variable: Variable) => void = () => {};
  readonly #draws: Draws;
  readonly #scalars: Readonly<Record<string, readonly unknown[]>>;

  /** @param scalars Values of scalars by type name; they replace the default ones. */
  constructor(draws: Draws, scalars: Readonly<Record<string, readonly unknown[]>> = {}) {
    this.#draws = draws;
    this.#scalars = { ...SCALARS, ...scalars };
  }

  /** Arguments in parentheses; an empty string if there are none. */
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

  /** A use of a variable that is allowed in a position of the type. */
  variable(type: GraphQLInputType, allowsDefault = true): string {
    const usable = this.variables.filter((variable) => isUsageAllowed(variable, type, allowsDefault));
    const isReused = usable.length > 0 && (usable.length > 3 || !this.#draws.chance(40));
    const variable = isReused ? this.#draws.pick(usable) : this.#declare(type, allowsDefault);
    this.onUse(variable);
    return `$${variable.name}`;
  }

  /** Values for the variables; optional ones may be missing. */
  values(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { name, type, defaultValue } of this.variables) {
      const isRequired = isNonNullType(type) && defaultValue === undefined;
      if (!isRequired && this.#draws.chance(30)) continue;
      values[name] = this.value(type);
    }
    return values;
  }

  /** A JSON value. */
  value(type: GraphQLInputType, depth = 3): unknown {
    if (isNonNullType(type)) return this.#nonNullValue(type.ofType, depth);
    if (this.#draws.chance(15)) return null;
    return this.#nonNullValue(type, depth);
  }

  #declare(type: GraphQLInputType, allowsDefault: boolean): Variable {
    const hasDefault = allowsDefault && this.#draws.chance(30);
    const defaultValue = hasDefault ? this.#literal(type, 1, true) : undefined;
    // A nullable variable with a default is allowed in a non-null position.
    const isNullable = hasDefault && isNonNullType(type) && this.#draws.chance(50);
    const name = PROTOTYPE_NAMES[this.variables.length - 2] ?? `v${this.variables.length}`;
    const variable = { name, type: isNullable ? type.ofType : type, defaultValue };
    this.variables.push(variable);
    return variable;
  }

  /** A non-null literal. */
  #literal(type: GraphQLInputType, depth: number, isConstant: boolean): string {
    if (isNonNullType(type)) return this.#literal(type.ofType, depth, isConstant);
    const generateNested = (inner: GraphQLInputType) =>
      isConstant ? this.#literal(inner, depth - 1, true) : this.literal(inner, depth - 1);
    if (isListType(type)) {
      // A single value is coerced to a list.
      if (this.#draws.chance(20)) return this.#literal(type.ofType, depth - 1, isConstant);
      return `[${this.#items(depth, () => generateNested(type.ofType)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const generateField = type.isOneOf
        ? (inner: GraphQLInputType) => this.#oneOfValue(inner, depth - 1, isConstant)
        : generateNested;
      const fields = this.#fieldsOf(type, depth).map(([name, wanted]) => `${name}: ${generateField(wanted)}`);
      return `{ ${fields.join(', ')} }`;
    }
    return isEnumType(type) ? this.#draws.pick(type.getValues()).name : JSON.stringify(this.#scalar(type.name));
  }

  /** The value of the field of a OneOf input object. */
  #oneOfValue(type: GraphQLInputType, depth: number, isConstant: boolean): string {
    const wanted = isNonNullType(type) ? type : new GraphQLNonNull(type);
    if (!isConstant && this.#draws.chance(30)) return this.variable(wanted, false);
    return this.#literal(wanted, depth, isConstant);
  }

  #nonNullValue(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#nonNullValue(type.ofType, depth);
    if (isListType(type)) {
      if (this.#draws.chance(20)) return this.#nonNullValue(type.ofType, depth - 1);
      return this.#items(depth, () => this.value(type.ofType, depth - 1));
    }
    if (isInputObjectType(type)) {
      const generate = (wanted: GraphQLInputType) =>
        type.isOneOf ? this.#nonNullValue(wanted, depth - 1) : this.value(wanted, depth - 1);
      return Object.fromEntries(this.#fieldsOf(type, depth).map(([name, wanted]) => [name, generate(wanted)]));
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

  #items<Item>(depth: number, generate: () => Item): Item[] {
    return Array.from({ length: this.#draws.upTo(depth > 0 ? 3 : 0) }, generate);
  }

  #scalar(name: string): unknown {
    return this.#draws.pick(this.#scalars[name] ?? ['text']);
  }
}

/** True if a variable may be used in a position of a type (GraphQL, 5.8.5 "All Variable Usages Are Allowed"). */
function isUsageAllowed({ type, defaultValue }: Variable, wanted: GraphQLInputType, allowsDefault: boolean): boolean {
  const own = `${type}`;
  if (!allowsDefault) return own === `${wanted}`;
  return [own, own.replace(/!$/, ''), ...(defaultValue === undefined ? [] : [`${own}!`])].includes(`${wanted}`);
}

/** Default values of each scalar. */
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
