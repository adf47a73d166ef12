import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { printContract } from '../../src/config/contract/print.ts';
import { contract } from '../../src/contract/contract.gen.ts';
import { createSandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

/** The method and path of each operation of a vendor that follows other conventions. */
export const ROUTES = {
  listModels: 'GET /v2/custom-models',
  createModel: 'PUT /v2/custom-models/new',
  getModel: 'GET /v2/custom-models/{model_id}',
  updateModel: 'PUT /v2/custom-models/{model_id}/name',
  deleteModel: 'POST /v2/custom-models/{model_id}:delete',
  listDataItems: 'GET /v2/custom-models/{model_id}/items',
  uploadDataItem: 'POST /v2/custom-models/{model_id}/items',
  getDataItem: 'GET /v2/custom-models/{model_id}/items/{item_id}',
  replaceDataItem: 'PATCH /v2/custom-models/{model_id}/items/{item_id}',
  deleteDataItem: 'DELETE /v2/custom-models/{model_id}/items/{item_id}',
  startTraining: 'POST /v2/custom-models/{model_id}/jobs',
  listTrainings: 'GET /v2/jobs/of/{model_id}',
  getTraining: 'GET /v2/jobs/{job_id}',
  deleteTraining: 'DELETE /v2/jobs/{job_id}/record',
  cancelTraining: 'DELETE /v2/jobs/{job_id}',
  createPrediction: 'POST /v2/generations',
  listPredictions: 'GET /v2/generations',
  getPrediction: 'GET /v2/generations/{generation_id}',
  deletePrediction: 'DELETE /v2/generations/{generation_id}',
} as const;

/** The vendor's names of fields and parameters, by the contract's. */
export const NAMES: Readonly<Record<string, string>> = {
  ...{ id: 'identifier', modelId: 'model_id', dataId: 'item_id', trainingId: 'job_id', predictionId: 'generation_id' },
  ...{ displayName: 'display_name', updatedDisplayName: 'new_name', customModelType: 'type', lastDocId: 'after' },
  ...{ models: 'custom_models', data: 'items_here', trainings: 'jobs', predictions: 'generations' },
  ...{ nextPageCursor: 'cursor', hasMore: 'more', status: 'state', triggerWord: 'word', progress: 'done' },
  ...{ createdAt: 'created', finishedAt: 'ended', error: 'failure', contentType: 'mime', url: 'href', image: 'pixels' },
  ...{ trainingStrength: 'strength', trainingSpeed: 'speed', trainingStyle: 'learn', isStyle: 'as_style' },
  ...{ isInputFormatAlreadyPreprocessed: 'is_clean', scaleConfigs: 'weights', prompt: 'text', seed: 'random_seed' },
  ...{ image_size: 'dimensions', width: 'w', height: 'h', num_images: 'count', images: 'outputs' },
  ...{ guidance_scale: 'guidance', num_inference_steps: 'steps' },
};

const CONTRACT_NAMES = Object.fromEntries(Object.entries(NAMES).map(([own, other]) => [other, own]));

/** Renames the members of all objects. */
function renamed(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [names[name] ?? name, renamed(inner, names)]));
}

type Json = Record<string, unknown>;

/** The vendor's OpenAPI document, written from the printed contract as a user would. */
export function vendorDocument(): Json {
  const document = parse(printContract(contract)) as {
    paths: Record<string, Record<string, Json>>;
    components: { schemas: Json };
  };
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const paths: Record<string, Json> = {};
  for (const [id, route] of Object.entries(ROUTES)) {
    const [method = '', path = ''] = route.split(' ');
    const operation = operations.find((one) => one.operationId === id) ?? {};
    const parameters = ((operation.parameters ?? []) as { name: string; in: string }[])
      .filter((one) => one.in === 'query' || path.includes(`{${NAMES[one.name]}}`))
      .map((one) => ({ ...one, name: NAMES[one.name], 'x-flair-name': one.name }));
    paths[path] = { ...paths[path], [method.toLowerCase()]: { ...operation, parameters } };
  }
  return { ...document, paths, components: { schemas: withNames(document.components.schemas) } };
}

/** Renames all properties of schemas, and declares their names of the contract. */
function withNames(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNames);
  if (typeof node !== 'object' || node === null) return node;
  const { properties, required, ...others } = node as Json;
  const rest = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, withNames(value)]));
  return {
    ...rest,
    ...(Array.isArray(required) && { required: required.map((name) => NAMES[name] ?? name) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Json).map(([name, property]) => {
          const { 'x-also-read-as': _, ...inner } = withNames(property) as Json;
          return NAMES[name] === undefined ? [name, inner] : [NAMES[name], { ...inner, 'x-flair-name': name }];
        }),
      ),
    }),
  };
}

/** A running upstream of that vendor. */
export interface OtherVendor {
  readonly url: string;
  /** The operations of all requests, in order. */
  readonly seen: readonly string[];
}

/** Serves a sandbox over HTTP with the routes and names of that vendor, until the end of the test. */
export async function startOtherVendor(options: SandboxOptions): Promise<OtherVendor> {
  const sandbox = createSandbox(options);
  const seen: string[] = [];
  /** The model of each training, which the vendor's paths do not contain. */
  const models = new Map<string, string>();
  const routes = Object.entries(ROUTES).map(([id, route]) => {
    const [method, path = ''] = route.split(' ');
    return {
      id: id as keyof typeof ROUTES,
      method,
      pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/:]+)')}$`),
    };
  });

  const handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const route = routes.find(({ method, pattern }) => method === request.method && pattern.test(url.pathname));
    if (!route)
      return url.pathname.startsWith('/_sandbox/images/')
        ? sandbox.fetch(request)
        : new Response('no such path', { status: 404 });
    seen.push(route.id);
    const { method, path } = contract.operations[route.id];
    const found = route.pattern.exec(url.pathname)?.groups ?? {};
    const parameters: Record<string, string> = { ...(renamed(found, CONTRACT_NAMES) as Record<string, string>) };
    parameters.modelId ??= models.get(parameters.trainingId ?? '') ?? '';
    const target = new URL(
      path.replace(/\{(\w+)\}/g, (_, name) => parameters[name] ?? ''),
      url,
    );
    for (const [name, value] of url.searchParams)
      target.searchParams.set(CONTRACT_NAMES[name] ?? `unknown-${name}`, value);
    const text = await request.arrayBuffer();
    const isJson = request.headers.get('content-type')?.startsWith('application/json');
    const body = isJson ? JSON.stringify(renamed(JSON.parse(Buffer.from(text).toString()), CONTRACT_NAMES)) : text;
    const headers = new Headers(request.headers);
    headers.delete('content-length');
    const response = await sandbox.fetch(
      new Request(target, { method, headers, ...(method !== 'GET' && text.byteLength > 0 && { body }) }),
    );
    if (!response.ok || !response.headers.get('content-type')?.startsWith('application/json')) return response;
    const json = (await response.json()) as Record<string, unknown>;
    if (route.id === 'startTraining') models.set(String(json.trainingId), parameters.modelId);
    return Response.json(renamed(json, NAMES));
  };

  const server = createServer(getRequestListener(handle, { overrideGlobalObjects: false }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    sandbox.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}
