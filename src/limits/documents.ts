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
 * Maximum total size of the cached documents, in characters. A parsed document with its execution plans takes about 100
 * times the memory of its text, and some kilobytes more.
 */
const MAX_CHARACTERS = 500_000;
const CHARACTERS_PER_DOCUMENT = 200;

/** Maximum number of invalid documents whose errors are cached, so that clients that repeat them cost little. */
const MAX_INVALID = 200;

export function createDocuments({ schema, introspection, onValid, ...options }: DocumentsOptions): Documents {
  const rules: readonly ValidationRule[] = introspection ? specifiedRules : [...specifiedRules, noIntrospection];
  const parsed = new LRUCache<string, DocumentNode>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_, text) => text.length + CHARACTERS_PER_DOCUMENT,
  });
  const valid = new WeakSet<DocumentNode>();
  const syntaxErrors = new LRUCache<string, GraphQLError>({ max: MAX_INVALID });
  const validationErrors = new LRUCache<string, readonly GraphQLError[]>({ max: MAX_INVALID });

  const parse = (text: string): DocumentNode => {
    const known = parsed.get(text);
    if (known) return known;
    const knownError = syntaxErrors.get(text);
    if (knownError) throw knownError;
    try {
      const document = parseDocument(text, options.limits);
      parsed.set(text, document);
      return document;
    } catch (error) {
      if (error instanceof GraphQLError) syntaxErrors.set(text, withoutStack(error));
      throw error;
    }
  };

  const validate = (document: DocumentNode): readonly GraphQLError[] => {
    if (valid.has(document)) return [];
    const text = document.loc?.source.body ?? '';
    const known = validationErrors.get(text);
    if (known) return known;
    const errors = validateDocument(schema, document, rules, options).map(withoutStack);
    for (const { extensions } of errors) {
      Object.assign(extensions, { ...extensionsOf('GRAPHQL_VALIDATION_FAILED'), ...extensions });
    }
    if (errors.length > 0) validationErrors.set(text, errors);
    else {
      valid.add(document);
      onValid(text);
    }
    return errors;
  };

  return {
    findValid(text) {
      const document = parsed.get(text);
      return document && valid.has(document) ? document : undefined;
    },
    parse,
    validate,
    read(text) {
      try {
        const document = parse(text);
        const errors = validate(document);
        return errors.length > 0 ? errors : document;
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
    },
  };
}

/** Drops the stack of an error that is cached. V8 keeps the functions and objects of a stack alive until it is read. */
function withoutStack(error: GraphQLError): GraphQLError {
  error.stack = error.message;
  return error;
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
