import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { serveCalls, sharedClock } from '../calls.ts';
import { Account, type JobList, type ListSettings } from '../many-jobs/account.ts';
import { LATENCY } from './latency.ts';

/**
 * Upstream of several replicas. Each of them has its own base URL, so that the sender of each request is known. Records
 * the reads, and the first response that shows the end of a job.
 */

const MODEL = { id: 'bench', displayName: 'Bench', customModelType: 'Custom' };
const LISTS: ListSettings = { rows: 'full', order: 'newest', pageSize: 20 };

/** A GET of a job, or of a page of a list. Times are those of the shared clock, in milliseconds. */
export interface Read {
  at: number;
  key: string;
  /** Name of the replica that has sent it. */
  from: string;
  /** Undefined for a page. */
  id: string | undefined;
}

const accounts = new Map<string, Account>();
const reads: Read[] = [];
/** Time of the first response that shows the end of a job, by key and job. */
const reportedAt = new Map<string, number>();

interface Reply {
  status: number;
  body: object;
}

const found = (body: object | undefined): Reply =>
  body ? { status: 200, body } : { status: 404, body: { message: 'There is no such object.' } };

/** The paths of the contract behind the name of a replica. */
const ROUTE = /^\/([^/]+)(?:\/models\/bench\/(trainings)|\/(predictions))(?:\/([^/]+))?(\/cancel)?$/;

interface Incoming {
  method: string;
  target: string;
  key: string;
}

async function respond({ method, target, key }: Incoming): Promise<Reply> {
  const { pathname, searchParams } = new URL(target, 'http://upstream');
  const [, from, trainings, predictions, id, cancel] = ROUTE.exec(pathname) ?? [];
  if (from === undefined) {
    await setTimeout(LATENCY);
    if (pathname.endsWith('/models/bench')) return found(MODEL);
    return found(pathname.endsWith('/models') ? { models: [MODEL], nextPageCursor: null, hasMore: false } : undefined);
  }
  if (method === 'GET') reads.push({ at: sharedClock(), key, from, id });
  await setTimeout(LATENCY);
  const list = accounts.get(key)?.[trainings ? 'trainings' : 'predictions'];
  if (!list || (trainings && predictions)) return found(undefined);
  if (id === undefined) return found(list.page(searchParams.get('lastDocId')));
  if (!cancel) return found(detailsOf(list, id));
  const job = list.get(id);
  if (job) job.canceledAt = sharedClock();
  return found(job && {});
}

function detailsOf(list: JobList, id: string): object | undefined {
  const job = list.get(id);
  return job && { id, ...list.details(job) };
}

/** Records the jobs whose end a response shows. */
function recordEnds(key: string, body: object): void {
  const { predictions, trainings } = body as Record<string, readonly object[] | undefined>;
  for (const row of [body, ...(predictions ?? []), ...(trainings ?? [])]) {
    const { id, status } = row as { id?: string; status?: string };
    const name = `${key} ${id}`;
    if (status === 'completed' && !reportedAt.has(name)) reportedAt.set(name, sharedClock());
  }
}

const server = createServer(async (request, response) => {
  request.resume();
  const key = String(request.headers['x-api-key']);
  const { status, body } = await respond({ method: request.method ?? 'GET', target: request.url ?? '/', key });
  recordEnds(key, body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.keepAliveTimeout = 600_000;

const calls = {
  /** Starts listening, and returns the URL. */
  async listen() {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Creates a key with running predictions and trainings. */
  create({ key, predictions, trainings = [] }: { key: string; predictions: readonly string[]; trainings?: string[] }) {
    const account = new Account(LISTS);
    accounts.set(key, account);
    for (const id of predictions) account.predictions.add(id, Number.POSITIVE_INFINITY);
    for (const id of trainings) account.trainings.add(id, Number.POSITIVE_INFINITY);
  },
  /** Completes predictions, evenly over a period in milliseconds. @returns The time at which each completes. */
  finish({ key, ids, over }: { key: string; ids: readonly string[]; over: number }) {
    const now = sharedClock();
    const times = ids.map((id, index) => [id, now + ((index + 0.5) / ids.length) * over] as const);
    for (const [id, finishAt] of times) {
      const job = accounts.get(key)?.predictions.get(id);
      if (job) job.finishAt = finishAt;
    }
    return Object.fromEntries(times);
  },
  /** Time of the first response that shows the end of each of these jobs. */
  reported: ({ key, ids }: { key: string; ids: readonly string[] }) =>
    Object.fromEntries(ids.map((id) => [id, reportedAt.get(`${key} ${id}`)])),
  /** Time at which a training was canceled. */
  canceled: ({ key, id }: { key: string; id: string }) => accounts.get(key)?.trainings.get(id)?.canceledAt,
  /** The reads since a time of the shared clock, of all keys or of one. */
  reads: ({ key, since = 0 }: { key?: string; since?: number }) =>
    reads.filter((read) => read.at >= since && (key === undefined || read.key === key)),
};

export type UpstreamCalls = typeof calls;

serveCalls(calls);
