import type { Clock } from '../support/clock.ts';
import { seededNumbers } from '../support/draws.ts';

/** Faults of a request. Requests with faults before `resetAfter` in this list never reach the upstream. */
export const FAULTS = [
  'pass',
  'refused',
  'resetBefore',
  'hang',
  'rate',
  'clientError',
  'serverError',
  'resetAfter',
  'late',
  'truncated',
  'garbage',
  'wrongTypes',
  'resetInBody',
  'stalledBody',
  'lists',
  'loop',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Probability of each fault; 0 for missing ones. */
export type FaultRates = Readonly<Partial<Record<Fault, number>>>;

/** An upstream request and its fault. */
export interface UpstreamRequest {
  readonly apiKey: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly fault: Fault;
}

/** Faults that prove that a write was not executed, so that it may be retried. */
const NOT_EXECUTED: ReadonlySet<Fault> = new Set<Fault>(['refused', 'rate', 'clientError']);

export const mayHaveExecuted = ({ fault }: UpstreamRequest): boolean => !NOT_EXECUTED.has(fault);

const networkError = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

/** Creates a transport that injects faults, by a seed. */
export function createFaults({ seed, clock }: { seed: number; clock: Pick<Clock, 'sleep'> }) {
  const random = seededNumbers(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  const requests: UpstreamRequest[] = [];
  let rates: FaultRates = {};

  const draw = (): Fault => {
    const entries = FAULTS.map((fault) => [fault, rates[fault] ?? 0] as const);
    let remaining = random();
    for (const [fault, rate] of entries) {
      remaining -= rate;
      if (remaining < 0) return fault;
    }
    return 'pass';
  };

  async function transport(request: Request, upstream: (request: Request) => Promise<Response>): Promise<Response> {
    const fault = draw();
    const { signal } = request;
    requests.push({
      apiKey: request.headers.get('x-api-key') ?? '',
      method: request.method,
      path: new URL(request.url).pathname,
      body: request.method === 'GET' ? '' : Buffer.from(await request.clone().arrayBuffer()).toString('latin1'),
      fault,
    });
    signal.throwIfAborted();
    switch (fault) {
      case 'pass':
        return upstream(request);
      case 'refused':
        throw networkError('ECONNREFUSED');
      case 'resetBefore':
        throw networkError('ECONNRESET');
      case 'hang':
        return await never(signal);
      case 'rate':
        return status(429, { 'retry-after': pick(['0', '1', '3', '60', 'soon']) });
      case 'clientError':
        return status(pick([400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 451]));
      case 'serverError':
        return status(pick([500, 501, 502, 503, 504, 507]), random() < 0.5 ? { 'retry-after': pick(['1', '2']) } : {});
      case 'late':
        await clock.sleep(Math.ceil(random() * 40_000), signal);
        return upstream(request);
      case 'resetAfter':
        await upstream(request);
        throw networkError('ECONNRESET');
      default:
        return corrupt(fault, await upstream(request), { random, signal, request });
    }
  }

  return {
    transport,
    requests,
    set(next: FaultRates) {
      rates = next;
    },
  };
}

const status = (code: number, headers: Record<string, string> = {}) =>
  Response.json({ error: { message: `status ${code} on purpose` } }, { status: code, headers });

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** Corrupts a response. */
async function corrupt(
  fault: Fault,
  response: Response,
  { random, signal, request }: { random: () => number; signal: AbortSignal; request: Request },
): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { status } = response;
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  const respond = (body: BodyInit | null) => new Response(status === 204 ? null : body, { status, headers });
  const half = bytes.slice(0, Math.floor(bytes.length * random()));
  const json = (headers.get('content-type') ?? '').includes('json');
  switch (fault) {
    case 'truncated':
      return respond(half);
    case 'garbage':
      return respond('<html><body>502 Bad Gateway</body></html>');
    case 'resetInBody':
    case 'stalledBody':
      return respond(
        new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(half),
          async pull(controller) {
            if (fault === 'resetInBody')
              controller.error(new TypeError('terminated', { cause: new Error('other side closed') }));
            else await never(signal).catch((error: unknown) => controller.error(error));
          },
        }),
      );
    case 'wrongTypes':
      return respond(
        json && status < 300 ? JSON.stringify(retype(JSON.parse(new TextDecoder().decode(bytes)), random)) : bytes,
      );
    default:
      return respond(
        json && status < 300
          ? JSON.stringify(relist(fault, JSON.parse(new TextDecoder().decode(bytes)), { random, request }))
          : bytes,
      );
  }
}

/** Replaces some values by values of other types. */
function retype(value: unknown, random: () => number): unknown {
  const roll = random();
  if (roll < 0.15) return [7, null, 'x', true, {}, []][Math.floor(roll * 40)];
  if (Array.isArray(value)) return value.map((item) => retype(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, retype(item, random)]));
}

/** Duplicates or removes list items, or makes the next page cursor point to the same page. */
function relist(fault: Fault, body: unknown, { random, request }: { random: () => number; request: Request }): unknown {
  if (typeof body !== 'object' || body === null || !('hasMore' in body)) return body;
  if (fault === 'loop') {
    const cursor = new URL(request.url).searchParams.get('lastDocId');
    return { ...body, hasMore: true, ...(cursor && { nextPageCursor: cursor }) };
  }
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value.flatMap((item) => (random() < 0.3 ? [item, item] : random() < 0.3 ? [] : [item]))
        : value,
    ]),
  );
}
