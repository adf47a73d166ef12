import { type DocumentNode, GraphQLError, type GraphQLSchema, specifiedRules, type ValidationRule } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { extensionsOf } from '../errors.ts';
import { noIntrospection } from './introspection.ts';
import { parseDocument } from './parse-document.ts';
import { selectOperation } from './select-operation.ts';
import { type DocumentLimits, validateDocument } from './validate-document.ts';

export interface DocumentsOptions {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  /** True to allow introspection. */
  introspection: boolean;
  /** True if errors suggest names that are similar to an unknown name. */
  suggestions: boolean;
  /** Called with the text of each document that passes validation. */
  onValid: (text: string) => void;
}

/**
 * Parses and validates documents within the limits, for every transport. Parsed documents and errors are cached for all
 * callers.
 */
export interface Documents {
  /** Returns a cached document that has passed validation; undefined for any other. */
  findValid(text: string): DocumentNode | undefined;
  /**
   * Parses a document.
   *
   * @throws GraphQLError GRAPHQL_PARSE_FAILED for invalid syntax, or above a limit on its size.
   */
  parse(text: string): DocumentNode;
  /** Validates a parsed document. Returns GraphQLErrors GRAPHQL_VALIDATION_FAILED; none for a valid document. */
  validate(document: DocumentNode): readonly GraphQLError[];
  /** Parses and validates a document. Returns its errors unless it is valid. */
  read(text: string): DocumentNode | readonly GraphQLError[];
}

/**
 * Maximum total length of the cached documents, in characters. A parsed document with its execution plans takes about
 * 100 times the memory of its text.
 */
const MAX_CHARACTERS = 500_000;

export function createDocuments({ schema, introspection, onValid, ...options }: DocumentsOptions): Documents {
  const rules: readonly ValidationRule[] = introspection ? specifiedRules : [...specifiedRules, noIntrospection];
  const parsed = new LRUCache<string, DocumentNode | GraphQLError>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
    memoMethod(text) {
      try {
        return parseDocument(text, options.limits);
      } catch (error) {
        if (error instanceof GraphQLError) return error;
        throw error;
      }
    },
  });
  const validated = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  const parse = (text: string): DocumentNode => {
    const document = parsed.memo(text);
    if (document instanceof Error) throw document;
    return document;
  };
  const validate = (document: DocumentNode): readonly GraphQLError[] => {
    const known = validated.get(document);
    if (known) return known;
    const errors = validateDocument(schema, document, rules, options);
    for (const { extensions } of errors) Object.assign(extensions, extensionsOf('GRAPHQL_VALIDATION_FAILED'));
    validated.set(document, errors);
    const text = document.loc?.source.body;
    if (errors.length === 0 && text !== undefined) onValid(text);
    return errors;
  };

  return {
    findValid(text) {
      const document = parsed.get(text);
      return document && !(document instanceof Error) && validated.get(document)?.length === 0 ? document : undefined;
    },
    parse,
    validate,
    read(text) {
      const document = parsed.memo(text);
      if (document instanceof Error) return [document];
      const errors = validate(document);
      return errors.length > 0 ? errors : document;
    },
  };
}

/** A Yoga plugin that parses and validates with {@link Documents}. */
export const useDocuments = ({ parse, validate }: Documents): Plugin => ({
  onParse({ setParseFn }) {
    setParseFn((text: string) => parse(text));
    return ({ result, context }) => {
      if (!(result instanceof Error)) requireOperation(result, context);
      // Thrown, because Yoga would respond with 200 if the client accepts only `application/json`.
      else if (result instanceof GraphQLError && isForEveryMediaType(result)) throw result;
    };
  },
  onValidate({ setValidationFn }) {
    setValidationFn((_schema: GraphQLSchema, document: DocumentNode) => validate(document));
  },
});

/** True unless the status of an error is only for clients that accept `application/graphql-response+json`. */
const isForEveryMediaType = ({ extensions: { http } }: GraphQLError): boolean =>
  (http as { spec?: boolean } | undefined)?.spec !== true;

/** Explains a missing operation, before Yoga responds with less detail. */
function requireOperation(document: DocumentNode, { params }: { params?: GraphQLParams }): void {
  const selected = selectOperation(document, params?.operationName);
  if (!(selected instanceof GraphQLError)) return;
  const { message, extensions } = selected;
  throw new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
}
