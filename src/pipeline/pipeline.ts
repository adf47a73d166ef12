import type { ExecutionResult, GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Plugin } from 'graphql-yoga';
import type { IdentifyCaller } from '../auth/caller.ts';
import type { CorsPolicy } from '../http/cors.ts';
import { useCsrfPrevention } from '../http/csrf.ts';
import { stringifyEvent } from '../http/event-stream.ts';
import { type BodyReaderOptions, createBodyReader } from '../http/fast-body.ts';
import { writeResult } from '../http/fast-response.ts';
import { useRequestContent } from '../http/request-content.ts';
import { toResponse, useAcceptCheck } from '../http/result-response.ts';
import { useSearchParams } from '../http/search-params.ts';
import { createCostCheck } from '../limits/cost-limit.ts';
import { type Documents, useDocuments } from '../limits/documents.ts';
import type { OperationQuota } from '../limits/operation-quota.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { createExecution, type ExecutionOptions } from '../operations/execution.ts';
import { createPreparation } from '../operations/preparation.ts';
import { stringifyResult } from '../operations/shared-result.ts';
import type { PersistedDocuments } from '../persisted-documents/documents.ts';
import { usePersistedDocuments } from '../persisted-documents/plugin.ts';
import { withDocument } from '../persisted-documents/socket.ts';
import { type BodyLimit, useBodyLimit } from '../uploads/body-limit.ts';
import { type UploadsOptions, useUploads } from '../uploads/multipart-plugin.ts';
import { checkMessage } from '../websocket/request-errors.ts';
import { everywhere, overYoga, type Table } from './table.ts';

/** Dependencies of the steps. */
export interface PipelineOptions {
  addressRate: RateLimit;
  body: BodyLimit & BodyReaderOptions;
  uploads: UploadsOptions;
  corsPolicy: CorsPolicy;
  apiKeyHeader: string;
  persisted: PersistedDocuments;
  documents: Documents;
  costLimit: number;
  identifyCaller: IdentifyCaller;
  operationQuota: OperationQuota;
  execution: ExecutionOptions;
  maskError: (error: unknown) => GraphQLError;
}

/**
 * The steps of an operation: a row for each step, in their order, and a column for each transport. Every transport
 * takes its steps from here.
 *
 * - `http` and `eventStream` (server-sent events) go through Yoga; plugins are their steps in it.
 * - `fastPath` is plain queries over HTTP without Yoga.
 * - `webSocket` receives a message, its `body`, before the address is counted.
 */
export const createPipeline = (options: PipelineOptions) =>
  ({
    rateLimit: everywhere(options.addressRate),
    body: {
      ...overYoga([
        useRequestContent(),
        useAcceptCheck(),
        useSearchParams(),
        useCsrfPrevention(options.corsPolicy, options.apiKeyHeader),
        useBodyLimit(options.body),
        // After the body limit, because requests with files have a limit of their own.
        useUploads(options.uploads),
      ]),
      fastPath: createBodyReader(options.body),
      webSocket: checkMessage(options.body.maxBytes),
    },
    document: {
      ...overYoga([usePersistedDocuments(options.persisted)]),
      fastPath: options.persisted.find,
      webSocket: (payload: SubscribePayload) => withDocument(options.persisted, payload),
    },
    validation: {
      ...overYoga([useDocuments(options.documents)]),
      fastPath: options.documents.findValid,
      webSocket: options.documents.read,
    },
    preparation: everywhere(createPreparation(options.execution)),
    cost: everywhere(createCostCheck({ schema: options.execution.schema, limit: options.costLimit })),
    identity: everywhere(options.identifyCaller),
    quota: everywhere(options.operationQuota),
    execution: everywhere(createExecution(options.execution)),
    masking: everywhere(maskResult(options.maskError)),
    serialization: {
      http: toResponse,
      eventStream: stringifyEvent,
      fastPath: writeResult,
      webSocket: stringifyResult,
    },
  }) satisfies Table;

export type Pipeline = ReturnType<typeof createPipeline>;

/** The plugins of a pipeline, in the order of its steps. */
export const pluginsOf = ({ body, document, validation }: Pipeline): Plugin[] =>
  // A step that is the same in both columns has the same plugins.
  [...new Set([body, document, validation].flatMap(({ http, eventStream }): Plugin[] => [...http, ...eventStream]))];

const maskResult =
  (maskError: (error: unknown) => GraphQLError) =>
  (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map(maskError) } : result;
