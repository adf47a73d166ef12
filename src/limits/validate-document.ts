import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { publicError } from '../errors.ts';
import { shorten } from '../util/shorten.ts';
import { countComparisons } from './comparisons.ts';
import { type OperationLimits, SETTINGS } from './limits.ts';
import { createMeasure, type Measure } from './measure.ts';
import { catchStackOverflow, TOO_DEEP } from './stack.ts';
import { singleRootField } from './subscription-root.ts';

/** The limits of documents. */
export type DocumentLimits = Omit<OperationLimits, 'cost' | 'responseBytes'>;

/** Enough for what tools ask for: the standard introspection query is 15 deep. graphql-js bounds its lists within lists. */
const INTROSPECTION_DEPTH = 20;

/**
 * Validates a document. Its size is measured first, because some rules of the specification take long for large ones.
 *
 * @param suggestions Whether errors suggest names that come close to an unknown one.
 */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[] | undefined,
  { limits, suggestions }: { limits: DocumentLimits; suggestions: boolean },
): readonly GraphQLError[] {
  const mistakes = mistakesIn(document, limits);
  if (mistakes.length > 0) return mistakes;
  return catchStackOverflow(
    () => {
      const options = { hideSuggestions: !suggestions, maxErrors: limits.reportedErrors };
      return reportOf(validate(schema, document, withSingleRootField(rules), options), limits);
    },
    () => [refusal(TOO_DEEP)],
  );
}

const withSingleRootField = (rules: readonly ValidationRule[] = specifiedRules): ValidationRule[] =>
  rules.map((rule) => (rule === SingleFieldSubscriptionsRule ? singleRootField : rule));

/** The validation errors as clients get them: short, and with the reason where validation stopped early. */
function reportOf(errors: readonly GraphQLError[], limits: DocumentLimits): readonly GraphQLError[] {
  return errors.map((error) => {
    if (!error.message.endsWith('Validation aborted.'))
      return Object.assign(error, { message: shorten(error.message) });
    if (errors.length > limits.reportedErrors) return refusal(moreMistakes(limits.reportedErrors));
    return refusal(
      `Validation was stopped, because it takes too many comparisons to find out whether the fields of this document can be merged (${SETTINGS.comparisons}). ${ADVICE}`,
    );
  });
}

const moreMistakes = (reported: number): string =>
  `A response reports ${reported} errors (${SETTINGS.reportedErrors}). Validation stopped there, so there may be more.`;

const ADVICE = 'Select each field once in one place, and spread fewer fragments there.';

function mistakesIn(document: DocumentNode, limits: DocumentLimits): GraphQLError[] {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > limits.operations) {
    const message = `A document may have ${limits.operations} operations (${SETTINGS.operations}), but this one has ${operations.length}. Send only what is to run.`;
    return [refusal(message)];
  }
  return catchStackOverflow(
    () => {
      const measure = createMeasure(document);
      const mistakes = operations.flatMap((operation) => mistakesOf(operation, measure(operation), limits));
      return mistakes.length > 0 || countComparisons(document, limits.comparisons) <= limits.comparisons
        ? mistakes
        : [tooManyComparisons(limits.comparisons)];
    },
    () => [refusal(TOO_DEEP)],
  );
}

function mistakesOf(
  operation: OperationDefinitionNode,
  { introspectionDepth, ...measure }: Measure,
  limits: DocumentLimits,
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

const tooManyComparisons = (most: number): GraphQLError =>
  refusal(
    `A document may have ${most} pairs of fields with one name in one place, or of fragments spread there (${SETTINGS.comparisons}), but this one has more. ${ADVICE}`,
  );

/** Status 400, whatever media type the client accepts. */
const refusal = (message: string, operation?: OperationDefinitionNode): GraphQLError =>
  new GraphQLError(message, {
    ...(operation && { nodes: operation }),
    extensions: publicError('GRAPHQL_VALIDATION_FAILED', message, { http: { status: 400, spec: false } }).extensions,
  });
