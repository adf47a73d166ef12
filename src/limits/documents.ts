import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type ParseOptions,
  parse,
  SingleFieldSubscriptionsRule,
  type Source,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { extensionsOf, publicError } from '../errors.ts';
import { chosenOperation } from './chosen-operation.ts';
import { noIntrospection } from './introspection.ts';
import { type OperationLimits, SETTINGS } from './limits.ts';
import { createMeasure, type Measure } from './measure.ts';
import { singleRootField } from './subscription-root.ts';

export interface DocumentLimitsOptions {
  limits: Omit<OperationLimits, 'cost'>;
  /** Whether the schema is told. */
  introspection: boolean;
  /** Whether errors suggest names that come close to an unknown one. */
  suggestions: boolean;
}

/** Enough for what tools ask for: the standard introspection query is 15 deep. graphql-js bounds its lists within lists. */
const INTROSPECTION_DEPTH = 20;

/**
 * Refuses documents that are larger than anybody needs, on every transport. They are measured when they are validated for
 * the first time, before the rules of the specification, some of which take long for large ones; Yoga's cache keeps the
 * verdict with the document.
 */
export function useDocumentLimits({ limits, introspection, suggestions }: DocumentLimitsOptions): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) =>
        parseWithin(source, { ...options, maxTokens: limits.tokens }),
      );
      return ({ result, context }) => {
        // Yoga answers a syntax error with 200 to who accepts `application/json` alone; this is another refusal.
        if (result instanceof TooLargeError) throw result.refusal;
        if (!(result instanceof Error)) requireOperation(result, context);
      };
    },
    onValidate({ setValidationFn, addValidationRule }) {
      if (!introspection) addValidationRule(noIntrospection);
      setValidationFn((...[schema, document, rules]: Parameters<typeof validate>) => {
        const mistakes = mistakesIn(document, limits);
        if (mistakes.length > 0) return mistakes;
        return withinStack(
          () => validate(schema, document, withSingleRootField(rules), { hideSuggestions: !suggestions }),
          () => [refusal(TOO_DEEP)],
        );
      });
    },
  };
}

const withSingleRootField = (rules: readonly ValidationRule[] = specifiedRules): ValidationRule[] =>
  rules.map((rule) => (rule === SingleFieldSubscriptionsRule ? singleRootField : rule));

const TOO_DEEP = 'The document is nested more deeply than it can be read. Send less at once.';

/** A document that was not read to its end. */
class TooLargeError extends Error {
  readonly refusal: GraphQLError;

  constructor(message: string) {
    super(message);
    this.refusal = publicError('GRAPHQL_PARSE_FAILED', message, { http: { status: 400 } });
  }
}

function parseWithin(source: string | Source, options: ParseOptions & { maxTokens: number }): DocumentNode {
  try {
    return withinStack(
      () => parse(source, options),
      () => {
        throw new TooLargeError(TOO_DEEP);
      },
    );
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (!/more tha[nt] \d+ tokens/.test(error.message)) {
      // Yoga says so only to who asks first, and over HTTP.
      const extensions = { ...extensionsOf('GRAPHQL_PARSE_FAILED'), http: { spec: true, status: 400 } };
      throw Object.assign(error, { extensions });
    }
    const message = `A document may have ${options.maxTokens} tokens (${SETTINGS.tokens}), but this one has more. Put values into variables, or send it as several documents.`;
    throw new TooLargeError(message);
  }
}

/** Says over HTTP what is wrong with a missing operation, before Yoga does in fewer words. Sockets look by themselves. */
function requireOperation(document: DocumentNode, { params }: { params?: GraphQLParams }): void {
  if (!params) return;
  const found = chosenOperation(document, params.operationName);
  if (!(found instanceof GraphQLError)) return;
  const { message, extensions } = found;
  throw new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
}

/** graphql-js reads nested things by recursion. With a high limit of tokens the stack may end before the document. */
function withinStack<Result>(read: () => Result, otherwise: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return otherwise();
    throw error;
  }
}

function mistakesIn(document: DocumentNode, limits: DocumentLimitsOptions['limits']): GraphQLError[] {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > limits.operations) {
    const message = `A document may have ${limits.operations} operations (${SETTINGS.operations}), but this one has ${operations.length}. Send only what is to run.`;
    return [refusal(message)];
  }
  return withinStack(
    () => {
      const measure = createMeasure(document);
      return operations.flatMap((operation) => mistakesOf(operation, measure(operation), limits));
    },
    () => [refusal(TOO_DEEP)],
  );
}

function mistakesOf(
  operation: OperationDefinitionNode,
  { introspectionDepth, ...measure }: Measure,
  limits: DocumentLimitsOptions['limits'],
): GraphQLError[] {
  const mistakes: GraphQLError[] = [];
  const say = (message: string) => void mistakes.push(refusal(message, operation));
  const whole = 'with what its fragments hold';
  const { depth, aliases, directives, rootFields } = measure;
  if (depth > limits.depth)
    say(
      `An operation may be ${limits.depth} fields deep (${SETTINGS.depth}), but this one is ${depth}. Ask for what lies deeper by its id.`,
    );
  if (introspectionDepth > INTROSPECTION_DEPTH)
    say(
      `Introspection may be ${INTROSPECTION_DEPTH} fields deep, but this one is ${introspectionDepth}. Ask for named types instead.`,
    );
  if (aliases > limits.aliases)
    say(
      `An operation may have ${limits.aliases} aliases (${SETTINGS.aliases}), but this one has ${aliases}, ${whole}. Send several operations, or ask for many things by \`nodes\`.`,
    );
  if (directives > limits.directives)
    say(
      `An operation may have ${limits.directives} directives (${SETTINGS.directives}), but this one has ${directives}, ${whole}. Leave out what is not needed, or send several operations.`,
    );
  if (rootFields > limits.rootFields)
    say(
      `An operation may have ${limits.rootFields} fields of its own (${SETTINGS.rootFields}), but this one has ${rootFields}, ${whole}. Send several operations.`,
    );
  return mistakes;
}

/** Status 400, whatever media type the client accepts. */
const refusal = (message: string, operation?: OperationDefinitionNode): GraphQLError =>
  new GraphQLError(message, {
    ...(operation && { nodes: operation }),
    extensions: publicError('GRAPHQL_VALIDATION_FAILED', message, { http: { status: 400, spec: false } }).extensions,
  });
