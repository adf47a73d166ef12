import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute as interpret, parse } from 'graphql';
import { describeResult, type Expected, expectedBy } from './compare.ts';
import { type DocumentOptions, drawDocument } from './documents.ts';
import { type DrawnSchema, drawSchema } from './drawn-schema.ts';
import type { Draws } from './draws.ts';
import { fieldsIn } from './keys.ts';
import { thing } from './resolvers.ts';
import { World, type WorldOptions } from './world.ts';

export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** The graph's types with drawn resolvers, in each way in which values can tell their types. */
export const schemas: readonly (DrawnSchema & { namesTypes: boolean })[] = [0, 1, 2, 3].map((variant) => ({
  ...drawSchema(variant),
  namesTypes: variant === 1,
}));

/** An operation to execute, and in which world. */
export interface Case {
  readonly drawn: DrawnSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variableValues: Record<string, unknown>;
  readonly options: WorldOptions;
}

/**
 * Draws a document, and as many cases of it as are asked for.
 *
 * @param options.mishaps How often something may go wrong. @default never to often
 */
export function drawCases(
  draws: Draws,
  options: Omit<DocumentOptions, 'schema'> & { mishaps?: readonly number[] } = {},
) {
  const drawn = draws.pick(schemas);
  let seed = draws.upTo(9_999);
  const mishaps = draws.pick(options.mishaps ?? [0, 1, 5, 20]);
  const { text, names, values } = drawDocument(draws, { ...options, schema: drawn.schema });
  const document = parse(text);
  const next = (): Case => ({
    drawn,
    document,
    operationName: names[draws.upTo(names.length - 1)],
    variableValues: values(),
    options: { seed: seed++, mishaps, namesTypes: drawn.namesTypes },
  });
  return { text, next };
}

/** What a person needs to know of a case. */
export const told = ({ operationName, variableValues, options }: Case) => ({ operationName, variableValues, options });

/** What a case needs to be executed. */
export function argumentsOf(
  { drawn, document, operationName, variableValues }: Case,
  world: World,
  schema = drawn.schema,
): ExecutionArgs {
  const rootValue = thing(world, drawn.schema, '', 'Query');
  return { schema, document, operationName: operationName ?? null, variableValues, rootValue, contextValue: world };
}

/** What an executor makes of a case in which everything comes at once, and what it calls for that. */
export function answerAtOnce(execute: Execute, one: Case) {
  const world = new World({ ...one.options, misleads: true });
  const result = execute(argumentsOf(one, world));
  return 'then' in result ? 'a promise' : { ...describeResult(result), calls: world.calls };
}

/** What can become of a case in which some things come later. */
export function expectedOf(one: Case): Expected {
  const atOnce = interpretAtOnce(argumentsOf(one, new World(one.options)));
  const world = new World({ ...one.options, endsLists: true });
  const lenient = interpretAtOnce(argumentsOf(one, world, one.drawn.lenient));
  return expectedBy(atOnce, { lenient, broken: world.broken, fields: fieldsIn(one.drawn.schema, one.document) });
}

function interpretAtOnce(args: ExecutionArgs): ExecutionResult {
  const result = interpret(args);
  if ('then' in result) throw new TypeError('Everything was to come at once.');
  return result;
}
