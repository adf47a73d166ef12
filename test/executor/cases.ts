import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  parse,
  execute as referenceExecute,
} from 'graphql';
import { derivePossibleResults, describeResult, type PossibleResults } from './compare.ts';
import { TestContext, type TestContextOptions } from './context.ts';
import { type DocumentOptions, drawDocument } from './documents.ts';
import { type DrawnSchema, drawSchema } from './drawn-schema.ts';
import type { Draws } from './draws.ts';
import { fieldsIn } from './keys.ts';
import { createSource } from './resolvers.ts';

export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** The schema's types with generated resolvers, once for each way in which a value's object type can be resolved. */
export const schemas: readonly (DrawnSchema & { hasTypenames: boolean })[] = [0, 1, 2, 3].map((variant) => ({
  ...drawSchema(variant),
  hasTypenames: variant === 1,
}));

/** An operation to execute, with the options of its context. */
export interface Case {
  readonly drawn: DrawnSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variableValues: Record<string, unknown>;
  readonly options: TestContextOptions;
}

/**
 * Generates a document, and a function that generates cases of it.
 *
 * @param options.failureRate Failure rates to pick from, in percent. @default [0, 1, 5, 20]
 */
export function drawCases(
  draws: Draws,
  options: Omit<DocumentOptions, 'schema'> & { failureRate?: readonly number[] } = {},
) {
  const drawn = draws.pick(schemas);
  let seed = draws.upTo(9_999);
  const failureRate = draws.pick(options.failureRate ?? [0, 1, 5, 20]);
  const { text, names, values } = drawDocument(draws, { ...options, schema: drawn.schema });
  const document = parse(text);
  const next = (): Case => ({
    drawn,
    document,
    operationName: names[draws.upTo(names.length - 1)],
    variableValues: values(),
    options: { seed: seed++, failureRate, hasTypenames: drawn.hasTypenames },
  });
  return { text, next };
}

/** The parts of a case that a failure message contains. */
export const describeCase = ({ operationName, variableValues, options }: Case) => ({
  operationName,
  variableValues,
  options,
});

/** Execution arguments of a case. */
export function argumentsOf(
  { drawn, document, operationName, variableValues }: Case,
  context: TestContext,
  schema = drawn.schema,
): ExecutionArgs {
  const rootValue = createSource(context, drawn.schema, '', 'Query');
  return { schema, document, operationName: operationName ?? null, variableValues, rootValue, contextValue: context };
}

/** Executes a case without promises. Returns the described result and the resolver calls. */
export function executeSync(execute: Execute, testCase: Case) {
  const context = new TestContext({ ...testCase.options, misplacesErrors: true });
  const result = execute(argumentsOf(testCase, context));
  return 'then' in result ? 'unexpected promise' : { ...describeResult(result), calls: context.calls };
}

/** The results that are possible for a case with promises. */
export function possibleResults(testCase: Case): PossibleResults {
  const synchronous = referenceExecuteSync(argumentsOf(testCase, new TestContext(testCase.options)));
  const context = new TestContext({ ...testCase.options, completesIterators: true });
  const lenient = referenceExecuteSync(argumentsOf(testCase, context, testCase.drawn.lenient));
  return derivePossibleResults(synchronous, {
    lenient,
    failingLists: context.failingLists,
    fields: fieldsIn(testCase.drawn.schema, testCase.document),
  });
}

function referenceExecuteSync(args: ExecutionArgs): ExecutionResult {
  const result = referenceExecute(args);
  if ('then' in result) throw new TypeError('Expected a synchronous result, got a promise.');
  return result;
}
