import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  SingleFieldSubscriptionsRule,
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

export type DocumentLimits = Omit<OperationLimits, 'cost' | 'responseBytes'>;

/** Sufficient for tools: the standard introspection query is 15 fields deep. graphql-js limits its nested lists. */
const MAX_INTROSPECTION_DEPTH = 20;

/**
 * Validates a document. Its size is measured first, because some rules of the specification are slow for large
 * documents.
 *
 * @param suggestions True if errors suggest names that are similar to an unknown name.
 */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[],
  { limits, suggestions }: { limits: DocumentLimits; suggestions: boolean },
): readonly GraphQLError[] {
  const limitErrors = limitErrorsOf(document, limits);
  if (limitErrors.length > 0) return limitErrors;
  return catchStackOverflow(
    () => {
      const options = { hideSuggestions: !suggestions, maxErrors: limits.reportedErrors };
      return toReport(validate(schema, document, withSingleRootField(rules), options), limits);
    },
    () => [validationError(TOO_DEEP)],
  );
}

const withSingleRootField = (rules: readonly ValidationRule[]): ValidationRule[] =>
  rules.map((rule) => (rule === SingleFieldSubscriptionsRule ? singleRootField : rule));

/** The validation errors for the response: with short messages, and with the reason if validation stopped early. */
function toReport(errors: readonly GraphQLError[], limits: DocumentLimits): readonly GraphQLError[] {
  return errors.map((error) => {
    // Each rule locates its errors in the document. Only the error that validation stopped early has no location.
    if (error.locations) return Object.assign(error, { message: shorten(error.message) });
    if (errors.length > limits.reportedErrors) return validationError(moreErrors(limits.reportedErrors));
    return validationError(
      `Validation was stopped, because checking whether the fields of this document can be merged takes too many comparisons (${SETTINGS.comparisons}). ${ADVICE}`,
    );
  });
}

const moreErrors = (reported: number): string =>
  `A response reports ${reported} errors (${SETTINGS.reportedErrors}). Validation stopped there, so there may be more.`;

const ADVICE = 'Select each field only once per selection, and spread fewer fragments in it.';

/** The errors of a document that exceeds its limits. */
function limitErrorsOf(document: DocumentNode, limits: DocumentLimits): GraphQLError[] {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > limits.operations) {
    const message = `A document may have ${limits.operations} operations (${SETTINGS.operations}), but this one has ${operations.length}. Send only the operation to execute.`;
    return [validationError(message)];
  }
  return catchStackOverflow(
    () => {
      const measure = createMeasure(document);
      const errors = operations.flatMap((operation) => operationErrorsOf(operation, measure(operation), limits));
      return errors.length > 0 || countComparisons(document, limits.comparisons) <= limits.comparisons
        ? errors
        : [tooManyComparisons(limits.comparisons)];
    },
    () => [validationError(TOO_DEEP)],
  );
}

function operationErrorsOf(
  operation: OperationDefinitionNode,
  { introspectionDepth, ...measure }: Measure,
  limits: DocumentLimits,
): GraphQLError[] {
  const errors: GraphQLError[] = [];
  const report = (message: string) => void errors.push(validationError(message, operation));
  const counted = 'including its fragments';
  const { depth, aliases, directives, rootFields } = measure;
  if (depth > limits.depth)
    report(
      `An operation may be ${limits.depth} fields deep (${SETTINGS.depth}), but this one is ${depth}. Query deeper objects by their ids.`,
    );
  if (introspectionDepth > MAX_INTROSPECTION_DEPTH)
    report(
      `Introspection may be ${MAX_INTROSPECTION_DEPTH} fields deep, but this one is ${introspectionDepth}. Query types by name instead.`,
    );
  if (aliases > limits.aliases)
    report(
      `An operation may have ${limits.aliases} aliases (${SETTINGS.aliases}), but this one has ${aliases}, ${counted}. Send several operations, or query several objects with \`nodes\`.`,
    );
  if (directives > limits.directives)
    report(
      `An operation may have ${limits.directives} directives (${SETTINGS.directives}), but this one has ${directives}, ${counted}. Remove unneeded directives, or send several operations.`,
    );
  if (rootFields > limits.rootFields)
    report(
      `An operation may have ${limits.rootFields} root fields (${SETTINGS.rootFields}), but this one has ${rootFields}, ${counted}. Send several operations.`,
    );
  return errors;
}

const tooManyComparisons = (max: number): GraphQLError =>
  validationError(
    `A document may have ${max} pairs of fields with the same response name, or of fragments spread in the same selection (${SETTINGS.comparisons}), but this one has more. ${ADVICE}`,
  );

/** A validation error with status 400 for every media type that the client accepts. */
const validationError = (message: string, operation?: OperationDefinitionNode): GraphQLError =>
  new GraphQLError(message, {
    ...(operation && { nodes: operation }),
    extensions: publicError('GRAPHQL_VALIDATION_FAILED', message, { http: { status: 400, spec: false } }).extensions,
  });
