import { onTestFinished } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { Clock } from '../support/clock.ts';

/** The two who use the gateway at once; what belongs to one carries its mark. */
export const TENANTS = ['alpha', 'bravo'] as const;
export type Tenant = (typeof TENANTS)[number];

export const keyOf = (tenant: Tenant): string => `${tenant}-key`;

/** An id as the sandbox makes them, and a trigger word; no part of a signature, which is random. */
const MADE = /(?<![-=\w])(?:[A-Za-z0-9]{20}|[A-Z]{3}\d\d[A-Z]{2})(?![-\w])/g;

/**
 * Upstreams that give every tenant the same ids: the first thing of each has one id, the second another. So whatever is
 * kept by an id alone is mistaken for somebody else's. Each is a sandbox of its own whose ids are exchanged on the way.
 *
 * @param clock What the sandboxes go by.
 */
export function createTwins(clock: Pick<Clock, 'now'>) {
  const twins = new Map(TENANTS.map((tenant) => [keyOf(tenant), createTwin(tenant, clock)]));
  return (request: Request): Promise<Response> => {
    // Whoever has the address of a picture sees it, whatever key they bring.
    const signer = new URL(request.url).searchParams.get('of');
    const twin = twins.get(signer ?? request.headers.get('x-api-key') ?? '');
    return twin ? twin(request) : Promise.resolve(new Response('{}', { status: 401 }));
  };
}

function createTwin(tenant: Tenant, { now }: Pick<Clock, 'now'>) {
  // What takes one of them twenty seconds takes the other thirty, so that what is learned of one does not suit the other.
  const times =
    tenant === 'alpha' ? { fastSeconds: 20, predictionSeconds: 6 } : { fastSeconds: 27, predictionSeconds: 9 };
  const sandbox = createSandbox({ keys: [keyOf(tenant)], now, pageSize: 3, ...times });
  onTestFinished(() => sandbox.close());
  const shown = new Map<string, string>();
  const real = new Map<string, string>();
  const show = (id: string): string => {
    const known = shown.get(id);
    if (known) return known;
    const made = id.length === 20 ? `twin${String(shown.size).padStart(16, '0')}` : `TWN${10 + (shown.size % 90)}AA`;
    shown.set(id, made);
    real.set(made, id);
    return made;
  };
  const restore = (text: string): string => text.replace(MADE, (id) => real.get(id) ?? id);

  return async (request: Request): Promise<Response> => {
    const { method, headers, signal } = request;
    const isJson = headers.get('content-type')?.includes('json');
    const body = isJson ? restore(await request.text()) : await request.arrayBuffer();
    const passed = new Headers(headers);
    passed.delete('content-length');
    const answer = await sandbox.fetch(
      new Request(restore(request.url), { method, headers: passed, signal, ...(method !== 'GET' && { body }) }),
    );
    if (!answer.headers.get('content-type')?.includes('json')) return answer;
    const said = (await answer.text()).replace(
      /\/_sandbox\/images\/[^"]*/g,
      (address) => `${address}&of=${keyOf(tenant)}`,
    );
    // Without the upstream's own figure, progress is estimated from what was learned.
    const told = said.replace(/,"progress":[\d.]+/g, '');
    return new Response(told.replace(MADE, show), { status: answer.status, headers: answer.headers });
  };
}
