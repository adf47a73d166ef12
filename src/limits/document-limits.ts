import { type DocumentNode, GraphQLError, type ParseOptions, type Source, type validate } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { noIntrospection } from './introspection.ts';
import { DocumentTooLargeError, parseDocument } from './parse-document.ts';
import { selectOperation } from './select-operation.ts';
import { type DocumentLimits, validateDocument } from './validate-document.ts';

export interface DocumentLimitsOptions {
  limits: DocumentLimits;
  /** Whether the schema is told. */
  introspection: boolean;
  /** Whether errors suggest names that come close to an unknown one. */
  suggestions: boolean;
}

/**
 * Refuses documents that are larger than anybody needs, on every transport. They are measured when they are validated for
 * the first time, before the rules of the specification, some of which take long for large ones; Yoga's cache keeps the
 * verdict with the document.
 */
export function useDocumentLimits({ limits, introspection, suggestions }: DocumentLimitsOptions): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) => parseDocument(source, options, limits));
      return ({ result, context }) => {
        // Yoga answers a syntax error with 200 to who accepts `application/json` alone; this is another refusal.
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

/** Says over HTTP what is wrong with a missing operation, before Yoga does in fewer words. Sockets look by themselves. */
function requireOperation(document: DocumentNode, { params }: { params?: GraphQLParams }): void {
  if (!params) return;
  const found = selectOperation(document, params.operationName);
  if (!(found instanceof GraphQLError)) return;
  const { message, extensions } = found;
  throw new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
}
