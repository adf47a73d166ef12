import { onTestFinished } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { Clock } from '../support/clock.ts';

/** Two tenants. The objects of each contain its name. */
export const TENANTS = ['alpha', 'bravo'] as const;
export type Tenant = (typeof TENANTS)[number];

export const keyOf = (tenant: Tenant): string => `${tenant}-key`;

/** Matches ids and trigger words of the sandbox, but not parts of random signatures. */
const GENERATED = /(?<![-=\w])(?:[A-Za-z0-9]{20}|[A-Z]{3}\d\d[A-Z]{2})(?![-\w])/g;

/**
 * Creates one upstream per tenant with equal ids: a cache that uses ids without the tenant returns objects of the other tenant.
 * Each upstream is a sandbox whose ids are replaced in requests and responses.
 */
export function createTwins(clock: Pick<Clock, 'now'>) {
  const twins = new Map(TENANTS.map((tenant) => [keyOf(tenant), createTwin(tenant, clock)]));
  return (request: Request): Promise<Response> => {
    // Image URLs are valid with any key.
    const signer = new URL(request.url).searchParams.get('of');
    const twin = twins.get(signer ?? request.headers.get('x-api-key') ?? '');
    return twin ? twin(request) : Promise.resolve(new Response('{}', { status: 401 }));
  };
}

function createTwin(tenant: Tenant, { now }: Pick<Clock, 'now'>) {
  // Different durations, so that estimates of one tenant do not fit the other.
  const times =
    tenant === 'alpha' ? { fastSeconds: 20, predictionSeconds: 6 } : { fastSeconds: 27, predictionSeconds: 9 };
  const sandbox = createSandbox({ keys: [keyOf(tenant)], now, pageSize: 3, ...times });
  onTestFinished(() => sandbox.close());
  const twinIds = new Map<string, string>();
  const originalIds = new Map<string, string>();
  const toTwinId = (id: string): string => {
    const known = twinIds.get(id);
    if (known) return known;
    const twinId =
      id.length === 20 ? `twin${String(twinIds.size).padStart(16, '0')}` : `TWN${10 + (twinIds.size % 90)}AA`;
    twinIds.set(id, twinId);
    originalIds.set(twinId, id);
    return twinId;
  };
  const restore = (text: string): string => text.replace(GENERATED, (id) => originalIds.get(id) ?? id);

  return async (request: Request): Promise<Response> => {
    const { method, headers, signal } = request;
    const isJson = headers.get('content-type')?.includes('json');
    const body = isJson ? restore(await request.text()) : await request.arrayBuffer();
    const passed = new Headers(headers);
    passed.delete('content-length');
    const response = await sandbox.fetch(
      new Request(restore(request.url), { method, headers: passed, signal, ...(method !== 'GET' && { body }) }),
    );
    if (!response.headers.get('content-type')?.includes('json')) return response;
    const text = (await response.text()).replace(/\/_sandbox\/images\/[^"]*/g, (url) => `${url}&of=${keyOf(tenant)}`);
    // Without reported progress, the gateway estimates it from recorded durations.
    const withoutProgress = text.replace(/,"progress":[\d.]+/g, '');
    return new Response(withoutProgress.replace(GENERATED, toTwinId), {
      status: response.status,
      headers: response.headers,
    });
  };
}
