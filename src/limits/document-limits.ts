import { type DocumentNode, GraphQLError, type ParseOptions, type Source, type validate } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { noIntrospection } from './introspection.ts';
import { DocumentTooLargeError, parseDocument } from './parse-document.ts';
import { selectOperation } from './select-operation.ts';
import { type DocumentLimits, validateDocument } from './validate-document.ts';

export interface DocumentLimitsOptions {
  limits: DocumentLimits;
  /** True to allow introspection. */
  introspection: boolean;
  /** True if errors suggest names that are similar to an unknown name. */
  suggestions: boolean;
}

/**
 * Rejects documents that exceed the limits, on every transport. A document is measured when it is first validated,
 * before the rules of the specification, some of which are slow for large documents; Yoga caches the result with the
 * document.
 */
export function useDocumentLimits({ limits, introspection, suggestions }: DocumentLimitsOptions): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) => parseDocument(source, options, limits));
      return ({ result, context }) => {
        // Thrown, so that the status is 400 for every client: if the client accepts only `application/json`, Yoga
        // responds to a syntax error with 200.
        if (result instanceof DocumentTooLargeError) throw result.graphqlError;
        if (!(result instanceof Error)) requireOperation(result, context);
      };
    },
    onValidate({ setValidationFn, addValidationRule }) {
      if (!introspection) addValidationRule(noIntrospection);
      setValidationFn((...[schema, document, rules]: Parameters<typeof validate>) =>
        validateDocument(schema, document, rules, { limits, suggestions }),
      );
    },
  };
}

/** Explains a missing operation over HTTP, before Yoga responds with less detail. WebSockets check it themselves. */
function requireOperation(document: DocumentNode, { params }: { params?: GraphQLParams }): void {
  if (!params) return;
  const selected = selectOperation(document, params.operationName);
  if (!(selected instanceof GraphQLError)) return;
  const { message, extensions } = selected;
  throw new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
}
