import { createYoga } from 'graphql-yoga';
import { schema } from '../../schema/index.ts';
import { printSdl } from '../../schema/sdl.ts';
import { tenantOf } from '../auth/credential.ts';
import { createGraphiql, wantsPage } from '../graphiql/graphiql.ts';
import { useEventStreams } from '../http/event-stream.ts';
import { createFastPath } from '../http/fast-path.ts';
import { createHealth } from '../http/health.ts';
import { createReferenceFiles } from '../http/reference-files.ts';
import { useResponses } from '../http/result-response.ts';
import { createRouter } from '../http/router.ts';
import { createStudio } from '../http/studio.ts';
import { createOperations, type Operations } from '../operations/operations.ts';
import { useOperations } from '../operations/plugin.ts';
import { type Pipeline, pluginsOf } from '../pipeline/pipeline.ts';
import { columnOf, type Transport } from '../pipeline/table.ts';
import { requestTimeout } from '../uploads/request-errors.ts';
import type { Base } from './base.ts';
import { BODY_TIME, type OperationParts } from './steps.ts';

/** The path of the graph. */
const ENDPOINT = '/graphql';

interface WebOptions extends OperationParts {
  readonly pipeline: Pipeline;
  /** True while the gateway ends its streams. */
  readonly isStopping: () => boolean;
}

/** The operations of a transport. */
export const operationsOver = (pipeline: Pipeline, transport: Transport): Operations =>
  createOperations(columnOf(pipeline, transport));

/** Everything that is served over HTTP: the graph, its pages, images, uploads and health. */
export function createWeb(base: Base, options: WebOptions) {
  const { config } = base;
  const { pipeline, callers, media } = options;
  const { basePath = '' } = config;
  const yoga = createYogaOf(base, options);
  const health = createHealth({
    broker: base.broker,
    usesRedis: config.redisUrl !== undefined,
    upstream: options.access.upstreamOf.state,
    requiresUpstream: config.readyRequiresUpstream ?? false,
  });
  const { apiKeyHeader, corsPolicy } = callers;
  const router = createRouter({
    basePath,
    endpoint: ENDPOINT,
    graph: async (request, record) => yoga.fetch(request, { record }),
    page:
      (config.graphiql ?? true) ? { wants: wantsPage, answer: createGraphiql({ schema, apiKeyHeader }) } : undefined,
    studio:
      (config.studio ?? true)
        ? createStudio({ apiKeyHeader, isSandbox: config.upstreamUrl === undefined, publicUrl: config.publicUrl })
        : undefined,
    images: (request, record) =>
      media.images.serve(request, (apiKey) => {
        if (record) record.tenant = tenantOf({ apiKey });
      }),
    uploads: media.tickets.serve,
    findFile: createReferenceFiles((config.introspection ?? true) ? printSdl : undefined),
    corsPolicy,
    apiKeyHeader,
    corsHeaders: config.corsHeaders ?? [],
    rateLimit: pipeline.rateLimit,
    publicUrl: config.publicUrl,
    metrics: base.metrics,
    health,
  });
  const fastPath = createFastPath({
    endpoint: basePath + ENDPOINT,
    steps: columnOf(pipeline, 'fastPath'),
    operations: operationsOver(pipeline, 'fastPath'),
    maxBytes: media.uploads.operationBytes,
    tooSlow: () => requestTimeout(BODY_TIME),
    headersFor: router.headersFor,
    fetchAPI: yoga.fetchAPI,
  });
  return { router, health, fastPath };
}

function createYogaOf({ config, maskError }: Base, { pipeline, isStopping }: WebOptions) {
  return createYoga({
    schema,
    // A URL pattern: with or without a trailing slash.
    graphqlEndpoint: `${config.basePath ?? ''}${ENDPOINT}{/}?`,
    plugins: [
      ...pluginsOf(pipeline),
      useOperations({
        execute: operationsOver(pipeline, 'http').execute,
        subscribe: operationsOver(pipeline, 'eventStream').subscribe,
      }),
      useResponses(pipeline.serialization.http),
      useEventStreams(pipeline.serialization.eventStream, isStopping),
    ],
    maskedErrors: { maskError },
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
  });
}
